// What the rules are made of.

/** The boundary of grammar/hermes.pest: the end of a word. */
export const END = "(?![\\w./-]|\\{\\{)";
/** The start of a statement or a definition. */
export const START = "(?:^|(?<=[;{}]))[ \\t]*";
/** A bare word, with interpolations in it. */
export const WORD = "(?!#)(?:[\\w./:@+%~^!?*&<>$#\\x{80}-\\x{10FFFF}-]|\\{\\{[A-Za-z_][\\w-]*\\}\\})+";
/** A name: bare, or quoted. */
export const NAME = `${WORD}|"(?:[^"\\\\]|\\\\.)*"`;
/** The end of a statement; a line that is continued never gets here. */
export const STOP = "(?=[\\n;}])";

export const any = (words) => [...words].sort((a, b) => b.length - a.length).join("|");
/** A scope ends with the language that it is of: hermes, or the one that is named already. */
export const scoped = (name) => (name.endsWith(".execline") ? name : `${name}.hermes`);
export const refs = (...names) => names.map((name) => ({ include: `#${name}` }));
export const named = (name) => ({ name: scoped(name) });
export const nameOf = (name) => ({ name: `${name}.hermes`, patterns: refs("interpolation", "escape") });
export const matched = (name, match) => ({ name: scoped(name), match });
export const words = (name, list) => matched(name, `(?<![\\w./-])(?:${any(list)})${END}`);

/** A statement that goes to the end of the line, or of its block. */
export function statement(keywords, patterns, scope = "keyword.other.statement") {
  return {
    name: "meta.statement.hermes",
    begin: `${START}(${any(keywords)})${END}`,
    beginCaptures: { 1: named(scope) },
    end: STOP,
    patterns: [...refs("continuation", "comment"), ...patterns],
  };
}

/** A definition with a name and a body. */
export function definition(head, captures, body) {
  return {
    name: "meta.definition.hermes",
    begin: START + head,
    beginCaptures: captures,
    end: "(?<=\\})|(?=[^\\s#{])",
    patterns: refs("comment", body),
  };
}

export function block(...patterns) {
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
