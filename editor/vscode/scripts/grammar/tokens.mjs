// The smallest parts: comments, text, numbers, names, `exec` and its words.

import { END, NAME, WORD, any, matched, nameOf, named, refs, words } from "./parts.mjs";
import { FENCES, fence } from "./scripts.mjs";

/** The rules by their names. */
export const tokens = {
  comment: {
    patterns: [
      {
        name: "comment.line.documentation.hermes",
        match: "^[ \\t]*((##)(?!#).*)$",
        captures: { 2: named("punctuation.definition.comment") },
      },
      {
        name: "comment.line.number-sign.hermes",
        begin: "(?<![\\w./:@+%~^!?*&<>$#-])#",
        beginCaptures: { 0: named("punctuation.definition.comment") },
        end: "(?=\\n)",
        patterns: [
          {
            match: "(?<=#)[ \\t]*(hermesc:)[ \\t]*(allow(?:-file)?)[ \\t]*\\(([^)\\n]*)\\)",
            captures: {
              1: named("keyword.control.directive"),
              2: named("keyword.control.directive"),
              3: named("constant.other.rule"),
            },
          },
        ],
      },
    ],
  },
  continuation: {
    patterns: [
      matched("punctuation.separator.continuation", "\\\\[ \\t]*\\n"),
      // A comma or a `|` at the end of a line, with or without a comment.
      {
        match: "([,|])[ \\t]*((#)[^\\n]*)?\\n",
        captures: {
          1: named("punctuation.separator"),
          2: named("comment.line.number-sign"),
          3: named("punctuation.definition.comment"),
        },
      },
    ],
  },
  interpolation: {
    patterns: [
      matched("constant.character.escape", "\\{\\{\\{\\{"),
      {
        name: "meta.interpolation.hermes",
        match: "(\\{\\{)([A-Za-z_][\\w-]*)(\\}\\})",
        captures: {
          1: named("punctuation.definition.template-expression.begin"),
          2: named("variable.other.constant"),
          3: named("punctuation.definition.template-expression.end"),
        },
      },
    ],
  },
  escape: { patterns: [matched("constant.character.escape", "\\\\(?:[ntre0\"\\\\]|x[0-9A-Fa-f]{2}|u\\{[0-9A-Fa-f]+\\})")] },
  text: { patterns: [...FENCES.map(fence), { include: "#string" }] },
  string: {
    name: "string.quoted.double.hermes",
    begin: '"',
    beginCaptures: { 0: named("punctuation.definition.string.begin") },
    end: '"|(?=\\n)',
    endCaptures: { 0: named("punctuation.definition.string.end") },
    patterns: [...refs("interpolation", "escape"), matched("invalid.illegal.escape", "\\\\.")],
  },
  list: {
    begin: "\\[",
    beginCaptures: { 0: named("punctuation.section.brackets.begin") },
    end: "\\]",
    endCaptures: { 0: named("punctuation.section.brackets.end") },
    patterns: refs("comment", "text", "list", "number", "punctuation", "word"),
  },
  punctuation: {
    patterns: [
      matched("keyword.operator.assignment", "="),
      matched("keyword.operator.pipe", "\\|"),
      matched("punctuation.separator", "[,;]"),
      matched("punctuation.section.parens", "[()]"),
    ],
  },
  duration: matched("constant.numeric.duration", `(?<![\\w./-])\\d+(?:\\.\\d+)?(?:ms|s|min|m|h|d)${END}`),
  size: matched("constant.numeric.size", `(?<![\\w./-])\\d+(?:\\.\\d+)?(?:B|kB|MB|GB|KiB|MiB|GiB)${END}`),
  number: matched("constant.numeric", `(?<![\\w./-])-?\\d+(?:\\.\\d+)*${END}`),
  never: words("constant.language", ["never", "unlimited"]),
  signal: matched("constant.other.signal", `(?<![\\w./-])(?:SIG)?(?:${any([
    "HUP", "INT", "QUIT", "ILL", "ABRT", "FPE", "KILL", "SEGV", "PIPE", "ALRM", "TERM", "USR1", "USR2", "CHLD", "CONT",
    "STOP", "TSTP", "TTIN", "TTOU", "BUS", "PROF", "SYS", "TRAP", "URG", "VTALRM", "XCPU", "XFSZ", "WINCH", "IO", "PWR",
  ])})${END}`),
  content: {
    patterns: [
      words("keyword.other.content", ["text", "file", "link", "directory"]),
      {
        match: `(?<![\\w./-])(mode)[ \\t]+([0-7]+)${END}`,
        captures: { 1: named("keyword.other.content"), 2: named("constant.numeric.octal") },
      },
    ],
  },
  word: { match: WORD, name: "string.unquoted.hermes", captures: { 0: { patterns: refs("interpolation") } } },
  name: {
    patterns: [
      ...refs("continuation", "comment"),
      { name: "entity.name.function.hermes", match: NAME, captures: { 0: { patterns: refs("interpolation", "escape") } } },
      ...refs("punctuation"),
    ],
  },
  exec: {
    name: "meta.exec.hermes",
    begin: "(?<![\\w./-])(exec)(?=[ \\t\\\\])",
    beginCaptures: { 1: named("keyword.control.exec") },
    end: "(?=[\\n;}])|(?<=[ \\t])(?=#)",
    patterns: [
      ...refs("continuation"),
      {
        // The first word is the program.
        match: "(?<=exec)[ \\t]+((?:[^\\s\"'\\\\;{}$#]|(?<=[^\\s])#|\\$(?!\\{)|\\{\\{[A-Za-z_][\\w-]*\\}\\})+)",
        captures: { 1: nameOf("support.function.program") },
      },
      ...refs("exec-word"),
    ],
  },
  "exec-word": {
    patterns: [
      ...FENCES.map(fence),
      {
        name: "string.quoted.double.hermes",
        begin: '"',
        beginCaptures: { 0: named("punctuation.definition.string.begin") },
        end: '"|(?=\\n)',
        endCaptures: { 0: named("punctuation.definition.string.end") },
        patterns: refs("interpolation", "variable", "escape"),
      },
      {
        name: "string.quoted.single.hermes",
        begin: "'",
        beginCaptures: { 0: named("punctuation.definition.string.begin") },
        end: "'|(?=\\n)",
        endCaptures: { 0: named("punctuation.definition.string.end") },
        patterns: refs("interpolation"),
      },
      ...refs("interpolation", "variable"),
      matched("constant.character.escape", "\\\\."),
      matched("string.unquoted", "\\{[^}\\n]*\\}?"),
      matched("constant.other.option", "(?<=[ \\t])--?[A-Za-z0-9][\\w-]*"),
      matched("string.unquoted", "[^\\s\"'\\\\;{}$]+|\\$"),
    ],
  },
  variable: {
    name: "meta.variable.hermes",
    begin: "(\\$\\{)([A-Za-z_]\\w*)?(:[-?])?",
    beginCaptures: {
      1: named("punctuation.definition.variable.begin"),
      2: named("variable.other.environment"),
      3: named("keyword.operator.default"),
    },
    end: "(\\})|(?=\\n)",
    endCaptures: { 1: named("punctuation.definition.variable.end") },
    patterns: [...refs("interpolation"), matched("string.unquoted.default", "[^}\\n{]+|\\{")],
  },
};
