/** The language server: `hermesc lsp`, and its life. */

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, State } from "vscode-languageclient/node";
import { run } from "./hermesc";
import { command, shown, sourceDirectories } from "./settings";

/** Where s6-rc source directories are, in images and on machines. */
const SOURCE_DIRECTORIES = ["**/s6-rc.d/**", "**/user-bundles.d/**"];

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  /** Starts and stops, one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly output: vscode.OutputChannel,
    private readonly trace: vscode.OutputChannel,
  ) {}

  /** Starts the server, or starts it anew. */
  restart(): Promise<void> {
    this.queue = this.queue.then(async () => {
      await this.halt();
      await this.start();
    });
    return this.queue;
  }

  /** Stops it for good. */
  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.halt());
    return this.queue;
  }

  dispose(): void {
    void this.stop();
  }

  /** Has the server do something by its name, and gives what it answers. */
  async execute(command: string, args: unknown[]): Promise<string> {
    if (this.client?.state !== State.Running) {
      throw new Error("hermesc is not running");
    }
    return this.client.sendRequest<string>("workspace/executeCommand", { command, arguments: args });
  }

  private async start(): Promise<void> {
    const program = command();
    const version = await run(program, ["--version"]);
    if (version.code !== 0) {
      const why = version.failure ?? `\`${program} --version\` ended with ${version.code}`;
      this.output.appendLine(`not started: ${why}`);
      // Not awaited: the message stays until somebody answers it.
      void missing(why);
      return;
    }
    this.output.appendLine(`${version.stdout.trim()}: ${program}`);
    const selector: LanguageClientOptions["documentSelector"] = [
      { scheme: "file", language: "hermes" },
      { scheme: "untitled", language: "hermes" },
    ];
    if (sourceDirectories()) {
      selector.push(...SOURCE_DIRECTORIES.map((pattern) => ({ scheme: "file", pattern })));
    }
    const client = new LanguageClient(
      "hermesc",
      "hermesc",
      { command: program, args: ["lsp"] },
      {
        documentSelector: selector,
        outputChannel: this.output,
        traceOutputChannel: this.trace,
        initializationOptions: { ...shown(), lensCommands: true },
      },
    );
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.output.appendLine(`not started: ${String(error)}`);
      void missing(`\`${program} lsp\` did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    if (client.state === State.Running) {
      await client.stop().catch((error: unknown) => this.output.appendLine(`stopped late: ${String(error)}`));
    }
    await client.dispose().catch(() => undefined);
  }
}

/** Says why there is no server, and offers what helps. */
async function missing(why: string): Promise<void> {
  const settings = "Open the Setting";
  const chosen = await vscode.window.showErrorMessage(
    `hermesc was not started: ${why}. Install it, or say in \`hermesc.path\` where it is.`,
    settings,
  );
  if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "hermesc.path");
  }
}
