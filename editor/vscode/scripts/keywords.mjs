// The language's words. tests/it/vscode.rs compares them with the compiler's own table.

/** What begins a definition. */
export const DEFINITIONS = [
  "target", "umask", "let", "include", "extern", "longrun", "oneshot", "bundle", "extend", "pipeline", "template", "use", "for",
  "main", "cont-init", "stage2-hook", "raw",
];

/** What begins a statement. */
export const STATEMENTS = [
  "run", "finish", "up", "down", "reload", "depends-on", "in", "timeout-up", "timeout-down", "timeout-kill", "timeout-finish",
  "notification-fd", "lock-fd", "max-death-tally", "down-signal", "reload-signal", "flag-essential", "flag-recommended",
  "flag-timeout-killpg", "flag-newpidns", "data", "envdir", "instance-template", "raw", "user", "env", "env-file", "cwd",
  "umask", "limit", "nice", "redirect", "when", "stop-on", "ready", "log", "on-exit", "prepare", "cleanup", "control-user",
];

/** What begins an option between the braces of a statement. */
export const OPTIONS = [
  "keep", "rotate-at", "timestamp", "user", "select", "deselect", "check", "interval", "check-timeout", "timeout", "tries",
];
