//! What must not get lost.

/// How often each byte occurs, without those that layout is made of.
#[derive(PartialEq, Eq)]
pub(super) struct Signs([u32; 256]);

/// Counts the bytes of a text.
pub(super) fn signs(text: &str) -> Signs {
    let mut counts = [0; 256];
    for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b',' | b'\\')) {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    Signs(counts)
}
