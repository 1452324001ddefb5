// A code-server with the extension in it, and a browser before it.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const VSIX = fileURLToPath(new URL("../../hermesc.vsix", import.meta.url));
/** How long anything may take to show, in milliseconds. */
const PATIENCE = 20_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class Editor {
  /** Installs the extension, starts the editor on a folder with these files, and opens it in a browser. */
  static async start(entry, files) {
    const editor = new Editor();
    editor.scratch = mkdtempSync(join(tmpdir(), "hermesc-editor-"));
    editor.folder = join(editor.scratch, "image");
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(editor.folder, path)), { recursive: true });
      writeFileSync(join(editor.folder, path), content, { mode: path.endsWith("/run") ? 0o755 : 0o644 });
    }
    const data = join(editor.scratch, "data");
    mkdirSync(join(data, "User"), { recursive: true });
    const settings = {
      "hermesc.path": join(editor.scratch, "hermesc"),
      "security.workspace.trust.enabled": false,
      "workbench.startupEditor": "none",
      "workbench.tips.enabled": false,
      "editor.minimap.enabled": false,
      "window.menuBarVisibility": "hidden",
      "telemetry.telemetryLevel": "off",
      "git.enabled": false,
      "files.autoSave": "off",
    };
    writeFileSync(join(data, "User", "settings.json"), JSON.stringify(settings));
    editor.use("");
    const own = ["--user-data-dir", data, "--extensions-dir", join(editor.scratch, "extensions")];
    const environment = { ...process.env, XDG_CONFIG_HOME: join(editor.scratch, "config") };
    execFileSync(process.execPath, [entry, ...own, "--install-extension", VSIX], { stdio: "pipe", env: environment });
    const port = await freePort();
    const args = [entry, ...own, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"];
    editor.server = spawn(process.execPath, args, { stdio: "ignore", env: environment });
    editor.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
    editor.page = await editor.browser.newPage({ viewport: { width: 1400, height: 860 } });
    const address = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(editor.folder)}`;
    await editor.until(() => fetch(address).then((response) => response.ok, () => false));
    await editor.page.goto(address);
    await editor.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
    await pause(3000);
    return editor;
  }

  async stop() {
    await this.browser?.close();
    if (this.server !== undefined && this.server.exitCode === null) {
      this.server.kill();
      await Promise.race([once(this.server, "exit"), pause(5000)]);
    }
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Makes the program that the extension starts: these lines of shell, then the real one. */
  use(lines) {
    const real = process.env.HERMESC ?? "hermesc";
    const program = join(this.scratch, "hermesc");
    writeFileSync(`${program}.new`, `#!/bin/sh\n${lines}\nexec '${real}' "$@"\n`, { mode: 0o755 });
    renameSync(`${program}.new`, program);
  }

  /** Waits until something holds. */
  async until(holds) {
    const end = Date.now() + PATIENCE;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`did not come to hold: ${holds}`);
      await pause(200);
    }
  }

  async sees(selector) {
    await this.page.locator(selector).first().waitFor({ state: "attached", timeout: PATIENCE });
  }

  /** The text of what is selected, once it holds these words. */
  async text(selector, words) {
    let text = "";
    try {
      await this.until(async () => {
        const parts = await this.page.locator(selector).allInnerTexts();
        text = parts.join("\n").replaceAll("\u00a0", " ");
        return text.includes(words);
      });
    } catch {
      throw new Error(`${selector} never said "${words}", but: ${text.slice(0, 2000)}`);
    }
    return text;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  type(text) {
    return this.page.keyboard.insertText(text);
  }

  /** Takes the first of what the palette finds, after this many milliseconds. */
  async pick(prefix, words, wait = 600) {
    await this.press(prefix === ">" ? "F1" : "Control+P");
    const input = this.page.locator(".quick-input-widget .quick-input-box input").first();
    await input.waitFor({ timeout: PATIENCE });
    await input.fill(prefix + words);
    await this.page.locator(".quick-input-list .monaco-list-row").first().waitFor({ timeout: PATIENCE });
    await pause(wait);
    await this.press("Enter");
    await pause(600);
  }

  command(title) {
    return this.pick(">", title);
  }

  async open(name) {
    await this.pick("", name);
    await this.page.locator(".monaco-editor .view-lines").first().waitFor({ timeout: PATIENCE });
    await pause(1000);
  }

  async goto(line, column) {
    await this.command("View: Focus Active Editor Group");
    await this.pick("", `:${line}:${column}`);
  }

  async quickFix(title) {
    await this.press("Control+Period");
    await this.text(".action-widget", title);
    const focused = this.page.locator(".action-widget .monaco-list-row.focused", { hasText: title });
    for (let at = 0; at < 10 && (await focused.count()) === 0; at += 1) await this.press("ArrowDown");
    await this.press("Enter");
  }

  async save() {
    await this.press("Control+S");
  }

  async revert() {
    await this.command("File: Revert File");
  }

  /** Clicks on the first thing with that text. */
  async click(selector, text) {
    await this.page.locator(selector, { hasText: text }).first().click();
  }

  async hover(word) {
    await this.page.locator(".view-line span", { hasText: word }).last().hover();
    await pause(500);
  }

  /** The colours of words in the text, and of plain text. */
  async colours(words) {
    return this.page.evaluate((words) => {
      const found = { plain: getComputedStyle(document.querySelector(".monaco-editor .view-line")).color };
      for (const span of document.querySelectorAll(".view-line span span")) {
        const word = span.textContent.replaceAll("\u00a0", " ").trim();
        if (words.includes(word)) found[word] ??= getComputedStyle(span).color;
      }
      return found;
    }, words);
  }

  read(path) {
    return readFileSync(join(this.folder, path), "utf8");
  }

  async picture(name) {
    const { SCREENSHOTS } = process.env;
    if (SCREENSHOTS !== undefined) await this.page.screenshot({ path: join(SCREENSHOTS, `vscode-${name}.png`) });
  }
}
