//! The files of a definition that hold one number, one signal, or nothing.

/// Files of a definition that hold one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Number {
    /// Milliseconds until the start counts as failed; 0 is for ever.
    TimeoutUp,
    /// Milliseconds until the stop counts as failed; 0 is for ever.
    TimeoutDown,
    /// Milliseconds from the down signal to SIGKILL; 0 is never.
    TimeoutKill,
    /// Milliseconds that `finish` may take; 0 is for ever.
    TimeoutFinish,
    /// The descriptor for readiness.
    NotificationFd,
    /// The descriptor of the lock.
    LockFd,
    /// The number of deaths that are remembered.
    MaxDeathTally,
}

impl Number {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::TimeoutUp,
        Self::TimeoutDown,
        Self::TimeoutKill,
        Self::TimeoutFinish,
        Self::NotificationFd,
        Self::LockFd,
        Self::MaxDeathTally,
    ];

    /// The file's name.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::TimeoutUp => "timeout-up",
            Self::TimeoutDown => "timeout-down",
            Self::TimeoutKill => "timeout-kill",
            Self::TimeoutFinish => "timeout-finish",
            Self::NotificationFd => "notification-fd",
            Self::LockFd => "lock-fd",
            Self::MaxDeathTally => "max-death-tally",
        }
    }

    /// Whether it counts milliseconds.
    #[must_use]
    pub fn is_duration(self) -> bool {
        matches!(self, Self::TimeoutUp | Self::TimeoutDown | Self::TimeoutKill | Self::TimeoutFinish)
    }
}

/// Files of a longrun that name a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Stops the process.
    Down,
    /// Reloads it.
    Reload,
}

impl Signal {
    /// The file's name.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Down => "down-signal",
            Self::Reload => "reload-signal",
        }
    }
}

/// Files whose presence is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// `s6-rc -d change` leaves it up.
    Essential,
    /// New sets start with it enabled.
    Recommended,
    /// The SIGKILL goes to the process group.
    TimeoutKillpg,
    /// A PID namespace of its own.
    Newpidns,
}

impl Flag {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Essential, Self::Recommended, Self::TimeoutKillpg, Self::Newpidns];

    /// The file's name.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Essential => "flag-essential",
            Self::Recommended => "flag-recommended",
            Self::TimeoutKillpg => "flag-timeout-killpg",
            Self::Newpidns => "flag-newpidns",
        }
    }
}
