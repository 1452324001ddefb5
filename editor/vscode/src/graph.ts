/** The graph of a service set, as the page that `hermesc graph` makes. */

import * as vscode from "vscode";
import { lacksCommand, run } from "./hermesc";
import { command, inputs } from "./settings";

/** Shows the graph beside the text that it is of. */
export async function showGraph(source: vscode.Uri): Promise<void> {
  const { paths, cwd } = inputs(source);
  const program = command(source);
  const outcome = await run(program, ["graph", "--format", "html", "--", ...paths], cwd);
  if (lacksCommand(outcome, "graph")) {
    void vscode.window.showInformationMessage(
      `Your hermesc has no command \`graph\`: it takes a newer version. The program is ${program}.`,
    );
    return;
  }
  if (outcome.stdout.trim() === "") {
    const why = outcome.failure ?? (outcome.stderr.trim() || `it ended with ${outcome.code}`);
    void vscode.window.showErrorMessage(`There is no graph: ${why}`);
    return;
  }
  const title = `${vscode.workspace.asRelativePath(source)}: graph`;
  // The page holds all that it needs. Scripts move and zoom the picture; nothing of the disk is within reach.
  const options = { enableScripts: true, localResourceRoots: [] };
  const panel = vscode.window.createWebviewPanel("hermesc.graph", title, vscode.ViewColumn.Beside, options);
  panel.webview.html = outcome.stdout;
}
