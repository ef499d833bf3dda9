// Long work: it can be cancelled, and the page stays responsive while it runs.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dist, give, headline, launch, number, open, openSample, serve, text, visit } from "./harness.mjs";

const ROWS = 1_000_000;
/** Longest task of the main thread that counts as responsive, in ms. */
const LIMIT = 50;
let server, browser, folder, big;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenure-big-"));
  big = join(folder, "big.csv");
  writeRows(big);
  server = await serve(dist);
  browser = await launch();
});
after(async () => { await browser?.close(); server?.close(); if (folder) rmSync(folder, { recursive: true, force: true }); });

/** A million purchases of 100,000 customers in three years, about 60 bytes a row. */
function writeRows(path) {
  const days = Array.from({ length: 1096 }, (_, i) => new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10));
  const file = openSync(path, "w");
  let seed = 12345;
  const draw = n => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % n; };
  writeSync(file, "customer,date,amount,product,note\n");
  for (let from = 0; from < ROWS; from += 50_000) {
    let part = "";
    for (let i = 0; i < 50_000; i += 1) {
      part += `C${100_000 + draw(100_000)},${days[draw(1096)]},${1 + draw(500)}.${10 + draw(90)},product ${draw(40)},as ordered in the branch\n`;
    }
    writeSync(file, part);
  }
  closeSync(file);
}

test("a run over a million rows can be cancelled: the earlier result stays and the next run works", async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openSample(page);
  const sample = await headline(page);
  await give(page, big);
  const running = page.getByTestId("running");
  await running.waitFor();
  assert.equal(await running.locator("progress").count(), 1);
  assert.match(await running.innerText(), /\w+/);
  await page.getByTestId("cancel").click();
  await running.waitFor({ state: "detached" });
  assert.equal(await page.getByTestId("trouble").count(), 0, "a cancel is no failure");
  assert.deepEqual(await headline(page), sample);
  await page.waitForTimeout(1_500);
  assert.deepEqual(await headline(page), sample, "no late answer of the cancelled run takes its place");
  await openSample(page);
  assert.deepEqual(errors, []);
  await context.close();
});

/** One run over the big file with the main thread watched; its tasks above the limit, and what it waited at most. */
async function watched() {
  const { page, context, errors } = await open(browser, server.url);
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver(list => {
      for (const e of list.getEntries()) longTasks.push({ at: Math.round(e.startTime), ms: e.duration, from: e.attribution?.[0]?.name });
    }).observe({ type: "longtask", buffered: false });
    // Long tasks are told from 50 ms; the gap between two turns of the event loop also shows shorter ones.
    window.longestGap = 0;
    let last = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      longestGap = Math.max(longestGap, now - last);
      last = now;
      setTimeout(() => channel.port2.postMessage(0), 1);
    };
    channel.port2.postMessage(0);
  });
  const from = Date.now();
  await give(page, big);
  await page.getByTestId("kpi-customers").waitFor({ timeout: 60_000 });
  const took = Date.now() - from;
  await page.locator("figure svg").first().waitFor();
  await page.waitForTimeout(300);
  const rows = [await text(page, "rows-read"), await text(page, "rows-used"), await text(page, "rows-aside")].map(number);
  const run = await page.evaluate(() => longTasks.length);
  for (const name of ["lifecycle", "patterns", "value", "customers", "loss"]) {
    await visit(page, name);
    await page.waitForTimeout(150);
  }
  const seen = await page.evaluate(run => ({
    whileRunning: longTasks.slice(0, run), tasks: longTasks, gap: Math.round(longestGap),
    marks: performance.getEntriesByType("measure").map(m => [m.name, Math.round(m.duration)]),
  }), run);
  // The watch itself is watched: a block made on purpose has to show.
  await page.evaluate(() => { longTasks.length = 0; setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); }, 0); });
  await page.waitForFunction(() => longTasks.some(task => task.ms >= 100));
  await context.close();
  return { took, rows, errors, ...seen };
}

test(`the main thread is never blocked over ${LIMIT} ms while a million rows are read and reported`, async t => {
  // Another process can only make a task longer, so the best of three runs is nearest to the code's own.
  const runs = [];
  for (let i = 0; i < 3; i += 1) {
    const run = await watched();
    assert.deepEqual(run.rows, [ROWS, ROWS, 0]);
    assert.deepEqual(run.errors, []);
    t.diagnostic(`${run.took} ms in all; longest gap ${run.gap} ms; long tasks ${JSON.stringify(run.tasks)}; ${JSON.stringify(run.marks)}`);
    assert.deepEqual(run.marks.map(([name]) => name).sort(), ["tenure:analyze", "tenure:parse", "tenure:read", "tenure:render"]);
    runs.push(run);
    if (run.tasks.length === 0) break;
  }
  const longest = Math.min(...runs.map(r => Math.max(0, ...r.tasks.map(task => task.ms))));
  assert.ok(longest <= LIMIT, `${longest} ms`);
});
