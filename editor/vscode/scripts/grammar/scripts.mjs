// Texts over lines: scripts in their own language, and all others.

import { matched, named, refs } from "./parts.mjs";

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

/** Texts between three, four, and five or more quotes. */
export const FENCES = [
  { quotes: '("""(?!"))', end: '"""', inside: '"""' },
  { quotes: '(""""(?!"))', end: '""""', inside: '""""' },
  { quotes: '("{5,})', end: "\\1", inside: '"{5}' },
];
export const fenceEnd = (fence, group) => fence.end.replace("1", String(group));

export function script({ id, scope, names }) {
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

export function fence(fence) {
  return {
    name: "string.quoted.triple.hermes",
    begin: fence.quotes,
    beginCaptures: { 1: named("punctuation.definition.string.begin") },
    end: fenceEnd(fence, 1),
    endCaptures: { 0: named("punctuation.definition.string.end") },
    patterns: refs("interpolation"),
  };
}

/** The rules by their names. */
export const scripts = {
  script: { patterns: LANGUAGES.flatMap(script) },
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
