// Writes syntaxes/hermes.tmLanguage.json: `npm run grammar`.
//
// The grammar is written here and not as JSON because scripts need a rule for each interpreter and each number of quotes: an
// editor's grammar cannot take back an embedded language that left a quote open, other than at the start of a line, and
// there it cannot compare with the quotes that opened the text.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { definitions } from "./grammar/definitions.mjs";
import { refs } from "./grammar/parts.mjs";
import { scripts } from "./grammar/scripts.mjs";
import { grouped, statements } from "./grammar/statements.mjs";
import { tokens } from "./grammar/tokens.mjs";
import { DEFINITIONS, OPTIONS, STATEMENTS } from "./keywords.mjs";

export { LANGUAGES } from "./grammar/scripts.mjs";

/** Where the grammar is written. */
export const FILE = fileURLToPath(new URL("../syntaxes/hermes.tmLanguage.json", import.meta.url));

/** The whole grammar. */
export const grammar = {
  information_for_contributors: ["Written by scripts/grammar.mjs: change that and run `npm run grammar`."],
  name: "hermes",
  scopeName: "source.hermes",
  fileTypes: ["hermes"],
  // hermesc replaces these before an interpreter sees the script, in its strings and comments too.
  injections: { "L:meta.embedded.block": { patterns: refs("interpolation") } },
  patterns: refs("comment", "definitions", "statements", "body", "text", "exec", "list", "punctuation", "word"),
  repository: { ...tokens, ...scripts, ...definitions, ...statements },
};

/** As it is written to the disk. */
export const text = `${JSON.stringify(grammar, null, 2)}\n`;

const unknown = [...grouped].filter((keyword) => ![...STATEMENTS, ...OPTIONS].includes(keyword));
if (unknown.length > 0) throw new Error(`not in keywords.mjs: ${unknown.join(", ")}`);
if (DEFINITIONS.some((keyword) => !text.includes(keyword))) throw new Error("a definition has no rule");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, text);
