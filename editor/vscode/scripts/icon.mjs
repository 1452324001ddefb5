// Draws images/icon.svg as images/icon.png: `CHROMIUM=/usr/bin/chromium npm run icon`.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const at = (name) => fileURLToPath(new URL(`../images/${name}`, import.meta.url));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(`<style>body{margin:0}</style>${readFileSync(at("icon.svg"), "utf8")}`);
await page.locator("svg").screenshot({ path: at("icon.png"), omitBackground: true });
await browser.close();
