//! Durations, sizes, numbers, signals and modes, from their texts.

/// Why a text is not the value that it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueError {
    /// It has no unit; the number is what was written.
    Bare,
    /// It is not one at all.
    Malformed,
    /// It is one, and too large.
    TooLarge,
    /// It does not come out as a whole number of the smallest unit.
    Fraction,
}

const DURATION_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("k", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("M", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// A duration in milliseconds: `30s`, `1.5s`, `200ms`, `never` (which is 0).
///
/// # Errors
///
/// See [`ValueError`]. Durations fit 32 bits, as s6-rc-compile reads them (s6-rc 0.7.0.0).
pub fn duration(text: &str) -> Result<u32, ValueError> {
    if text == "never" {
        return Ok(0);
    }
    quantity(text, DURATION_UNITS).and_then(|value| u32::try_from(value).map_err(|_| ValueError::TooLarge))
}

/// A size in bytes: `1MB`, `512KiB`.
///
/// # Errors
///
/// See [`ValueError`].
pub fn size(text: &str) -> Result<u64, ValueError> {
    quantity(text, SIZE_UNITS)
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Result<u64, ValueError> {
    let digits = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || (number.contains('.') && fraction.is_empty()) {
        return Err(ValueError::Malformed);
    }
    if unit.is_empty() {
        return Err(ValueError::Bare);
    }
    let factor =
        units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor).ok_or(ValueError::Malformed)?;
    let parse = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u64>().ok() };
    let whole = parse(whole).and_then(|whole| whole.checked_mul(factor)).ok_or(ValueError::TooLarge)?;
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).unwrap_or(u32::MAX)).ok_or(ValueError::TooLarge)?;
    let part = parse(fraction).and_then(|part| part.checked_mul(factor)).ok_or(ValueError::TooLarge)?;
    if part % scale != 0 {
        return Err(ValueError::Fraction);
    }
    whole.checked_add(part / scale).ok_or(ValueError::TooLarge)
}

/// A decimal number of 32 bits.
///
/// # Errors
///
/// See [`ValueError`].
pub fn number(text: &str) -> Result<u32, ValueError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError::Malformed);
    }
    text.parse().map_err(|_| ValueError::TooLarge)
}

/// Permission bits in octal: `0755`.
///
/// # Errors
///
/// See [`ValueError`].
pub fn mode(text: &str) -> Result<u32, ValueError> {
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777).ok_or(ValueError::Malformed)
}

/// The signals of Linux, without `SIG` (signal(7)); s6 takes names with or without it, and numbers.
pub const SIGNALS: &[(&str, u8)] = &[
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("PWR", 30),
    ("SYS", 31),
];

/// The number of a signal: `SIGTERM`, `TERM` or `15`.
#[must_use]
pub fn signal(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse::<u8>() {
        return (1..=64).contains(&number).then_some(number);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// What the values of a template's parameter must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Letters, digits, `_`, `-` and `.`, at most 64, not beginning with `-` or `.`.
    Name,
    /// Decimal digits.
    Number,
    /// An absolute path without `..`.
    Path,
}

impl Pattern {
    /// The names of the patterns.
    pub const NAMES: &'static [&'static str] = &["name", "number", "path"];

    /// The pattern of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "name" => Some(Self::Name),
            "number" => Some(Self::Number),
            "path" => Some(Self::Path),
            _ => None,
        }
    }

    /// Whether a value matches.
    ///
    /// # Errors
    ///
    /// Why it does not, in a few words.
    pub fn check(self, value: &[u8]) -> Result<(), &'static str> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let fault = match self {
            _ if value.is_empty() => Some("empty"),
            Self::Name if value.len() > 64 => Some("longer than 64 characters"),
            Self::Name if matches!(value.first(), Some(b'-' | b'.')) => Some("begins with `-` or `.`"),
            Self::Name if !value.iter().all(allowed) => Some("may hold letters, digits, `_`, `-` and `.` only"),
            Self::Number if !value.iter().all(u8::is_ascii_digit) => Some("may hold digits only"),
            Self::Path if value.first() != Some(&b'/') => Some("does not begin with `/`"),
            Self::Path if value.split(|byte| *byte == b'/').any(|part| part == b"..") => Some("holds `..`"),
            Self::Path if value.iter().any(u8::is_ascii_control) => Some("holds control characters"),
            _ => None,
        };
        fault.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_units() {
        assert_eq!(duration("30s"), Ok(30_000));
        assert_eq!(duration("1.5s"), Ok(1_500));
        assert_eq!(duration("0.0001s"), Err(ValueError::Fraction));
        assert_eq!(duration("2h"), Ok(7_200_000));
        assert_eq!(duration("30"), Err(ValueError::Bare));
        assert_eq!(duration("4294967296ms"), Err(ValueError::TooLarge));
        assert_eq!(duration("99999999999999999999s"), Err(ValueError::TooLarge));
        assert_eq!(duration("s"), Err(ValueError::Malformed));
        assert_eq!(duration("1.s"), Err(ValueError::Malformed));
        assert_eq!(duration("5 s"), Err(ValueError::Malformed));
        assert_eq!(duration("never"), Ok(0));
    }

    #[test]
    fn sizes_carry_units() {
        assert_eq!(size("1MB"), Ok(1_000_000));
        assert_eq!(size("1MiB"), Ok(1_048_576));
        assert_eq!(size("10"), Err(ValueError::Bare));
    }

    #[test]
    fn signals_have_names_and_numbers() {
        assert_eq!(signal("SIGTERM"), Some(15));
        assert_eq!(signal("quit"), Some(3));
        assert_eq!(signal("9"), Some(9));
        assert_eq!(signal("0"), None);
        assert_eq!(signal("SIGFOO"), None);
    }
}
