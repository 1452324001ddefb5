/** The emitted files of a service set, as a document that cannot be changed and follows what is saved. */

import * as vscode from "vscode";
import { emit, show } from "./hermesc";
import { command, inputs } from "./settings";

const SCHEME = "hermesc-tree";

/** Shows the emitted files beside the text that they are of. */
export class TreePreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor() {
    const again = ({ uri }: { uri: vscode.Uri }) => {
      if (uri.path.endsWith(".hermes") || uri.path.endsWith("/hermesc.toml")) {
        this.refresh();
      }
    };
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidSaveTextDocument(again),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("hermesc")) {
          this.refresh();
        }
      }),
    ];
  }

  dispose(): void {
    this.disposables.forEach((each) => void each.dispose());
  }

  async open(source: vscode.Uri): Promise<void> {
    const title = `${vscode.workspace.asRelativePath(source)}: emitted files`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}`, query: source.toString() });
    const known = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
    if (known) {
      this.changed.fire(uri);
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "hermes-tree");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const source = vscode.Uri.parse(uri.query, true);
    const { paths, cwd } = inputs(source);
    return show(await emit(command(source), paths, cwd), paths.join(", "));
  }

  private refresh(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === SCHEME) {
        this.changed.fire(document.uri);
      }
    }
  }
}
