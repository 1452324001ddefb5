// Writes syntaxes/hermes.tmLanguage.json: `npm run grammar`.
//
// The grammar is written here and not as JSON because scripts need a rule for each interpreter and each number of quotes: an
// editor's grammar cannot take back an embedded language that left a quote open, other than at the start of a line, and
// there it cannot compare with the quotes that opened the text.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEFINITIONS, OPTIONS, STATEMENTS } from "./keywords.mjs";

/** Where the grammar is written. */
export const FILE = fileURLToPath(new URL("../syntaxes/hermes.tmLanguage.json", import.meta.url));

/** Interpreters, the grammar that their texts are in, and the editor's name of the language. */
export const LANGUAGES = [
  { id: "shellscript", scope: "source.shell", names: "(?:ba|da|a|k|z|mk)?sh|busybox" },
  { id: "python", scope: "source.python", names: "python(?:[0-9.]+)?|pypy3?" },
  { id: "javascript", scope: "source.js", names: "node(?:js)?|bun|deno" },
  { id: "perl", scope: "source.perl", names: "perl" },
  { id: "ruby", scope: "source.ruby", names: "ruby" },
  { id: "lua", scope: "source.lua", names: "lua(?:jit|[0-9.]+)?" },
  { id: "php", scope: "source.php", names: "php[0-9]*" },
  { id: "fish", scope: "source.fish", names: "fish" },
  { id: "execline", scope: "#execline", names: "execlineb" },
];

/** The boundary of grammar/hermes.pest: the end of a word. */
const END = "(?![\\w./-]|\\{\\{)";
/** The start of a statement or a definition. */
const START = "(?:^|(?<=[;{}]))[ \\t]*";
/** A bare word, with interpolations in it. */
const WORD = "(?!#)(?:[\\w./:@+%~^!?*&<>$#\\x{80}-\\x{10FFFF}-]|\\{\\{[A-Za-z_][\\w-]*\\}\\})+";
/** A name: bare, or quoted. */
const NAME = `${WORD}|"(?:[^"\\\\]|\\\\.)*"`;
/** The end of a statement; a line that is continued never gets here. */
const STOP = "(?=[\\n;}])";

const any = (words) => [...words].sort((a, b) => b.length - a.length).join("|");
/** A scope ends with the language that it is of: hermes, or the one that is named already. */
const scoped = (name) => (name.endsWith(".execline") ? name : `${name}.hermes`);
const refs = (...names) => names.map((name) => ({ include: `#${name}` }));
const named = (name) => ({ name: scoped(name) });
const nameOf = (name) => ({ name: `${name}.hermes`, patterns: refs("interpolation", "escape") });
const matched = (name, match) => ({ name: scoped(name), match });
const words = (name, list) => matched(name, `(?<![\\w./-])(?:${any(list)})${END}`);

/** A statement that goes to the end of the line, or of its block. */
function statement(keywords, patterns, scope = "keyword.other.statement") {
  return {
    name: "meta.statement.hermes",
    begin: `${START}(${any(keywords)})${END}`,
    beginCaptures: { 1: named(scope) },
    end: STOP,
    patterns: [...refs("continuation", "comment"), ...patterns],
  };
}

/** A definition with a name and a body. */
function definition(head, captures, body) {
  return {
    name: "meta.definition.hermes",
    begin: START + head,
    beginCaptures: captures,
    end: "(?<=\\})|(?=[^\\s#{])",
    patterns: refs("comment", body),
  };
}

function block(...patterns) {
  const brace = (side) => named(`punctuation.section.block.${side}`);
  return {
    name: "meta.block.hermes",
    begin: "\\{",
    beginCaptures: { 0: brace("begin") },
    end: "\\}",
    endCaptures: { 0: brace("end") },
    patterns,
  };
}

/** Texts between three, four, and five or more quotes. */
const FENCES = [
  { quotes: '("""(?!"))', end: '"""', inside: '"""' },
  { quotes: '(""""(?!"))', end: '""""', inside: '""""' },
  { quotes: '("{5,})', end: "\\1", inside: '"{5}' },
];
const fenceEnd = (fence, group) => fence.end.replace("1", String(group));

