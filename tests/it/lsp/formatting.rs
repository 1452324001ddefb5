//! Layout over the wire.

use serde_json::{Value, json};

use super::client::uri;
use super::work::{Work, apply, place};

const ROUGH: &str = "longrun  a  {run exec a}\n\n\n# é\nlongrun  b  {run exec \"é\"}\n";
const OPTIONS: [&str; 2] = ["tabSize", "insertSpaces"];

/// A session in which the main text is this one, and what a request of that method answers.
fn ask(text: &str, method: &str, more: &Value) -> String {
    let mut work = Work::new(json!({}));
    let path = work.main();
    work.client.did_change(&path, 2, json!([{ "text": text }]));
    let mut params = json!({ "textDocument": { "uri": uri(&path) }, "options": { OPTIONS[0]: 2, OPTIONS[1]: false } });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let edits = work.client.ask(method, params).expect("edits");
    work.client.shut_down();
    apply(text, &edits)
}

#[test]
pub fn a_text_is_laid_out() {
    let laid_out = "longrun a { run exec a }\n\n# é\nlongrun b { run exec \"é\" }\n";
    assert_eq!(ask(ROUGH, "textDocument/formatting", &json!({})), laid_out);
    assert_eq!(ask(laid_out, "textDocument/formatting", &json!({})), laid_out);
    assert_eq!(ask("longrun a { ?\n", "textDocument/formatting", &json!({})), "longrun a { ?\n");
}

#[test]
pub fn some_lines_are_laid_out() {
    let range = json!({ "range": { "start": place(ROUGH, "longrun  b", 3), "end": place(ROUGH, "longrun  b", 4) } });
    let text = ask(ROUGH, "textDocument/rangeFormatting", &range);
    assert_eq!(text, "longrun  a  {run exec a}\n\n\n# é\nlongrun b { run exec \"é\" }\n");
}

#[test]
pub fn a_closing_brace_lays_its_definition_out() {
    let at = |needle: &str, on: usize| json!({ "position": place(ROUGH, needle, on), "ch": "}" });
    let text = ask(ROUGH, "textDocument/onTypeFormatting", &at("a}", 2));
    assert_eq!(text, "longrun a { run exec a }\n\n\n# é\nlongrun  b  {run exec \"é\"}\n");
    assert_eq!(ask(ROUGH, "textDocument/onTypeFormatting", &at("exec a", 2)), ROUGH);
}
