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
  // The slowest step here takes seconds; a test that waits longer has failed.
  context.setDefaultTimeout(10_000);
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

/** What the four public files hold, as the issue of the first release states it. */
export const FILES = [
  { path: "cdnow/cdnowElog.csv", rows: 6919, customers: 2357, revenue: 244091.94 },
  { path: "cdnow/CDNOW_sample.txt", rows: 6919, customers: 2357, revenue: 244091.94 },
  { path: "cdnow/CDNOW_master.txt", rows: 69659, customers: 23570, revenue: 2500315.63 },
  { path: "rfm-r/rfm_data_orders.csv", rows: 4906, customers: 995, revenue: 464158 },
];

/** A small file in memory: a header and one line per index. */
export const csv = (name, header, line, count = 300) => ({
  name, mimeType: "text/csv", buffer: Buffer.from([header, ...Array.from({ length: count }, (_, i) => line(i))].join("\n") + "\n"),
});
/** An ISO day, a week further for each index, within about three years. */
export const day = i => new Date(Date.UTC(2023, 0, 1 + (i * 7) % 1090)).toISOString().slice(0, 10);

/** Goes to a page of the app and waits until it stands there. */
export async function visit(page, name) {
  await page.goto(`${page.url().split("#")[0]}#/${name}`);
  await page.locator(`nav a[href="#/${name}"][aria-current="page"]`).first().waitFor({ state: "attached" });
}

/** Opens a file and waits for its result: the name in the top bar tells it from the result before. */
export async function openFile(page, file) {
  await give(page, file);
  await page.getByTitle(file.name ?? file.split("/").pop(), { exact: true }).waitFor();
  await page.getByTestId("kpi-customers").waitFor();
}

/** Opens the built-in sample from the start page and waits for its result. */
export async function openSample(page) {
  await visit(page, "start");
  await page.getByTestId("sample").click();
  await page.getByTestId("kpi-customers").waitFor();
}

/** The body of a table by its test id: rows of cell texts. */
export const cells = (page, id) =>
  page.getByTestId(id).evaluate(t => [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.innerText.trim())));
/** A figure as shown in English, as a number. */
export const number = shown => Number(shown.replace(/,/g, "").replace("−", "-"));
export const sum = list => list.reduce((a, b) => a + b, 0);
/** The headline figures of the overview, to compare one moment with another. */
export async function headline(page) {
  await visit(page, "overview");
  const out = {};
  for (const id of ["kpi-customers", "kpi-churn", "kpi-revenue", "kpi-equity", "kpi-risk", "rows-read", "rows-used", "rows-aside"]) out[id] = await text(page, id);
  return out;
}
