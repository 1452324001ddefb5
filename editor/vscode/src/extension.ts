/** What the editor starts: the server and the commands. */

import * as vscode from "vscode";
import { showGraph } from "./graph";
import { DefinitionPreview } from "./lens";
import { TreePreview } from "./preview";
import { Server } from "./server";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    // A folder's settings could name any program.
    context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => void start(context)));
    return;
  }
  await start(context);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("hermesc");
  const trace = vscode.window.createOutputChannel("hermesc (trace)");
  const preview = new TreePreview();
  const running = new Server(output, trace);
  server = running;
  context.subscriptions.push(
    output,
    trace,
    preview,
    new DefinitionPreview(running),
    vscode.commands.registerCommand("hermesc.restart", () => running.restart()),
    vscode.commands.registerCommand("hermesc.showOutput", () => output.show()),
    vscode.commands.registerCommand("hermesc.showTree", (uri?: vscode.Uri) => ofText(uri, (of) => preview.open(of))),
    vscode.commands.registerCommand("hermesc.showGraph", (uri?: vscode.Uri) => ofText(uri, showGraph)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const restarts = ["path", "sourceDirectories", "inlayHints", "codeLens"];
      if (restarts.some((name) => event.affectsConfiguration(`hermesc.${name}`))) {
        void running.restart();
      }
    }),
  );
  await running.restart();
}

/** Does something with the text that is meant: the one that was clicked on, or else the one that is written in. */
async function ofText(uri: vscode.Uri | undefined, act: (of: vscode.Uri) => Promise<void>): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const of = uri ?? (document?.languageId === "hermes" ? document.uri : undefined);
  if (of === undefined || of.scheme !== "file") {
    void vscode.window.showInformationMessage("Open a `.hermes` file that is saved: what it emits can then be shown.");
    return;
  }
  const changed = vscode.workspace.textDocuments.filter((each) => each.isDirty && each.languageId === "hermes");
  if (changed.length > 0) {
    void vscode.window.setStatusBarMessage("hermesc shows what is saved", 5000);
  }
  await act(of);
}
