// Statements, by what their arguments are.

import { OPTIONS, STATEMENTS } from "../keywords.mjs";
import { END, matched, refs, statement, words } from "./parts.mjs";

const ARGUMENTS = ["exec", "script", "text", "list", "punctuation", "word"];
const NUMBERS = ["duration", "size", "number", "never", "interpolation", "string", "word"];
const PROGRAM = ["exec", "script", "content", "text", "word"];
const GROUPS = {
  // What the arguments of these statements are; all others are in `plain`.
  program: ["run", "finish", "up", "down", "reload", "prepare", "cleanup", "check"],
  names: ["depends-on", "in"],
  numbers: [
    "timeout-up", "timeout-down", "timeout-kill", "timeout-finish", "notification-fd", "lock-fd", "max-death-tally", "nice",
    "interval", "check-timeout", "timeout", "tries", "keep", "rotate-at",
  ],
  signal: ["down-signal", "reload-signal", "stop-on"],
  flag: ["flag-essential", "flag-recommended", "flag-timeout-killpg", "flag-newpidns"],
  file: ["data", "envdir", "instance-template", "raw"],
  condition: ["when"],
  nested: ["log", "ready"],
};
export const grouped = new Set(Object.values(GROUPS).flat());
const plain = [...STATEMENTS, ...OPTIONS].filter((keyword) => !grouped.has(keyword));

/** The rules by their names. */
export const statements = {
  statements: {
    patterns: [
      statement(GROUPS.program, refs(...PROGRAM)),
      statement(GROUPS.names, [words("constant.language", ["none"]), ...refs("name")]),
      statement(GROUPS.numbers, refs(...NUMBERS)),
      statement(GROUPS.signal, [
        words("keyword.other.clause", ["exit", "signal"]),
        ...refs("signal", "number", "punctuation", "text", "word"),
      ]),
      statement(GROUPS.flag, refs("text", "word")),
      statement(GROUPS.file, refs("content", "script", "exec", "text", "word")),
      statement(GROUPS.condition, [
        words("keyword.operator.logical", ["and", "or", "not"]),
        words("keyword.other.clause", ["env", "path", "command"]),
        ...refs("exec", "script", "text"),
        matched("variable.other.environment", `(?<=\\benv)[ \\t]+[A-Za-z_]\\w*${END}`),
        ...refs("punctuation", "word"),
      ]),
      statement(GROUPS.nested, [
        words("keyword.other.clause", ["to", "through", "fd", "check"]),
        words("support.constant.stream", ["stdout", "stderr"]),
        ...refs("exec", "script", "body", "number", "text", "punctuation", "word"),
      ]),
      statement(["env"], [
        matched("variable.other.environment", "[A-Za-z_]\\w*(?=[ \\t]*=)"),
        ...refs("punctuation", "text", "word"),
      ]),
      statement(plain.filter((keyword) => keyword !== "env"), [
        words("keyword.other.clause", ["to"]),
        words("support.constant.stream", ["stdout", "stderr"]),
        words("constant.language", ["stop-container", "iso8601", "tai64n", "none", "unlimited"]),
        ...refs("size", "duration", "number", ...ARGUMENTS),
      ]),
    ],
  },
};
