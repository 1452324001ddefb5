//! Targets: what a version of s6-rc or s6-overlay knows, where it wants things, and what it defines itself.

use std::fmt;

/// A version, as skarnet.org numbers them.
pub type Version = [u16; 4];

/// The tools whose versions decide what a service directory may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// s6-rc
    S6Rc,
    /// s6
    S6,
    /// execline
    Execline,
}

impl fmt::Display for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::S6Rc => "s6-rc",
            Self::S6 => "s6",
            Self::Execline => "execline",
        })
    }
}

/// What services are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// A machine, or a container, that runs s6-rc by itself.
    S6Rc,
    /// A container image under s6-overlay.
    S6Overlay,
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::S6Rc => "s6-rc",
            Self::S6Overlay => "s6-overlay",
        })
    }
}

/// The kind of a name that a target defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BuiltInKind {
    /// A oneshot.
    Oneshot,
    /// A bundle.
    Bundle,
}

/// A name that the target defines itself.
#[derive(Debug)]
pub struct BuiltIn {
    /// The name.
    pub name: &'static str,
    /// Its kind.
    pub kind: BuiltInKind,
    /// What it depends on, or, for a bundle, holds.
    pub targets: &'static [&'static str],
    /// Whether people define it: the target only ships it empty.
    pub open: bool,
}

/// s6-overlay's own definitions (`etc/s6-rc/sources` of s6-overlay 3.0.0.0 to 3.2.3.2).
const OVERLAY_NAMES: &[BuiltIn] = &[
    BuiltIn { name: "base", kind: BuiltInKind::Bundle, targets: &["fix-attrs", "legacy-cont-init"], open: false },
    BuiltIn { name: "fix-attrs", kind: BuiltInKind::Oneshot, targets: &[], open: false },
    BuiltIn { name: "legacy-cont-init", kind: BuiltInKind::Oneshot, targets: &["fix-attrs"], open: false },
    BuiltIn { name: "legacy-services", kind: BuiltInKind::Oneshot, targets: &["base", "user"], open: false },
    BuiltIn {
        name: "top",
        kind: BuiltInKind::Bundle,
        targets: &["base", "user", "legacy-services", "user2"],
        open: false,
    },
    BuiltIn { name: "user", kind: BuiltInKind::Bundle, targets: &[], open: true },
    BuiltIn { name: "user2", kind: BuiltInKind::Bundle, targets: &[], open: true },
];

/// A release of s6-overlay or of s6-rc, with the tools that it comes with.
struct Release {
    version: Version,
    s6_rc: Version,
    s6: Version,
    execline: Version,
}

const fn release(version: Version, s6_rc: Version, s6: Version, execline: Version) -> Release {
    Release { version, s6_rc, s6, execline }
}

/// `conf/versions` of each s6-overlay release, oldest first.
const OVERLAY_RELEASES: &[Release] = &[
    release([3, 0, 0, 0], [0, 5, 3, 0], [2, 11, 0, 1], [2, 8, 2, 0]),
    release([3, 0, 0, 1], [0, 5, 3, 0], [2, 11, 0, 1], [2, 8, 2, 0]),
    release([3, 0, 0, 2], [0, 5, 3, 0], [2, 11, 0, 1], [2, 8, 2, 0]),
    release([3, 1, 0, 0], [0, 5, 3, 0], [2, 11, 1, 0], [2, 8, 3, 0]),
    release([3, 1, 0, 1], [0, 5, 3, 0], [2, 11, 1, 0], [2, 8, 3, 0]),
    release([3, 1, 1, 0], [0, 5, 3, 2], [2, 11, 1, 1], [2, 9, 0, 0]),
    release([3, 1, 1, 1], [0, 5, 3, 2], [2, 11, 1, 1], [2, 9, 0, 0]),
    release([3, 1, 1, 2], [0, 5, 3, 2], [2, 11, 1, 2], [2, 9, 0, 1]),
    release([3, 1, 2, 0], [0, 5, 3, 2], [2, 11, 1, 2], [2, 9, 0, 1]),
    release([3, 1, 2, 1], [0, 5, 3, 2], [2, 11, 1, 2], [2, 9, 0, 1]),
    release([3, 1, 3, 0], [0, 5, 3, 3], [2, 11, 2, 0], [2, 9, 1, 0]),
    release([3, 1, 4, 0], [0, 5, 4, 0], [2, 11, 3, 0], [2, 9, 2, 0]),
    release([3, 1, 4, 1], [0, 5, 4, 1], [2, 11, 3, 0], [2, 9, 2, 1]),
    release([3, 1, 4, 2], [0, 5, 4, 1], [2, 11, 3, 2], [2, 9, 3, 0]),
    release([3, 1, 5, 0], [0, 5, 4, 1], [2, 11, 3, 2], [2, 9, 3, 0]),
    release([3, 1, 6, 0], [0, 5, 4, 2], [2, 12, 0, 0], [2, 9, 4, 0]),
    release([3, 1, 6, 1], [0, 5, 4, 2], [2, 12, 0, 1], [2, 9, 4, 0]),
    release([3, 1, 6, 2], [0, 5, 4, 2], [2, 12, 0, 2], [2, 9, 4, 0]),
    release([3, 2, 0, 0], [0, 5, 4, 3], [2, 13, 0, 0], [2, 9, 6, 0]),
    release([3, 2, 0, 1], [0, 5, 5, 0], [2, 13, 1, 0], [2, 9, 6, 1]),
    release([3, 2, 0, 2], [0, 5, 5, 0], [2, 13, 1, 0], [2, 9, 6, 1]),
    release([3, 2, 0, 3], [0, 5, 6, 0], [2, 13, 2, 0], [2, 9, 7, 0]),
    release([3, 2, 1, 0], [0, 5, 6, 0], [2, 13, 2, 0], [2, 9, 7, 0]),
    release([3, 2, 2, 0], [0, 6, 0, 0], [2, 14, 0, 1], [2, 9, 8, 1]),
    release([3, 2, 3, 0], [0, 6, 1, 0], [2, 15, 0, 0], [2, 9, 9, 0]),
    release([3, 2, 3, 1], [0, 7, 0, 0], [2, 15, 1, 0], [2, 9, 9, 2]),
    release([3, 2, 3, 2], [0, 7, 0, 0], [2, 15, 1, 0], [2, 9, 9, 2]),
];

