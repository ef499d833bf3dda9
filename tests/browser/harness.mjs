// What the browser tests and the screenshots share: a server for dist/, a Chromium, and the way through the app.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../.ci/serve.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const dist = join(root, "dist");
export const data = process.env.TENURE_DATA ?? join(root, "../shared/data");
export const hasData = existsSync(join(data, "cdnow"));
if (!hasData && process.env.CI) throw new Error(`TENURE_DATA (${data}) does not hold the test data`);
/** For node:test: the reason to skip, or false. */
export const needsData = hasData ? false : "TENURE_DATA not found";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ARGS });
export { serve };

/** A fresh page of the app, with its errors collected. */
export async function open(browser, url, { hash = "", lang = "en-US", dark = false, width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ locale: lang, colorScheme: dark ? "dark" : "light", viewport: { width, height }, reducedMotion: "reduce" });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("pageerror", e => errors.push(String(e)));
  page.on("console", m => { if (m.type() === "error") errors.push(m.text()); });
  page.on("request", r => requests.push(r.url()));
  await page.goto(url + hash);
  await page.locator("main h1, main [role=alert]").first().waitFor();
  return { page, context, errors, requests };
}

/** Gives the app a file by content or by path and waits for the result, the question or the failure. */
export async function give(page, file) {
  await page.goto(page.url().split("#")[0] + "#/start");
  await page.getByTestId("file").setInputFiles(file);
}

export const text = (page, id) => page.getByTestId(id).first().innerText();
/** The figure of a KPI cell, without the note below it. */
export const figure = async (page, id) => (await text(page, id)).split("\n")[0];
