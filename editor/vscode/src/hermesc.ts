/**
 * What is known of the program `hermesc` without any editor: where it is, how it is run, what it printed.
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, readlink, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** What a run of the program gave. */
export interface Outcome {
  /** The exit code; undefined where it could not be started, or was ended. */
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** Why it could not be started. */
  failure?: string;
}

/** The largest output that is read, in bytes. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** How long the program may take, in milliseconds. */
const TIME_LIMIT = 30_000;
/** The largest file that is shown, in bytes. */
const MAX_FILE = 1024 * 1024;

/** The setting `hermesc.path` as a path or a name: `~` is the home, `${workspaceFolder}` the workspace's first folder. */
export function program(setting: string, workspaceFolder: string | undefined, home: string = homedir()): string {
  const given = setting.trim() || "hermesc";
  const path = given.replaceAll("${workspaceFolder}", workspaceFolder ?? ".");
  return path === "~" || path.startsWith("~/") ? home + path.slice(1) : path;
}

/** Runs the program and waits for its end. */
export function run(command: string, args: readonly string[], cwd?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, maxBuffer: MAX_OUTPUT, timeout: TIME_LIMIT, windowsHide: true };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ code: 0, stdout, stderr });
      } else if (typeof error.code === "number") {
        resolve({ code: error.code, stdout, stderr });
      } else {
        const failure = error.killed ? `it was ended after ${TIME_LIMIT / 1000} seconds` : reason(error, command);
        resolve({ code: undefined, stdout, stderr, failure });
      }
    });
  });
}

/** Why the program could not be started, as people say it. */
export function reason(error: { code?: string | number | null; message: string }, command: string): string {
  switch (error.code) {
    case "ENOENT":
      return `there is no program ${command}`;
    case "EACCES":
      return `${command} may not be executed`;
    default:
      return error.message;
  }
}

/** Whether the program ended because it does not have this command. */
export function lacksCommand(outcome: Outcome, name: string): boolean {
  return outcome.code === 2 && outcome.stderr.includes(`unrecognized subcommand '${name}'`);
}

/** One emitted file. */
export interface Emitted {
  /** Below the directory that is emitted into, with `/`. */
  path: string;
  /** Permission bits. */
  mode: number;
  content: Uint8Array;
  /** Where a link leads. */
  link?: string;
}

/** What a service set emits, or why it does not. */
export type Emission = { files: Emitted[]; notes: string } | { refused: string };

/** Emits into a directory that is gone afterwards. The whole image where the target is one, and the services alone elsewhere. */
export async function emit(command: string, paths: readonly string[], cwd: string): Promise<Emission> {
  const scratch = await mkdtemp(join(tmpdir(), "hermesc-"));
  try {
    const into = join(scratch, "out");
    let outcome = await run(command, ["--color", "never", "emit", "--rootfs", into, "--", ...paths], cwd);
    if (outcome.code === 2 && outcome.stderr.includes("--rootfs")) {
      outcome = await run(command, ["--color", "never", "emit", "--output", into, "--", ...paths], cwd);
    }
    if (outcome.code !== 0) {
      return { refused: outcome.failure ?? (outcome.stderr.trim() || `it ended with ${outcome.code}`) };
    }
    const notes = outcome.stderr.trim();
    return { files: await read(into), notes };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The files below a directory, in order of path, without hermesc's own list of what it wrote. */
async function read(directory: string, below = ""): Promise<Emitted[]> {
  const files: Emitted[] = [];
  const entries = await readdir(join(directory, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const on = join(directory, path);
    if (entry.isDirectory()) {
      const inside = await read(directory, path);
      files.push(...inside);
      if (inside.length === 0) {
        files.push({ path: `${path}/`, mode: (await stat(on)).mode & 0o7777, content: new Uint8Array() });
      }
    } else if (entry.isSymbolicLink()) {
      files.push({ path, mode: 0o777, content: new Uint8Array(), link: await readlink(on) });
    } else if (path !== ".hermesc.json") {
      const { mode } = await stat(on);
      files.push({ path, mode: mode & 0o7777, content: await readFile(on) });
    }
  }
  return files;
}

/** Emitted files as one text: a heading for each, its content below it, indented. */
export function show(emission: Emission, of: string): string {
  if ("refused" in emission) {
    return `hermesc: nothing is emitted for ${of}\n\n${emission.refused}\n`;
  }
  const { files, notes } = emission;
  const programs = files.filter((file) => file.link === undefined && !file.path.endsWith("/") && (file.mode & 0o111) !== 0).length;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const head = [`hermesc: ${count(files.length, "file")}, ${count(programs, "program")} of them, for ${of}`];
  if (notes !== "") {
    head.push("", notes);
  }
  return `${[head.join("\n"), ...files.map(part)].join("\n\n")}\n`;
}

/** The usual modes are not said. */
const USUAL = new Set([0o644, 0o777]);

function part(file: Emitted): string {
  const mode = USUAL.has(file.mode) || (file.path.endsWith("/") && file.mode === 0o755) ? "" : `  (${octal(file.mode)})`;
  return `── ${file.path}${mode}\n${body(file)}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function body({ path, content, link }: Emitted): string {
  const indented = (text: string) => text.split("\n").map((line) => (line === "" ? "" : `   ${line}`)).join("\n");
  if (link !== undefined) {
    return indented(`(link to ${link})`);
  }
  if (path.endsWith("/")) {
    return indented("(an empty directory)");
  }
  if (content.length === 0) {
    return indented("(empty)");
  }
  if (content.length > MAX_FILE) {
    return indented(`(${content.length} bytes)`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return indented(text.replace(/\n$/, ""));
  } catch {
    return indented(`(binary: ${content.length} bytes)`);
  }
}