/// s6-rc releases, with the tools that were current when each came out.
const S6_RC_RELEASES: &[Release] = &[
    release([0, 5, 3, 0], [0, 5, 3, 0], [2, 11, 0, 1], [2, 8, 2, 0]),
    release([0, 5, 3, 2], [0, 5, 3, 2], [2, 11, 1, 2], [2, 9, 0, 1]),
    release([0, 5, 3, 3], [0, 5, 3, 3], [2, 11, 2, 0], [2, 9, 1, 0]),
    release([0, 5, 4, 0], [0, 5, 4, 0], [2, 11, 3, 0], [2, 9, 2, 0]),
    release([0, 5, 4, 1], [0, 5, 4, 1], [2, 11, 3, 2], [2, 9, 3, 0]),
    release([0, 5, 4, 2], [0, 5, 4, 2], [2, 12, 0, 2], [2, 9, 4, 0]),
    release([0, 5, 4, 3], [0, 5, 4, 3], [2, 13, 0, 0], [2, 9, 6, 0]),
    release([0, 5, 5, 0], [0, 5, 5, 0], [2, 13, 1, 0], [2, 9, 6, 1]),
    release([0, 5, 6, 0], [0, 5, 6, 0], [2, 13, 2, 0], [2, 9, 7, 0]),
    release([0, 6, 0, 0], [0, 6, 0, 0], [2, 14, 0, 1], [2, 9, 8, 1]),
    release([0, 6, 1, 0], [0, 6, 1, 0], [2, 15, 0, 0], [2, 9, 9, 0]),
    release([0, 6, 1, 1], [0, 6, 1, 1], [2, 15, 0, 0], [2, 9, 9, 0]),
    release([0, 7, 0, 0], [0, 7, 0, 0], [2, 15, 1, 0], [2, 9, 9, 2]),
];

/// Since this version, `user` and `user2` live in `user-bundles.d` (s6-overlay's CHANGELOG).
const USER_BUNDLES_SINCE: Version = [3, 2, 3, 1];

/// What the services are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// Of which kind.
    pub family: Family,
    /// Its version.
    pub version: Version,
    s6_rc: Version,
    s6: Version,
    execline: Version,
}

impl Default for Target {
    /// The newest s6-overlay.
    fn default() -> Self {
        Self::newest(Family::S6Overlay)
    }
}

/// Why a target is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownTarget {
    /// No such family.
    Name,
    /// No such version of it.
    Version(Family),
}