function script({ id, scope, names }) {
  const content = scope.startsWith("#") ? `source.${scope.slice(1)}` : scope;
  return FENCES.map((fence) => ({
    name: "meta.script.hermes",
    // The interpreter, also by its path, its arguments, the quotes.
    begin: `(?<![\\w./-])((?:[\\w./-]*/)?(?:${names}))((?:[ \\t]+[\\w./:@+%=-]+)*)[ \\t]+${fence.quotes}`,
    beginCaptures: {
      1: named("support.function.interpreter"),
      2: named("constant.other.option"),
      3: named("punctuation.definition.string.begin"),
    },
    end: fenceEnd(fence, 3),
    endCaptures: { 0: named("punctuation.definition.string.end") },
    patterns: [
      {
        // Line by line, so that a quote that the script leaves open does not reach beyond it.
        begin: `^(?!.*${fence.inside})`,
        while: `^(?!.*${fence.inside})`,
        name: `meta.embedded.block.${id}.hermes`,
        contentName: content,
        patterns: [{ include: scope }],
      },
      ...refs("interpolation"),
    ],
  }));
}

function fence(fence) {
  return {
    name: "string.quoted.triple.hermes",
    begin: fence.quotes,
    beginCaptures: { 1: named("punctuation.definition.string.begin") },
    end: fenceEnd(fence, 1),
    endCaptures: { 0: named("punctuation.definition.string.end") },
    patterns: refs("interpolation"),
  };
}

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
const grouped = new Set(Object.values(GROUPS).flat());
const plain = [...STATEMENTS, ...OPTIONS].filter((keyword) => !grouped.has(keyword));

