/** What a click on a line above a definition does: its files, and the places that need it. */

import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient";
import type { Server } from "./server";

const SCHEME = "hermesc-definition";

/** The files of one definition, as the text stands in the editor, as a document that cannot be changed. */
export class DefinitionPreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand("hermesc.showFiles", (of: string, name: string) => this.open(of, name)),
      vscode.commands.registerCommand("hermesc.showReferences", showReferences),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === "hermes") {
          this.refresh();
        }
      }),
    ];
  }

  dispose(): void {
    this.disposables.forEach((each) => void each.dispose());
  }

  async open(of: string, name: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}: files`, query: JSON.stringify([of, name]) });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "hermes-tree");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    try {
      return await this.server.execute("hermesc.emitted", JSON.parse(uri.query) as unknown[]);
    } catch (error) {
      // A name that is just being written is no definition yet.
      return `${error instanceof Error ? error.message : String(error)}\n`;
    }
  }

  private refresh(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === SCHEME) {
        this.changed.fire(document.uri);
      }
    }
  }
}

async function showReferences(of: string, at: Position, places: Location[]): Promise<void> {
  const position = new vscode.Position(at.line, at.character);
  const locations = places.map(
    ({ uri, range }) =>
      new vscode.Location(
        vscode.Uri.parse(uri),
        new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
      ),
  );
  await vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(of), position, locations);
}