impl Target {
    /// The names that a target may have.
    pub const NAMES: &'static [&'static str] = &["s6-overlay", "s6-rc"];

    /// The newest version of a family that this program knows.
    #[must_use]
    pub fn newest(family: Family) -> Self {
        let fallback = release([0; 4], [0; 4], [0; 4], [0; 4]);
        Self::from_release(family, releases(family).last().unwrap_or(&fallback))
    }

    fn from_release(family: Family, release: &Release) -> Self {
        Self { family, version: release.version, s6_rc: release.s6_rc, s6: release.s6, execline: release.execline }
    }

    /// A target by name and version; `3.2` means the newest known 3.2.
    ///
    /// # Errors
    ///
    /// [`UnknownTarget`] says which of the two is not known.
    pub fn find(name: &str, version: Option<&str>) -> Result<Self, UnknownTarget> {
        let family = match name {
            "s6-rc" => Family::S6Rc,
            "s6-overlay" => Family::S6Overlay,
            _ => return Err(UnknownTarget::Name),
        };
        let Some(version) = version else { return Ok(Self::newest(family)) };
        let numbers: Option<Vec<u16>> =
            version.strip_prefix('v').unwrap_or(version).split('.').map(|part| part.parse().ok()).collect();
        numbers
            .filter(|numbers| numbers.len() <= 4)
            .and_then(|numbers| releases(family).iter().rev().find(|release| release.version.starts_with(&numbers)))
            .map(|release| Self::from_release(family, release))
            .ok_or(UnknownTarget::Version(family))
    }

    /// The versions of a family that this program knows, newest first.
    pub fn versions(family: Family) -> impl Iterator<Item = Version> {
        releases(family).iter().rev().map(|release| release.version)
    }

    /// The version of a tool under this target.
    #[must_use]
    pub fn tool(&self, tool: Tool) -> Version {
        match tool {
            Tool::S6Rc => self.s6_rc,
            Tool::S6 => self.s6,
            Tool::Execline => self.execline,
        }
    }

    /// Whether this is a container under s6-overlay.
    #[must_use]
    pub fn is_overlay(&self) -> bool {
        self.family == Family::S6Overlay
    }

    /// The names that the target defines itself.
    #[must_use]
    pub fn built_ins(&self) -> &'static [BuiltIn] {
        match self.family {
            Family::S6Rc => &[],
            Family::S6Overlay => OVERLAY_NAMES,
        }
    }

    /// The name that the target defines itself, if it does.
    #[must_use]
    pub fn built_in(&self, name: &str) -> Option<&'static BuiltIn> {
        self.built_ins().iter().find(|built_in| built_in.name == name)
    }

    /// The bundle that is brought up at boot, where the target has one.
    #[must_use]
    pub fn boot_bundle(&self) -> Option<&'static str> {
        self.is_overlay().then_some("top")
    }

    /// The bundle to which people add what should start, where the target has one.
    #[must_use]
    pub fn user_bundle(&self) -> Option<&'static str> {
        self.is_overlay().then_some("user")
    }

    /// What every service depends on unless it says otherwise.
    #[must_use]
    pub fn default_dependency(&self) -> Option<&'static str> {
        self.is_overlay().then_some("base")
    }

    /// Whether `user` and `user2` live in a directory of their own, beside the services.
    #[must_use]
    pub fn has_user_bundles_directory(&self) -> bool {
        self.is_overlay() && self.version >= USER_BUNDLES_SINCE
    }

    /// The directory of a definition, below the directory that is emitted into.
    #[must_use]
    pub fn directory_of(&self, name: &str) -> String {
        match self.family {
            Family::S6Rc => name.to_owned(),
            Family::S6Overlay if self.has_user_bundles_directory() && matches!(name, "user" | "user2") => {
                format!("user-bundles.d/{name}")
            }
            Family::S6Overlay => format!("s6-rc.d/{name}"),
        }
    }

    /// Where the directory that is emitted into belongs in the image, if the target says so.
    #[must_use]
    pub fn image_directory(&self) -> Option<&'static str> {
        self.is_overlay().then_some("etc/s6-overlay")
    }

    /// The first line of an execline script.
    #[must_use]
    pub fn execline_shebang(&self) -> &'static str {
        match self.family {
            Family::S6Rc => "#!/bin/execlineb -P",
            Family::S6Overlay => "#!/command/execlineb -P",
        }
    }

    /// The first line of a script in `interpreter`, which is a bare name.
    ///
    /// Under s6-overlay a service has no environment but for `with-contenv` (s6-overlay's README, "Container environment").
    #[must_use]
    pub fn script_shebang(&self, interpreter: &str) -> String {
        match (self.family, interpreter) {
            (Family::S6Overlay, _) => format!("#!/command/with-contenv {interpreter}"),
            (Family::S6Rc, "sh" | "bash" | "dash" | "ash") => format!("#!/bin/{interpreter}"),
            (Family::S6Rc, _) => format!("#!/usr/bin/env {interpreter}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.family, show_version(self.version))
    }
}

fn releases(family: Family) -> &'static [Release] {
    match family {
        Family::S6Rc => S6_RC_RELEASES,
        Family::S6Overlay => OVERLAY_RELEASES,
    }
}

/// A version as people write it.
#[must_use]
pub fn show_version(version: Version) -> String {
    version.map(|part| part.to_string()).join(".")
}
