// The grammar on text that people wrote: after every complete file nothing is left open, and what begins a definition at the
// start of a line is coloured as such. The examples are those of the repository; outside of it there are none.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { grammar } from "../../scripts/grammar.mjs";
import { DEFINITIONS } from "../../scripts/keywords.mjs";

const require = createRequire(import.meta.url);
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const examples = `${root}examples`;
const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

/** In the place of the editor's grammars, and harsher: a string goes on until its quote comes. */
const stand_in = (scopeName) => ({
  scopeName,
  patterns: [
    { begin: '"', end: '"', name: "string" },
    { begin: "'", end: "'", name: "string" },
    { begin: "\\{", end: "\\}", name: "block" },
  ],
});

const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) =>
    parseRawGrammar(JSON.stringify(scope === "source.hermes" ? grammar : stand_in(scope)), "grammar.json"),
});
const hermes = await registry.loadGrammar("source.hermes");

/** The scopes of each line's first word that is not blank, and how deep the stack is at the end. */
function read(text) {
  let stack = INITIAL;
  const lines = text.split("\n").map((line) => {
    const { tokens, ruleStack } = hermes.tokenizeLine(line, stack);
    stack = ruleStack;
    const first = tokens.find((token) => line.slice(token.startIndex, token.endIndex).trim() !== "");
    return { line, scopes: first?.scopes ?? [], word: first && line.slice(first.startIndex, first.endIndex).trim() };
  });
  return { lines, depth: stack.depth };
}

const below = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true }).filter((path) => path.endsWith(".hermes")).map((path) => `${directory}/${path}`)
    : [];
const files = below(examples);
const blocks = existsSync(`${root}docs/language.md`)
  ? [...readFileSync(`${root}docs/language.md`, "utf8").matchAll(/^```hermes\n([^]*?)^```$/gm)].map(([, text]) => text)
  : [];

test("nothing is left open after a complete text", { skip: files.length === 0 && "there are no examples here" }, () => {
  assert.ok(blocks.length > 5, "the reference's examples were not found");
  const texts = [...files.map((path) => [path, readFileSync(path, "utf8")]), ...blocks.map((text) => ["docs/language.md", text])];
  for (const [name, text] of texts) {
    const { lines, depth } = read(text);
    assert.equal(depth, 1, `${name} leaves something open:\n${text.slice(0, 400)}`);
    for (const { line, scopes, word } of lines) {
      if (!DEFINITIONS.includes(line.split(/[ (]/, 1)[0])) continue;
      const known = scopes.some((scope) => scope.startsWith("storage.") || scope.startsWith("keyword."));
      assert.ok(known && line.startsWith(word), `${name}: ${line}: ${scopes}`);
    }
  }
});

test("an unclosed text is noticed", () => {
  assert.notEqual(read('longrun web {\n    run sh """\n').depth, 1);
});
