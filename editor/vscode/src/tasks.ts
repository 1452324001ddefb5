/** The task `hermesc: check`, whose problems stand in the Problems panel. */

import { dirname } from "node:path";
import * as vscode from "vscode";
import { outermost } from "./hermesc";
import { command } from "./settings";

const TYPE = "hermesc";
/** As many files are looked for. */
const MAX_FILES = 10_000;

/** The directories of a folder that are service sets, as the server takes them. */
async function sets(folder: vscode.WorkspaceFolder): Promise<string[]> {
  const pattern = new vscode.RelativePattern(folder, "**/*.hermes");
  const files = await vscode.workspace.findFiles(pattern, undefined, MAX_FILES);
  return outermost(files.map((file) => dirname(file.fsPath)));
}

/** The task, where there is something to check. */
async function task(folder: vscode.WorkspaceFolder, definition: vscode.TaskDefinition): Promise<vscode.Task | undefined> {
  const given: unknown = definition.paths;
  const named = Array.isArray(given) && given.length > 0;
  const paths = named ? given.map(String) : await sets(folder);
  if (paths.length === 0) {
    return undefined;
  }
  const args = ["check", "--format", "short", ...(named ? [] : ["--each"]), "--", ...paths];
  const execution = new vscode.ProcessExecution(command(folder.uri), args, { cwd: folder.uri.fsPath });
  const made = new vscode.Task(definition, folder, "check", TYPE, execution, "$hermesc");
  made.group = vscode.TaskGroup.Build;
  return made;
}

/** Offers the task for each folder that holds text of the language. */
export function tasks(): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    async provideTasks() {
      const folders = vscode.workspace.workspaceFolders ?? [];
      const offered = await Promise.all(folders.map((folder) => task(folder, { type: TYPE })));
      return offered.filter((each) => each !== undefined);
    },
    resolveTask(asked) {
      const scope = asked.scope;
      const folder = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
      return folder && task(folder, asked.definition);
    },
  });
}
