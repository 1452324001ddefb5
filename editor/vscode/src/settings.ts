/** The settings, and what they mean for one text. */

import { dirname, relative } from "node:path";
import * as vscode from "vscode";
import { program } from "./hermesc";

/** The program to run. */
export function command(of?: vscode.Uri): string {
  const setting = vscode.workspace.getConfiguration("hermesc", of).get("path", "hermesc");
  return program(setting, vscode.workspace.workspaceFolders?.[0]?.uri.fsPath);
}

/** Whether files of s6-rc source directories are looked at, too. */
export function sourceDirectories(): boolean {
  return vscode.workspace.getConfiguration("hermesc").get("sourceDirectories.enable", true);
}

/** What is shown in the text beside what is written. */
export function shown(): { inlayHints: boolean; codeLens: boolean } {
  const settings = vscode.workspace.getConfiguration("hermesc");
  return { inlayHints: settings.get("inlayHints", true), codeLens: settings.get("codeLens", true) };
}

/** What is compiled where the previews of one text are asked for, and where the program is started. */
export function inputs(source: vscode.Uri): { paths: string[]; cwd: string } {
  const folder = vscode.workspace.getWorkspaceFolder(source);
  const given = vscode.workspace.getConfiguration("hermesc", source).get<string[]>("preview.paths", []);
  if (folder === undefined) {
    // The server, too, takes a file outside of the workspace by itself.
    return { paths: [source.fsPath], cwd: dirname(source.fsPath) };
  }
  const cwd = folder.uri.fsPath;
  // Relative, so that messages and pages stay short.
  return { paths: given.length > 0 ? given : [relative(cwd, dirname(source.fsPath)) || "."], cwd };
}
