//! What a person sets in the editor.

/// The section of the editor's settings.
pub(super) const SECTION: &str = "hermesc";

/// Given with `initialize`, or when they change, alone or below `hermesc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether start waves, loggers and the like are shown in the text.
    pub(super) inlay_hints: bool,
    /// Whether a line above each definition says who needs it.
    pub(super) code_lens: bool,
    /// Whether the client knows the commands of those lines.
    pub(super) lens_commands: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { inlay_hints: true, code_lens: true, lens_commands: false }
    }
}

impl Settings {
    /// From what the client gave; what is not said, or not understood, is as it was.
    pub(super) fn read(&self, value: &serde_json::Value) -> Self {
        let value = value.get(SECTION).unwrap_or(value);
        let given = |key: &str, old: bool| value.get(key).and_then(serde_json::Value::as_bool).unwrap_or(old);
        Self {
            inlay_hints: given("inlayHints", self.inlay_hints),
            code_lens: given("codeLens", self.code_lens),
            lens_commands: given("lensCommands", self.lens_commands),
        }
    }
}
