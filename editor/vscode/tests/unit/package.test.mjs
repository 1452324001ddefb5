// The parts of the extension that are no program: what package.json says of them holds.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FILE, LANGUAGES, text } from "../../scripts/grammar.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const extension = JSON.parse(read("package.json"));
const { contributes } = extension;

test("the grammar is the one that is written", () => {
  assert.equal(readFileSync(FILE, "utf8"), text, "run `npm run grammar`");
});

test("every language of a script is known to the editor", () => {
  const embedded = contributes.grammars[0].embeddedLanguages;
  assert.deepEqual(Object.keys(embedded), LANGUAGES.map(({ id }) => `meta.embedded.block.${id}.hermes`));
});

test("every file that is named is there", () => {
  const named = [...contributes.grammars, ...contributes.snippets].map(({ path }) => path);
  named.push(...contributes.languages.map(({ configuration }) => configuration).filter(Boolean), extension.icon);
  for (const path of named) assert.ok(existsSync(new URL(`../../${path}`, import.meta.url)), path);
  JSON.parse(read("language-configuration.json"));
});

test("every command is registered, and every command that is registered is named", () => {
  const source = read("src/extension.ts");
  const registered = [...source.matchAll(/registerCommand\("([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(registered.sort(), contributes.commands.map(({ command }) => command).sort());
});

test("every setting is read, and every setting that is read is named", () => {
  const named = Object.keys(contributes.configuration.properties).filter((name) => name !== "hermesc.trace.server");
  const read_ = [...read("src/settings.ts").matchAll(/\.get(?:<[^(]*>)?\("([^"]+)"/g)].map(([, name]) => `hermesc.${name}`);
  assert.deepEqual(read_.sort(), named.sort());
});

test("the problem matcher reads `hermesc check --format short`", () => {
  const [{ pattern }] = contributes.problemMatchers;
  const line = "services/web.hermes:3:26: error[bare-variable] `$PORT` is not expanded without braces";
  const found = new RegExp(pattern.regexp).exec(line);
  assert.deepEqual(
    [pattern.file, pattern.line, pattern.column, pattern.severity, pattern.code, pattern.message].map((at) => found[at]),
    ["services/web.hermes", "3", "26", "error", "bare-variable", "`$PORT` is not expanded without braces"],
  );
  assert.ok(new RegExp(pattern.regexp).test("a:1:1: warning[x] y"));
  assert.ok(new RegExp(pattern.regexp).test("a:1:1: hint[x] y"));
  assert.equal(new RegExp(pattern.regexp).exec("hermesc: nothing"), null);
});

test("indentation grows after what opens, and only there", () => {
  const { indentationRules } = JSON.parse(read("language-configuration.json"));
  const grows = new RegExp(indentationRules.increaseIndentPattern);
  const shrinks = new RegExp(indentationRules.decreaseIndentPattern);
  for (const line of ["longrun web {", "    up sh \"\"\"", "for x in [", "ready {   # why", "use gateway("]) assert.match(line, grows);
  for (const line of ["longrun web { run exec x }", "# a {", "in user", "cwd \"{\"", "use gateway(\"x\")"]) assert.doesNotMatch(line, grows);
  for (const line of ["}", "    ]", ")"]) assert.match(line, shrinks);
});

test("the licence is the project's", { skip: !existsSync(new URL("../../../../LICENSE", import.meta.url)) }, () => {
  assert.equal(read("LICENSE"), read("../../LICENSE"));
});
