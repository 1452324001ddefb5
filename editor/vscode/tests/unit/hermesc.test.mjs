// What needs no editor: where the program is, what it emits, what is shown of it. With HERMESC the real program is asked,
// too; a program of the tests' own stands in for it elsewhere.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { emit, lacksCommand, program, run, show } from "../../dist/test/hermesc.mjs";

const scratch = mkdtempSync(join(tmpdir(), "hermesc-unit-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

function script(name, text) {
  const path = join(scratch, name);
  writeFileSync(path, `#!/bin/sh\n${text}`);
  chmodSync(path, 0o755);
  return path;
}

test("the setting is a name or a path", () => {
  assert.equal(program("hermesc", "/w", "/home/a"), "hermesc");
  assert.equal(program("  ", "/w", "/home/a"), "hermesc");
  assert.equal(program("~/bin/hermesc", "/w", "/home/a"), "/home/a/bin/hermesc");
  assert.equal(program("${workspaceFolder}/target/debug/hermesc", "/w", "/home/a"), "/w/target/debug/hermesc");
  assert.equal(program("/opt/~/hermesc", undefined, "/home/a"), "/opt/~/hermesc");
});

test("a program that is not there, or may not be run, is told of in words", async () => {
  assert.match((await run("hermesc-that-is-not-there", [])).failure, /there is no program hermesc-that-is-not-there/);
  const plain = join(scratch, "plain");
  writeFileSync(plain, "");
  chmodSync(plain, 0o644);
  assert.match((await run(plain, [])).failure, /may not be executed/);
});

test("a command that the program does not have is told from one that failed", async () => {
  const old = script("old", "echo \"error: unrecognized subcommand 'graph'\" >&2; exit 2\n");
  assert.equal(lacksCommand(await run(old, ["graph"]), "graph"), true);
  const broken = script("broken", "echo 'error: no such file' >&2; exit 2\n");
  assert.equal(lacksCommand(await run(broken, ["graph"]), "graph"), false);
});

test("what is emitted is read whole, and nothing is left behind", async () => {
  const own = script(
    "own",
    `test "$3" = emit && test "$4" = --rootfs || exit 9
mkdir -p "$5/web/dependencies.d" "$5/web/empty"
printf longrun > "$5/web/type"; printf '#!/bin/sh\\n\\nexec web\\n' > "$5/web/run"; chmod 755 "$5/web/run"
: > "$5/web/dependencies.d/base"; ln -s ../x "$5/web/link"; printf '\\377\\376' > "$5/web/bytes"
echo '{}' > "$5/.hermesc.json"; echo "$5" > ${scratch}/where; echo 'warning: of something' >&2
`,
  );
  const emission = await emit(own, ["."], scratch);
  assert.equal(
    show(emission, "services"),
    `hermesc: 6 files, 1 program of them, for services

warning: of something

── web/bytes
   (binary: 2 bytes)

── web/dependencies.d/base
   (empty)

── web/empty/
   (an empty directory)

── web/link
   (link to ../x)

── web/run  (0755)
   #!/bin/sh

   exec web

── web/type
   longrun
`,
  );
  const { stdout } = await run("cat", [join(scratch, "where")]);
  assert.equal((await run("ls", [stdout.trim()])).code === 0, false, "the directory is still there");
});

test("without an image the services alone are emitted", async () => {
  const own = script(
    "plain-s6-rc",
    `case $4 in --rootfs) echo 'error: --rootfs writes the files of an image' >&2; exit 2;; esac
mkdir -p "$5/web"; printf oneshot > "$5/web/type"\n`,
  );
  const emission = await emit(own, ["."], scratch);
  assert.deepEqual(emission.files.map((file) => file.path), ["web/type"]);
});

test("what is refused is shown with its reason", async () => {
  const own = script("refuses", "echo 'x no run' >&2; exit 1\n");
  assert.equal(show(await emit(own, ["."], scratch), "web"), "hermesc: nothing is emitted for web\n\nx no run\n");
  const none = show(await emit(join(scratch, "none"), ["."], scratch), "web");
  assert.match(none, /there is no program/);
});

const { HERMESC } = process.env;
test("the real program emits", { skip: HERMESC === undefined && "HERMESC is not set" }, async () => {
  const source = join(scratch, "web.hermes");
  for (const [target, path] of [["s6-overlay 3.2.3.2", "etc/s6-overlay/s6-rc.d/web/run"], ["s6-rc 0.6", "web/run"]]) {
    writeFileSync(source, `target ${target}\nlongrun web { run exec httpd -f; in user }\nbundle user {}\n`);
    const emission = await emit(HERMESC, [source], scratch);
    assert.ok(emission.files?.some((file) => file.path === path && file.mode === 0o755), JSON.stringify(emission));
  }
  writeFileSync(source, "longrun web {}\n");
  assert.match((await emit(HERMESC, [source], scratch)).refused, /run/);
  const graph = await run(HERMESC, ["graph", "--format", "html", source]);
  assert.ok(lacksCommand(graph, "graph") || graph.stdout.includes("<html"), "neither told nor drawn");
});
