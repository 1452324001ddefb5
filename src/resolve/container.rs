//! The parts of an image beside its services: `main`, `cont-init`, `stage2-hook`.

use crate::resolve::draft::Draft;

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// The program behind the image's CMD.
    Main,
    /// A script that runs before the services.
    ContInit,
    /// A script that runs before the services are compiled.
    Stage2Hook,
}

impl ContainerKind {
    /// The word that begins its definition.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::ContInit => "cont-init",
            Self::Stage2Hook => "stage2-hook",
        }
    }
}

/// A part before its sugar is expanded.
#[derive(Debug)]
pub struct ContainerDraft {
    /// Which part.
    pub kind: ContainerKind,
    /// Its name, its program, and what is set up around it.
    pub draft: Box<Draft>,
}
