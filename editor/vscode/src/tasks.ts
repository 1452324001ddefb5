/** The task `hermesc: check`, whose problems stand in the Problems panel. */

import * as vscode from "vscode";
import { command } from "./settings";

const TYPE = "hermesc";

function task(folder: vscode.WorkspaceFolder, definition: vscode.TaskDefinition): vscode.Task {
  const given: unknown = definition.paths;
  const paths = Array.isArray(given) && given.length > 0 ? given.map(String) : ["."];
  const args = ["check", "--format", "short", "--", ...paths];
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
      const offered = folders.map(async (folder) => {
        const [found] = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, "**/*.hermes"), undefined, 1);
        return found === undefined ? [] : [task(folder, { type: TYPE })];
      });
      return (await Promise.all(offered)).flat();
    },
    resolveTask(asked) {
      const scope = asked.scope;
      const folder = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
      return folder && task(folder, asked.definition);
    },
  });
}
