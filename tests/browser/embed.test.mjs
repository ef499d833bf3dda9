// The JS edge: `analyze` and `read` of dist/embed on a bare page under a strict policy.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FILES, data, dist, hasData, launch, needsData, serve, sum } from "./harness.mjs";

let folder, server, browser, page;
const errors = [];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenure-embed-"));
  mkdirSync(join(folder, "embed"));
  for (const f of ["tenure.js", "tenure_bg.wasm"]) copyFileSync(join(dist, "embed", f), join(folder, "embed", f));
  if (hasData) symlinkSync(data, join(folder, "data"));
  // As little as the module can do with: own scripts, compiling WebAssembly, blob workers, own files.
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'; img-src data:";
  writeFileSync(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="icon" href="data:,"><script type="module" src="host.mjs"></script>`);
  writeFileSync(join(folder, "host.mjs"), `
    import { analyze, read } from "./embed/tenure.js";
    const rows = Array.from({ length: 400 }, (_, i) => ({
      customer: "C" + (i % 40), date: new Date(Date.UTC(2023, 0, 1 + (i * 7) % 1090)), amount: 10 + i / 2, note: i % 9 ? "plain" : 'comma, "quote"\\nline',
    }));
    const code = promise => promise.then(() => "resolved", e => e instanceof Error ? e.code : "not an Error: " + e);
    Object.assign(window, { analyze, read, rows, code });
  `);
  server = await serve(folder);
  browser = await launch();
  page = await browser.newPage();
  page.on("pageerror", e => errors.push(String(e)));
  page.on("console", m => { if (m.type() === "error") errors.push(m.text()); });
  await page.goto(server.url);
  await page.waitForFunction(() => window.analyze);
});
after(async () => { await browser?.close(); server?.close(); if (folder) rmSync(folder, { recursive: true, force: true }); });

/** The facts of a report that a test wants, without sending every column out of the browser. */
const facts = url => page.evaluate(async url => {
  const r = await analyze(url);
  const c = r.customers;
  const kind = v => v.constructor.name;
  return {
    quality: r.quality, overview: r.overview, decliningRepeat: r.lifecycle.decliningRepeat, stages: r.lifecycle.stages,
    patterns: r.patterns, classes: r.valueMatrix.classes, churn: { ...r.churn, survival: r.churn.survival.length }, clv: r.clvModel,
    kinds: Object.fromEntries(Object.entries(c).map(([k, v]) => [k, kind(v)])),
    lengths: [...new Set(Object.values(c).map(v => v.length))],
    revenue: c.revenue.reduce((a, b) => a + b, 0), transactions: c.transactions.reduce((a, b) => a + b, 0),
    distinct: new Set(c.id).size, stageCounts: Object.groupBy ? Object.fromEntries(Object.entries(Object.groupBy(c.stage, s => s)).map(([k, v]) => [k, v.length])) : null,
    classCounts: Object.fromEntries(["I", "II", "III", "IV"].map(k => [k, c.valueClass.filter(x => x === k).length])),
    finite: ["revenue", "recencyDays", "tenureDays", "currentValue", "growthPotential"].every(k => c[k].every(Number.isFinite)),
    pAlive: c.pAlive.every(p => p >= 0 && p <= 1),
  };
}, url);

for (const { path, rows, customers, revenue } of FILES) {
  test(`analyze ${path}: rows, customers, revenue, and everything adds up`, { skip: needsData }, async () => {
    const r = await facts(`data/${path}`);
    assert.equal(r.quality.rowsRead, rows);
    assert.equal(r.quality.rowsUsed + r.quality.rowsSetAside, r.quality.rowsRead);
    assert.equal(r.quality.issues.length, r.quality.rowsSetAside);
    assert.equal(r.overview.customers, customers);
    assert.ok(Math.abs(r.overview.revenue - revenue) < 0.005, `revenue ${r.overview.revenue}`);
    assert.deepEqual(r.lengths.filter(n => n > 0), [customers], "every column has one entry per customer, or none where the file does not carry it");
    assert.equal(r.distinct, customers);
    assert.ok(Math.abs(r.revenue - revenue) < 0.01, `column revenue ${r.revenue}`);
    assert.equal(r.overview.active + r.overview.exited, customers);
    assert.ok(r.finite && r.pAlive, "columns hold finite numbers and probabilities");

    assert.deepEqual(r.patterns.map(p => p.pattern), ["early-abort", "mid-way", "early-exit", "long-term", "active"]);
    assert.equal(sum(r.patterns.map(p => p.customers)), customers);
    assert.deepEqual(r.classes.map(c => c.class), ["I", "II", "III", "IV"]);
    assert.equal(sum(r.classes.map(c => c.customers)), customers);
    assert.deepEqual(Object.values(r.classCounts), r.classes.map(c => c.customers), "the column tells the same as the rows");
    assert.equal(sum(r.stages.map(s => s.customers)), customers);
    const [declining, repeat] = r.decliningRepeat;
    assert.ok(repeat > 0 && declining <= 0.05 * repeat, `${declining} of ${repeat} active repeat buyers are called declining`);

    const of = name => Object.entries(r.kinds).filter(([, kind]) => kind === name).map(([key]) => key).sort();
    assert.deepEqual(of("Float64Array"), ["amberDays", "clv", "currentValue", "expectedLoss", "growthPotential", "pAlive", "profit12m", "recencyDays", "redDays", "revenue", "stageConfidence", "tenureDays", "warning"]);
    assert.deepEqual(of("Uint8Array"), ["fScore", "mScore", "rScore"]);
    assert.deepEqual(of("Uint32Array"), ["transactions"]);
    assert.deepEqual(of("Array"), ["cluster", "creditScore", "exitDecision", "exitKind", "id", "nextProduct", "pattern", "relationship", "rfmWeighted", "rule", "stage", "tier", "valueClass"]);
  });
}

test("analyze cdnowElog: the facts of the method's own check come out", { skip: needsData }, async () => {
  const r = await facts("data/cdnow/cdnowElog.csv");
  assert.equal(r.overview.exited, 1567);
  assert.equal(r.overview.oneTime, 1218);
  assert.equal(r.overview.alerted, 351);
  const [amber, red] = r.churn.rule.oneTimeDays;
  assert.ok(Math.abs(amber - 198) < 0.5 && Math.abs(red - 376.1) < 0.05, `amber ${amber}, red ${red}`);
  assert.equal(r.churn.rule.oneTimeReturns, 1139);
  assert.ok(Math.abs(r.churn.rule.typicalGapDays - 43.29) < 0.005, `gap ${r.churn.rule.typicalGapDays}`);
  assert.ok(Math.abs(r.churn.rule.sigma - 1.2193) < 0.00005, `sigma ${r.churn.rule.sigma}`);
  assert.equal(r.churn.backtest.flagged, 1623);
  assert.ok(Math.abs(r.clv.logLikelihood - -17127.37) < 0.01, `ln L ${r.clv.logLikelihood}`);
  assert.equal(r.overview.firstDate, "1997-01-01");
  assert.equal(r.overview.asOf, "1998-06-30");
});

test("the same bytes give the same report, twice and in any form of input", { skip: needsData }, async () => {
  const same = await page.evaluate(async () => {
    const bytes = await (await fetch("data/cdnow/cdnowElog.csv")).arrayBuffer();
    const file = new File([bytes], "cdnowElog.csv");
    const reports = await Promise.all([bytes, new Uint8Array(bytes), file, new URL("data/cdnow/cdnowElog.csv", location.href)].map(i => analyze(i)));
    const texts = reports.map(r => JSON.stringify(r));
    return texts.map(t => t === texts[0]);
  });
  assert.deepEqual(same, [true, true, true, true]);
});

test("read gives the table as found: header, every cell as text, and the proposed roles", { skip: needsData }, async () => {
  const headed = await page.evaluate(async () => {
    const t = await read("data/cdnow/cdnowElog.csv");
    return { columns: t.columns, first: t.rows[0], rows: t.rows.length, texts: t.rows.flat().every(c => typeof c === "string"), quality: t.quality, proposal: t.proposal };
  });
  assert.equal(headed.rows, 6919);
  assert.equal(headed.quality.rowsRead, 6919);
  assert.equal(headed.quality.header, true);
  assert.ok(headed.texts);
  assert.equal(headed.columns.length, headed.first.length);
  assert.equal(headed.proposal.columns.length, headed.columns.length);
  const roles = headed.proposal.columns.map(c => c.role).filter(Boolean);
  for (const role of ["customer", "date", "amount"]) assert.ok(roles.includes(role), `${role} among ${roles}`);

  const bare = await page.evaluate(async () => {
    const t = await read("data/cdnow/CDNOW_sample.txt", { limit: 5 });
    return { columns: t.columns, rows: t.rows, header: t.quality.header };
  });
  assert.equal(bare.header, false, "CDNOW_sample.txt has no header");
  assert.equal(bare.rows.length, 5);
  assert.ok(bare.columns.every(c => c === ""), "and so its columns have no names");
});

test("row objects are input too; commas, quotes and line ends in a cell do no harm", async () => {
  const r = await page.evaluate(async () => {
    const r = await analyze(rows);
    return { customers: r.overview.customers, revenue: r.overview.revenue, quality: r.quality };
  });
  assert.equal(r.customers, 40);
  assert.equal(r.quality.rowsRead, 400);
  assert.equal(r.quality.rowsSetAside, 0);
  assert.equal(r.revenue, 10 * 400 + (399 * 400) / 4);
});

test("columns may be given by header and by place", async () => {
  const [named, placed] = await page.evaluate(async () => {
    const odd = rows.map(r => ({ amount: r.customer, customer: r.date, date: r.amount }));
    const one = await analyze(odd, { columns: { customer: "amount", date: "customer", amount: "date" } });
    const two = await analyze(odd, { columns: { customer: 0, date: 1, amount: 2 } });
    return [one, two].map(r => [r.overview.customers, r.overview.revenue]);
  });
  assert.deepEqual(named, [40, 43900]);
  assert.deepEqual(placed, [40, 43900]);
  assert.equal(await page.evaluate(() => code(analyze(rows, { columns: { customer: "nobody" } }))), "invalid-settings");
});

test("settings move the analysis day, and a wrong one is refused by name", async () => {
  const r = await page.evaluate(async () => {
    const whole = await analyze(rows), half = await analyze(rows, { settings: { asOf: "2024-06-30" } });
    return { whole: whole.overview, half: half.overview, quality: half.quality };
  });
  assert.equal(r.half.asOf, "2024-06-30");
  assert.ok(r.whole.asOf > "2024-06-30");
  assert.ok(r.quality.rowsSetAside > 0, "later rows are set aside");
  assert.equal(r.quality.rowsUsed + r.quality.rowsSetAside, 400);
  assert.ok(r.quality.issues.every(i => i.kind === "future-date"), "and the reason is said");
  assert.ok(r.half.revenue < r.whole.revenue);
  const refused = settings => page.evaluate(settings => analyze(rows, { settings }).then(() => "resolved", e => `${e.code}: ${e.message}`), settings);
  assert.match(await refused({ grossMargin: 1.2 }), /^invalid-settings: .*grossMargin/);
  assert.match(await refused({ asOf: "30.6.2024" }), /^invalid-settings: .*asOf/);
});

test("a setting that does not exist is refused, not ignored: a misspelt one would change figures silently", async () => {
  assert.equal(await page.evaluate(() => code(analyze(rows, { settings: { grosMargin: 0.4 } }))), "invalid-settings");
});

test("only the wanted sections come back", async () => {
  const keys = await page.evaluate(async () => Object.keys(await analyze(rows, { only: ["rfm"] })));
  assert.ok(keys.includes("rfm") && keys.includes("quality"), keys.join());
  for (const key of ["customers", "overview", "lifecycle", "patterns", "valueMatrix", "clvModel"]) assert.ok(!keys.includes(key), `${key} was not asked for`);
  const both = await page.evaluate(async () => {
    const some = await analyze(rows, { only: ["rfm"] }), all = await analyze(rows);
    return [JSON.stringify(some.rfm), JSON.stringify(all.rfm)];
  });
  assert.equal(both[0], both[1], "a section is the same alone and in company");
});

test("progress is told, step by step, to the end", async () => {
  const seen = await page.evaluate(async () => {
    const seen = [];
    await analyze(rows, { onProgress: p => seen.push(p) });
    return seen;
  });
  assert.ok(seen.length >= 3, `${seen.length} words`);
  assert.ok(seen.every(p => p.kind === "progress" && typeof p.step === "string" && p.done <= p.total + 1e-9), JSON.stringify(seen[0]));
  const steps = [...new Set(seen.map(p => p.step))];
  assert.equal(steps[0], "read");
  assert.ok(steps.indexOf("parse") < steps.indexOf("churn"), steps.join());
});

test("a signal aborts before, during and from progress, and later calls still work", async () => {
  const codes = await page.evaluate(async () => {
    const before = new AbortController(); before.abort();
    const during = new AbortController(); setTimeout(() => during.abort(), 1);
    const told = new AbortController();
    return [
      await code(analyze(rows, { signal: before.signal })),
      await code(analyze(rows, { signal: during.signal })),
      await code(analyze(rows, { signal: told.signal, onProgress: () => told.abort() })),
      await code(analyze(rows)),
    ];
  });
  assert.deepEqual(codes, ["aborted", "aborted", "aborted", "resolved"]);
});

test("what cannot be used rejects with a stable code and a message", async () => {
  const rejected = await page.evaluate(async () => {
    const text = lines => new Blob([lines.join("\n") + "\n"]);
    const many = line => Array.from({ length: 60 }, (_, i) => line(i));
    const day = i => `2024-0${1 + i % 9}-1${i % 10}`;
    const cases = {
      "empty": new Blob([]),
      "header only": text(["customer,date,amount"]),
      "png": new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0])]),
      "no customer": text(["date,amount", ...many(i => `${day(i)},${i + 10}.5`)]),
      "no date": text(["customer,amount", ...many(i => `C${i % 9},${i + 10}.5`)]),
      "no amount": text(["customer,date", ...many(i => `C${i % 9},${day(i)}`)]),
      "every row broken": text(["customer,date,amount", ...many(i => `C${i % 9},someday ${i},${i + 10}.5`)]),
      "missing file": "nowhere.csv",
      "no table": 42,
    };
    const out = {};
    for (const [name, input] of Object.entries(cases)) {
      out[name] = await analyze(input).then(() => ["resolved"], e => [e instanceof Error, e.code, e.message]);
    }
    return out;
  });
  const codes = Object.fromEntries(Object.entries(rejected).map(([name, [, code]]) => [name, code]));
  const broken = codes["every row broken"];
  assert.ok(["no-usable-row", "no-date-column"].includes(broken), broken);
  delete codes["every row broken"];
  assert.deepEqual(codes, {
    "empty": "empty", "header only": "empty", "png": "unreadable", "no customer": "no-customer-column", "no date": "no-date-column",
    "no amount": "no-amount-column", "missing file": "unreadable", "no table": "unreadable",
  });
  for (const [name, [isError, , message]] of Object.entries(rejected)) assert.ok(isError && message.length > 10, `${name}: ${message}`);
});

test("two calls at once do not disturb each other", { skip: needsData }, async () => {
  const [a, b] = await page.evaluate(async () => {
    const both = await Promise.all([analyze("data/cdnow/cdnowElog.csv"), analyze("data/rfm-r/rfm_data_orders.csv")]);
    return both.map(r => [r.overview.customers, r.quality.rowsRead]);
  });
  assert.deepEqual(a, [2357, 6919]);
  assert.deepEqual(b, [995, 4906]);
});

test("the strict policy of the host was never hit", () => {
  assert.deepEqual(errors.filter(e => !/nowhere\.csv|404/.test(e)), []);
});
