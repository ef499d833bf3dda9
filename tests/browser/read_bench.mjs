// How long does it take to read a million rows, beside reading the bytes alone and beside Papa Parse, and what memory?
// All in one run, in headless Chromium, with the build that ships; ratios only. `.ci/bench` runs it.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dist, launch, serve } from "./harness.mjs";

const ROWS = Number(process.env.TENURE_BENCH_ROWS ?? 1_000_000);
const RUNS = 5;
/** The bars, as ratios of times (the third either way); the last in bytes of WebAssembly memory. */
const BARS = { toBytes: 6, toPapa: 10, toNative: 2, memory: 120e6 };
/** Milliseconds in which the same rows were loaded natively in the same run of the benchmarks, if they were. */
const NATIVE = Number(process.env.TENURE_NATIVE_LOAD ?? NaN);

/** id, date, amount, product; the same rows each time. */
function file(rows) {
  let seed = 1;
  const below = n => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 * n) | 0;
  const two = n => String(n).padStart(2, "0");
  const lines = ["customer_id,order_date,amount,product"];
  for (let i = 0; i < rows; i += 1) {
    const cents = below(50_000);
    lines.push(`C${String(below(rows / 10 + 1)).padStart(6, "0")},${2022 + below(3)}-${two(below(12) + 1)}-${two(below(28) + 1)},${cents / 100 | 0}.${two(cents % 100)},SKU-${String(below(200)).padStart(4, "0")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What one writes with Papa Parse: chunks in fast mode, ids to numbers, dates to days, amounts to floats. Runs in a worker. */
const PAPA = `
  importScripts(BASE + "papaparse.min.js");
  onmessage = ({ data: file }) => {
    const names = new Map(), products = new Map();
    const customer = [], day = [], amount = [], product = [];
    const code = (map, name) => { let i = map.get(name); if (i === undefined) map.set(name, i = map.size); return i; };
    let first = true;
    Papa.parse(file, {
      fastMode: true, skipEmptyLines: true,
      chunk: ({ data }) => {
        for (const row of data) {
          if (first) { first = false; continue; }
          customer.push(code(names, row[0]));
          day.push(Date.parse(row[1]) / 864e5);
          amount.push(Number(row[2]));
          product.push(code(products, row[3]));
        }
      },
      complete: () => {
        const sum = Float64Array.from(amount).reduce((a, b) => a + b, 0);
        Int32Array.from(day); Uint32Array.from(customer); Uint32Array.from(product);
        postMessage({ rows: amount.length, customers: names.size, sum });
      },
    });
  };`;

const folder = mkdtempSync(join(tmpdir(), "tenure-read-"));
let server, browser;
try {
  mkdirSync(join(folder, "embed"));
  for (const f of ["tenure.js", "tenure_bg.wasm"]) copyFileSync(join(dist, "embed", f), join(folder, "embed", f));
  copyFileSync(join(dirname(createRequire(import.meta.url).resolve("papaparse")), "papaparse.min.js"), join(folder, "papaparse.min.js"));
  writeFileSync(join(folder, "rows.csv"), file(ROWS));
  writeFileSync(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><input type="file"><script type="module" src="host.mjs"></script>`);
  writeFileSync(join(folder, "host.mjs"), `
    // A worker outlives its call here, so that its memory can be read.
    globalThis.Worker = class extends Worker { terminate() {} };
    const { analyze } = await import("./embed/tenure.js");
    const PAPA = "const BASE = " + JSON.stringify(new URL("./", location).href) + ";" + ${JSON.stringify(PAPA)};
    const papa = file => new Promise((resolve, reject) => {
      const worker = new Worker(URL.createObjectURL(new Blob([PAPA])));
      worker.onerror = e => reject(new Error(e.message));
      worker.onmessage = e => resolve(e.data);
      worker.postMessage(file);
    });
    const timed = async work => { const from = performance.now(); const out = await work(); return [performance.now() - from, out]; };
    const file = () => document.querySelector("input").files[0];
    Object.assign(window, {
      bytes: () => timed(() => file().arrayBuffer().then(b => b.byteLength)),
      papa: () => timed(() => papa(file())),
      // From the call to the ledger: with the worker's start, without what is computed from the rows.
      tenure: async () => {
        const from = performance.now();
        let begun = 0, read = 0;
        const onProgress = ({ step, done, total }) => {
          if (step !== "parse") return;
          begun ||= performance.now() - from;
          if (done === total) read = performance.now() - from;
        };
        const report = await analyze(file(), { only: ["quality"], onProgress });
        return [read, { rows: report.quality.rowsUsed, load: read - begun }];
      },
    });
    document.title = "ready";
  `);
  server = await serve(folder);
  browser = await launch();
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => document.title === "ready");
  await page.locator("input").setInputFiles(join(folder, "rows.csv"));

  const best = { bytes: [Infinity], tenure: [Infinity], papa: [Infinity] };
  let memory = 0;
  for (let run = 0; run < RUNS; run += 1) {
    for (const name of Object.keys(best)) {
      if (name === "papa" && run > 1) continue;
      const [time, out] = await page.evaluate(name => window[name](), name);
      if (time < best[name][0]) best[name] = [time, out];
      for (const worker of page.workers()) {
        memory = Math.max(memory, await worker.evaluate(() => globalThis.tenureMemory?.buffer.byteLength ?? 0));
        await worker.evaluate(() => close());
      }
    }
  }
  const [bytes, tenure, papa] = [best.bytes[0], best.tenure[0], best.papa[0]];
  assert.ok(tenure > 0, "the end of the reading is told");
  assert.equal(best.tenure[1].rows, ROWS);
  assert.equal(best.papa[1].rows, ROWS);
  const toBytes = tenure / bytes, toPapa = papa / tenure;
  console.log(`${ROWS} rows, ${(best.bytes[1] / 1e6).toFixed(1)} MB: bytes alone ${bytes.toFixed(0)} ms, Tenure ${tenure.toFixed(0)} ms, Papa Parse ${papa.toFixed(0)} ms`);
  console.log(`Tenure takes ${toBytes.toFixed(1)} times the bytes alone (at most ${BARS.toBytes}), and Papa Parse ${toPapa.toFixed(1)} times as long as Tenure (at least ${BARS.toPapa})`);
  const toNative = best.tenure[1].load / NATIVE;
  if (NATIVE) console.log(`loading alone takes ${toNative.toFixed(2)} times as long as natively (at most ${BARS.toNative}, at least ${1 / BARS.toNative})`);
  console.log(`peak WebAssembly memory ${(memory / 1e6).toFixed(0)} MB (at most ${BARS.memory / 1e6})`);
  assert.ok(memory > 0, "the worker tells its memory");
  const missed = Object.entries({
    toBytes: toBytes > BARS.toBytes,
    toPapa: toPapa < BARS.toPapa,
    toNative: NATIVE > 0 && !(toNative <= BARS.toNative && toNative >= 1 / BARS.toNative),
    memory: memory > BARS.memory,
  }).filter(([, is]) => is).map(([name]) => name);
  assert.deepEqual(missed, [], "bars missed");
} finally {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
}
