// Puts the extension into one file, dist/extension.js; the editor itself provides `vscode`.

import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node18",
  logLevel: "warning",
};

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  format: "cjs",
  minify: true,
  external: ["vscode"],
});
// What needs no editor, as the unit tests load it.
await build({ ...common, entryPoints: ["src/hermesc.ts"], outfile: "dist/test/hermesc.mjs", format: "esm" });