const repository = {
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
  script: { patterns: LANGUAGES.flatMap(script) },
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
  definitions: {
    patterns: [
      definition(
        `(?:(extend)[ \\t]+)?(longrun|oneshot|service|cont-init)[ \\t]+(${NAME})`,
        { 1: named("storage.modifier"), 2: named("storage.type"), 3: nameOf("entity.name.type") },
        "body",
      ),
      definition(
        `(?:(extend)[ \\t]+)?(bundle)[ \\t]+(${NAME})`,
        { 1: named("storage.modifier"), 2: named("storage.type"), 3: nameOf("entity.name.type") },
        "bundle",
      ),
      definition(`(main|stage2-hook)(?=[ \\t]*(?:[{#\\n]))`, { 1: named("storage.type") }, "body"),
      {
        name: "meta.definition.template.hermes",
        begin: `${START}(template)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]*(?=\\()`,
        beginCaptures: { 1: named("storage.type"), 2: named("entity.name.function.template") },
        end: "(?<=\\})|(?=[^\\s#{(])",
        patterns: [
          ...refs("comment"),
          {
            begin: "\\(",
            beginCaptures: { 0: named("punctuation.section.parameters.begin") },
            end: "\\)",
            endCaptures: { 0: named("punctuation.section.parameters.end") },
            patterns: [
              ...refs("comment"),
              {
                match: "([A-Za-z_][\\w-]*)(?:[ \\t]*(:)[ \\t]*([A-Za-z_][\\w-]*))?",
                captures: {
                  1: named("variable.parameter"),
                  2: named("punctuation.separator.type"),
                  3: named("support.type.pattern"),
                },
              },
              {
                begin: "=",
                beginCaptures: { 0: named("keyword.operator.assignment") },
                end: "(?=[,)\\n])",
                patterns: refs("text", "list", "number", "word"),
              },
              ...refs("punctuation"),
            ],
          },
          ...refs("body"),
        ],
      },
      {
        name: "meta.use.hermes",
        begin: `${START}(use)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]*(\\()`,
        beginCaptures: {
          1: named("keyword.control.use"),
          2: named("entity.name.function.template"),
          3: named("punctuation.section.arguments.begin"),
        },
        end: "\\)",
        endCaptures: { 0: named("punctuation.section.arguments.end") },
        patterns: [
          ...refs("comment"),
          {
            match: "([A-Za-z_][\\w-]*)[ \\t]*(=)",
            captures: { 1: named("variable.parameter"), 2: named("keyword.operator.assignment") },
          },
          ...refs("text", "list", "number", "word", "punctuation"),
        ],
      },
      {
        name: "meta.for.hermes",
        begin: `${START}(for)[ \\t]+([A-Za-z_][\\w-]*)[ \\t]+(in)${END}`,
        beginCaptures: {
          1: named("keyword.control.for"),
          2: named("variable.parameter"),
          3: named("keyword.control.in"),
        },
        end: "(?<=\\})|(?=[;}])",
        patterns: refs("comment", "interpolation", "body", "text", "list", "word"),
      },
      {
        name: "meta.definition.pipeline.hermes",
        begin: `${START}(pipeline)[ \\t]+(?:(${NAME})[ \\t]*(=))?`,
        beginCaptures: {
          1: named("storage.type"),
          2: nameOf("entity.name.type"),
          3: named("keyword.operator.assignment"),
        },
        end: STOP,
        patterns: refs("name"),
      },
      {
        name: "meta.extern.hermes",
        begin: `${START}(extern)[ \\t]+(longrun|oneshot|bundle|service)${END}`,
        beginCaptures: { 1: named("storage.modifier"), 2: named("storage.type") },
        end: STOP,
        patterns: refs("name"),
      },
      {
        name: "meta.constant.hermes",
        begin: `${START}(let)[ \\t]+([A-Za-z_][\\w-]*)`,
        beginCaptures: { 1: named("storage.type"), 2: named("variable.other.constant") },
        end: STOP,
        patterns: refs("continuation", "comment", "text", "list", "number", "punctuation", "word"),
      },
      {
        name: "meta.target.hermes",
        begin: `${START}(target)${END}`,
        beginCaptures: { 1: named("keyword.control.target") },
        end: STOP,
        patterns: [
          ...refs("continuation", "comment"),
          words("support.constant.target", ["s6-overlay", "s6-rc"]),
          ...refs("number", "text", "word"),
        ],
      },
      statement(["include"], refs("text", "word"), "keyword.control.include"),
    ],
  },
  bundle: block(
    ...refs("comment"),
    statement(["flag-essential", "flag-recommended"], refs("text", "word")),
    statement(["raw"], refs("content", "script", "exec", "text", "word")),
    ...refs("name"),
  ),
  body: block(...refs("comment", "definitions", "statements", "body", "text", "exec", "list", "punctuation", "word")),
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
  execline: {
    patterns: [
      matched("comment.line.number-sign.execline", "(?<![^\\s])#.*$"),
      {
        name: "string.quoted.double.execline",
        begin: '"',
        end: '"',
        patterns: [matched("constant.character.escape.execline", "\\\\.")],
      },
      {
        match: "(\\$)(?:(\\w+)|(\\{)([^}\\n]*)(\\}))",
        captures: { 2: named("variable.other.execline"), 4: named("variable.other.execline") },
      },
      matched("punctuation.section.block.execline", "(?<![^\\s])[{}](?!\\S)"),
      matched("support.function.program.execline", "(?:^[ \\t]*|(?<=\\{)[ \\t]+)[^\\s#{}\"$][^\\s{}\"$]*"),
    ],
  },
};

/** The whole grammar. */
export const grammar = {
  information_for_contributors: ["Written by scripts/grammar.mjs: change that and run `npm run grammar`."],
  name: "hermes",
  scopeName: "source.hermes",
  fileTypes: ["hermes"],
  // hermesc replaces these before an interpreter sees the script, in its strings and comments too.
  injections: { "L:meta.embedded.block": { patterns: refs("interpolation") } },
  patterns: refs("comment", "definitions", "statements", "body", "text", "exec", "list", "punctuation", "word"),
  repository,
};

/** As it is written to the disk. */
export const text = `${JSON.stringify(grammar, null, 2)}\n`;

const unknown = [...grouped].filter((keyword) => ![...STATEMENTS, ...OPTIONS].includes(keyword));
if (unknown.length > 0) throw new Error(`not in keywords.mjs: ${unknown.join(", ")}`);
if (DEFINITIONS.some((keyword) => !text.includes(keyword))) throw new Error("a definition has no rule");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, text);
