// Long work: it can be cancelled, and the page stays responsive while it runs.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dist, give, headline, launch, number, open, openSample, serve, text, visit } from "./harness.mjs";

const ROWS = 1_000_000;
/** The longest the main thread may be busy without looking up, in ms, on a machine no slower than the usual one. */
const LIMIT = 50;
/** What the reference task (see `reference`) takes on that machine, in ms of processor time. */
const USUAL = 32;
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

/**
 * Watches the main thread while `work` runs: every task of it, with the time it took and the processor time it used.
 * On a shared machine a task also takes the time in which others had the processor; only its own is the code's doing.
 */
async function mainThread(page, work) {
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
  await page.evaluate(() => performance.mark("watch"));
  let trace;
  try { await work(name => page.evaluate(n => performance.mark(n), name)); } finally { trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents; }
  const thread = e => `${e.pid}:${e.tid}`;
  const marks = trace.filter(e => e.cat?.includes("user_timing")).sort((a, b) => a.ts - b.ts);
  const main = thread(marks.find(e => e.name === "watch"));
  const during = ts => marks.filter(m => m.ts <= ts && m.name.startsWith("at:")).at(-1)?.name.slice(3) ?? "start";
  return trace
    .filter(e => e.ph === "X" && e.name === "ThreadControllerImpl::RunTask" && thread(e) === main)
    .map(e => ({ during: during(e.ts), ms: e.dur / 1000, own: (e.tdur ?? e.dur) / 1000 }))
    .sort((a, b) => b.own - a.own);
}

/**
 * How fast this machine is, in the browser's own terms: the processor time of laying out a plain table of 2,000 cells on an empty
 * page, the median of nine. Milliseconds alone would measure the machine, not the app.
 */
async function reference() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.setContent("<!doctype html><title>reference</title><body></body>");
  const rounds = [];
  for (let round = 0; round < 9; round += 1) {
    const tasks = await mainThread(page, () => page.evaluate(() => new Promise(done => setTimeout(() => {
      const table = document.createElement("table");
      for (let row = 0; row < 200; row += 1) {
        const tr = table.insertRow();
        for (let cell = 0; cell < 10; cell += 1) tr.insertCell().textContent = `${row * cell} of ${row}`;
      }
      document.body.replaceChildren(table);
      done(table.offsetHeight);
    }, 0))));
    rounds.push(tasks[0].own);
  }
  await context.close();
  return rounds.sort((a, b) => a - b)[4];
}

/** The whole main path with a million rows, watched. */
async function mainPath(t) {
  const { page, context, errors } = await open(browser, server.url);
  const from = Date.now();
  let took;
  const tasks = await mainThread(page, async at => {
    await at("at:run");
    await give(page, big);
    await page.getByTestId("kpi-customers").waitFor({ timeout: 60_000 });
    took = Date.now() - from;
    await page.locator("figure svg").first().waitFor();
    for (const round of [1, 2, 3]) {
      for (const name of ["lifecycle", "patterns", "value", "customers", "loss", "overview"]) {
        await at(`at:${name} ${round}`);
        await visit(page, name);
        await page.waitForTimeout(150);
      }
    }
    await at("at:language");
    await page.getByTestId("language").selectOption("zh-Hans");
    await page.waitForTimeout(150);
    await page.getByTestId("language").selectOption("en");
  });
  const rows = [await text(page, "rows-read"), await text(page, "rows-used"), await text(page, "rows-aside")].map(number);
  assert.deepEqual(rows, [ROWS, ROWS, 0]);
  const marks = await page.evaluate(() => performance.getEntriesByType("measure").map(m => [m.name, Math.round(m.duration)]));
  t.diagnostic(`${took} ms in all: ${marks.map(([name, ms]) => `${name} ${ms}`).join(", ")}`);
  t.diagnostic(`longest tasks: ${tasks.slice(0, 6).map(k => `${k.during} ${k.own.toFixed(0)} ms (${k.ms.toFixed(0)} on the clock)`).join(", ")}`);
  assert.deepEqual(marks.map(([name]) => name).sort(), ["tenure:analyze", "tenure:parse", "tenure:read", "tenure:render"]);
  assert.ok(tasks.length > 20, "tasks were seen");
  assert.deepEqual(errors, []);
  await context.close();
  return tasks;
}

test(`the main thread is never busy over ${LIMIT} ms at a time: a million rows are read, reported and shown on every page`, async t => {
  const unit = await reference();
  const limit = LIMIT * Math.max(1, unit / USUAL);
  t.diagnostic(`reference task ${unit.toFixed(1)} ms, usually ${USUAL}: the limit here is ${limit.toFixed(0)} ms`);
  // A pause of the browser's own (collecting garbage, another program) hits now this task, now that one; a task of ours
  // that is too long is so every time. So what is too long once has to be so again.
  let long = (await mainPath(t)).filter(k => k.own > limit);
  if (long.length > 0) {
    const again = (await mainPath(t)).filter(k => k.own > limit);
    long = again.filter(k => long.some(l => l.during === k.during));
  }
  assert.deepEqual(long, []);
});

test("the watch over the main thread sees a block made on purpose", async () => {
  const { page, context } = await open(browser, server.url);
  const blocked = await mainThread(page, () => page.evaluate(() => new Promise(done => setTimeout(() => {
    const end = performance.now() + 150;
    while (performance.now() < end);
    done();
  }, 0))));
  assert.ok(blocked[0].ms >= 145 && blocked[0].own > LIMIT, JSON.stringify(blocked[0]));
  await context.close();
});
