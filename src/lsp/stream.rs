//! Messages on a stream, in the framing of the protocol, within limits.

use std::io::{self, BufRead, Cursor, Read, Write};

use lsp_server::Message;

/// Messages above this many bytes are refused (256 MiB): larger than any text that is read, escapes included.
pub const MAX_MESSAGE: u64 = 256 << 20;

/// The header of a message is no longer (64 KiB).
const MAX_HEADER: u64 = 64 << 10;

/// Hands on what a client says, until it says `exit` or ends, or nobody takes it any more.
///
/// # Errors
///
/// What is read is no message, or too large to be one.
pub(super) fn read(input: &mut impl BufRead, hand_on: impl Fn(Message) -> bool) -> io::Result<()> {
    while let Some(message) = one(input)? {
        let is_exit = matches!(&message, Message::Notification(notification) if notification.method == "exit");
        if !hand_on(message) || is_exit {
            break;
        }
    }
    Ok(())
}

/// Writes what a client is told.
///
/// # Errors
///
/// As the operating system says.
pub(super) fn write(messages: impl IntoIterator<Item = Message>, output: &mut impl Write) -> io::Result<()> {
    messages.into_iter().try_for_each(|message| message.write(output))
}

/// One message; nothing at the end.
fn one(input: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut head = Vec::new();
    let mut limited = input.by_ref().take(MAX_HEADER);
    loop {
        let before = head.len();
        if limited.read_until(b'\n', &mut head)? == 0 {
            return if head.is_empty() { Ok(None) } else { Err(refused("its header does not end")) };
        }
        if matches!(head.get(before..), Some(b"\r\n")) {
            break;
        }
    }
    let length = length(&head).ok_or_else(|| refused("it says no Content-Length"))?;
    if length > MAX_MESSAGE {
        return Err(refused(&format!("it is larger than {} MiB", MAX_MESSAGE >> 20)));
    }
    // Memory is taken for what comes, not for what is announced.
    let mut whole = head;
    if input.by_ref().take(length).read_to_end(&mut whole)? as u64 != length {
        return Err(refused("it ends early"));
    }
    // Its own words would show all of it.
    Message::read(&mut Cursor::new(whole)).map_err(|_| refused("its content is none"))
}

/// What a header says of the length of what follows.
fn length(head: &[u8]) -> Option<u64> {
    let lines = std::str::from_utf8(head).ok()?.lines();
    let mut fields = lines.filter_map(|line| line.split_once(": "));
    fields.rfind(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))?.1.parse().ok()
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no message of the protocol: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        one(&mut Cursor::new(bytes)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_too_large_or_no_message_is_refused() {
        let body = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let whole = format!("Content-Type: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        assert!(matches!(one(&mut Cursor::new(whole)).unwrap(), Some(Message::Notification(_))));
        assert!(one(&mut Cursor::new(b"")).unwrap().is_none());
        assert!(refusal(b"Content-Length: 99999999999999\r\n\r\n").contains("larger than 256 MiB"));
        assert!(refusal(b"Content-Length: 99999999999999999999999\r\n\r\n").contains("no Content-Length"));
        assert!(refusal(b"Content-Length: -1\r\n\r\n").contains("no Content-Length"));
        assert!(refusal(b"Content-Length: 200000000\r\n\r\n{").contains("ends early"));
        assert!(refusal(&vec![b'a'; 1 << 17]).contains("does not end"));
    }
}
