// Drives the packaged extension in a real editor: `npm run package`, then
//
//     CODE_SERVER=…/node_modules/code-server/out/node/entry.js HERMESC=…/hermesc npm run test:editor
//
// CODE_SERVER is Visual Studio Code as it runs in a browser (npm: code-server), HERMESC the program (else the one in PATH),
// CHROMIUM the browser (else /usr/bin/chromium), SCREENSHOTS a directory for pictures. Without CODE_SERVER nothing is run, and
// that is said.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { Editor } from "./editor.mjs";

const { CODE_SERVER } = process.env;
const skip = CODE_SERVER === undefined || !existsSync(CODE_SERVER) ? "CODE_SERVER names no editor" : false;
if (skip) console.error(`tests/editor: not run: ${skip}`);

const BROKEN = `## The dashboard.
longrun dashboard {
    run exec dash --port $PORT   # not expanded
    timeout-up 30
    depends-on sead
}

oneshot seed {
    up sh """
        set -e
        for file in /seed/*; do
            cp "$file" "\${DATA:-/data}"
        done
        """
}

bundle user { dashboard }
`;

const FILES = {
  "services/broken.hermes": BROKEN,
  "good/web.hermes": "longrun web {\n    run exec httpd -f -p ${PORT:-8080}\n}\n\nbundle user { web }\n",
  "rootfs/etc/s6-overlay/s6-rc.d/web/type": "longrum\n",
  "rootfs/etc/s6-overlay/s6-rc.d/web/run": "#!/bin/sh\nexec httpd -f\n",
};

test("in a real editor", { skip, timeout: 400_000 }, async (t) => {
  const editor = await Editor.start(CODE_SERVER, FILES);
  t.after(() => editor.stop());
  let failed = false;
  /** One step; those after one that failed would only fail of it. */
  const step = (name, act) =>
    t.test(name, async (t) => {
      if (failed) return t.skip("an earlier step failed");
      failed = true;
      try {
        await act();
      } catch (error) {
        await editor.picture("failed");
        throw error;
      }
      failed = false;
    });

  await step("problems are underlined and listed", async () => {
    await editor.open("broken.hermes");
    await editor.sees(".squiggly-error");
    await editor.command("Problems: Focus on Problems View");
    const listed = await editor.text(".markers-panel", "bare-variable");
    assert.match(listed, /`\$PORT` is not expanded without braces/);
    assert.match(listed, /sead/);
    await editor.picture("problems");
  });

  await step("scripts are in their own language's colours", async () => {
    const colours = await editor.colours(["longrun", "for", "set", "timeout-up"]);
    assert.notEqual(colours.for, undefined);
    assert.notEqual(colours.for, colours.plain, "a shell keyword looks like plain text");
    assert.notEqual(colours.longrun, colours.plain, "a definition looks like plain text");
  });

  await step("hover says what a statement does", async () => {
    await editor.hover("timeout-up");
    await editor.text(".monaco-hover", "How long the start may take");
    await editor.picture("hover");
  });

  await step("a quick fix mends the text", async () => {
    await editor.goto(3, 28);
    await editor.quickFix("write ${PORT}");
    await editor.save();
    await editor.until(async () => (await editor.read("services/broken.hermes")).includes("--port ${PORT} "));
    await editor.picture("fixed");
  });

  await step("completion offers statements", async () => {
    await editor.goto(5, 20);
    await editor.type("\ntimeout-");
    await editor.press("Control+Space");
    await editor.text(".suggest-widget", "timeout-kill");
    await editor.picture("completion");
    await editor.press("Escape");
    await editor.revert();
  });

  await step("the emitted files are shown, and follow what is saved", async () => {
    await editor.open("web.hermes");
    await editor.command("hermesc: Show the Emitted Files");
    await editor.text(".editor-group-container", "dependencies.d/base");
    await editor.goto(2, 100);
    await editor.type("\n    timeout-kill 7s");
    await editor.save();
    await editor.text(".editor-group-container", "web/timeout-kill");
    await editor.text(".editor-group-container", "7000");
    await editor.picture("tree");
  });

  await step("a click on a line above a definition shows its files as they would be now", async () => {
    await editor.open("broken.hermes");
    await editor.click(".codelens-decoration a", "files");
    await editor.text(".editor-group-container", "==> s6-rc.d/dashboard/run (755) <==");
    await editor.picture("files");
    await editor.click(".codelens-decoration a", "needed by 1");
    await editor.text(".peekview-widget", "dashboard");
    await editor.press("Escape");
  });

  await step("the layout is hermesc's", async () => {
    await editor.open("broken.hermes");
    await editor.command("Format Document");
    await editor.save();
    await editor.until(async () => (await editor.read("services/broken.hermes")).includes("--port ${PORT} # not expanded"));
  });

  await step("a hermesc without `graph` is told of nicely", async () => {
    await editor.open("web.hermes");
    editor.use("case $1 in graph) echo \"error: unrecognized subcommand 'graph'\" >&2; exit 2;; esac");
    await editor.command("hermesc: Show the Graph");
    await editor.text(".notifications-toasts", "takes a newer version");
    await editor.picture("no-graph");
    await editor.command("Notifications: Clear All Notifications");
  });

  await step("the graph is a page beside the text", async () => {
    editor.use("case $1 in graph) echo '<h1>graph of' \"$5\" '</h1>'; exit;; esac");
    await editor.command("hermesc: Show the Graph");
    const page = editor.page.frameLocator("iframe.webview").frameLocator("iframe").locator("h1");
    await editor.until(async () => (await page.allInnerTexts()).join("").endsWith("good"));
    await editor.picture("graph");
    editor.use("");
    await editor.command("View: Close Editor");
  });

  await step("source directories have problems, too", async () => {
    await editor.command("Notifications: Clear All Notifications");
    await editor.open("web/type");
    await editor.command("Problems: Focus on Problems View");
    await editor.text(".markers-panel", "malformed-type");
    await editor.picture("directory");
  });

  await step("the server can be started anew", async () => {
    await editor.command("hermesc: Restart the Server");
    await editor.command("hermesc: Show the Output");
    await editor.text(".output, .panel", "hermesc 0.");
    await editor.command("Problems: Focus on Problems View");
    await editor.text(".markers-panel", "malformed-type");
    await editor.picture("restarted");
  });
});
