//! Beginning, end, and what is not understood.

use serde_json::{Value, json};

use super::client::Client;

#[test]
fn nothing_is_answered_before_the_beginning_and_after_the_end() {
    let mut client = Client::start();
    assert_eq!(client.ask("textDocument/hover", json!({})).unwrap_err()["code"], -32002);
    assert!(client.ask("initialize", json!({ "capabilities": {} })).is_ok());
    client.tell("initialized", json!({}));
    assert_eq!(client.ask("no/such", json!({})).unwrap_err()["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", json!(7)).unwrap_err()["code"], -32602);
    assert_eq!(client.ask("initialize", json!({ "capabilities": {} })).unwrap_err()["code"], -32600);
    client.tell("no/such", json!({}));
    client.tell("textDocument/didChange", json!([1, 2]));
    assert_eq!(client.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.ask("textDocument/hover", json!({})).unwrap_err()["code"], -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn an_end_without_shutdown_is_told_by_the_exit_code() {
    let (mut client, _) = Client::open(None, json!({}));
    client.tell("exit", Value::Null);
    assert_eq!(client.end(), Some(1));
    let (client, _) = Client::open(None, json!({}));
    assert_eq!(client.end(), Some(1));
}

#[test]
fn what_is_no_message_ends_it_without_a_panic() {
    for bytes in [
        &b"Content-Length: 3\r\n\r\n{{{"[..],
        b"Content-Length: x\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"Content-Length: 99\r\n\r\n{}",
        b"Content-Length: 2\r\n\r\n[]",
    ] {
        let mut client = Client::start();
        client.write(bytes);
        let code = client.end();
        assert!(matches!(code, Some(1 | 2)), "{code:?} for {bytes:?}");
    }
}
