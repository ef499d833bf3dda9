// The data quality page: every row is accounted for, can be looked through and taken away, and nothing in it runs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { cells, csv, day, dist, launch, number, open, openFile, openSample, serve, sum, text, visit } from "./harness.mjs";

/** Rows of a page of the list. */
const PAGE = 50;
const RTL = "\u202Egnp.eliforp\u202C";
/** Hostile cells, by row: what stands there, and in which column. */
const HOSTILE = {
  105: ["<script>window.hit=1</script>", "date"],
  106: ["<img src=x onerror=window.hit=2>", "amount"],
  107: ["javascript:window.hit=3", "amount"],
  108: ['=HYPERLINK("http://evil.example","prize")', "date"],
  109: ["@SUM(A1:A9)", "amount"],
  110: ["+cmd|' /C calc'!A0", "amount"],
  111: [RTL, "date"],
  112: ["أمس", "date"],
  113: ["a\u200Bb\tc", "amount"],
  114: ["x".repeat(200), "date"],
  115: ["", "customer"],
};
const N_DATES = 130;
const quoted = cell => `"${cell.replaceAll('"', '""')}"`;
const line = i => {
  const row = { customer: `C${i % 20}`, date: day(i), amount: `${10 + i}.50` };
  const odd = HOSTILE[i] ?? (i >= 200 && i < 200 + N_DATES ? [`someday ${i}`, "date"] : null);
  if (odd) row[odd[1]] = odd[0];
  return [row.customer, row.date, row.amount].map(quoted).join(",");
};
const ROWS = 2000;
const ASIDE = Object.keys(HOSTILE).length + N_DATES;
const DIRTY = csv("dirty.csv", "customer,date,amount", line, ROWS);
/** A year and some weeks, a purchase every day, with what a consultant should see. */
const FLAWED = (() => {
  const iso = i => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
  const rows = [];
  for (let i = 0; i < 470; i += 1) if (i < 200 || i > 211) rows.push(`C${i % 40},${iso(i)},${20 + (i % 9)}.25`);
  rows.push("<b>Acme</b>,2023-05-05,12", "<B>ACME</B>,2023-05-05,12", "walk-in,2023-05-05,12", "guest,2023-05-06,12", "C1,1970-01-01,14", "C3,2023-05-05,250000", "c3,2023-05-05,25", "C3,2023-05-05,-25");
  rows.push(...rows.slice(10, 30));
  return csv("flawed.csv", "customer,date,amount", i => rows[i], rows.length);
})();

let server, browser, page, context, errors;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  ({ page, context, errors } = await open(browser, server.url));
  await openFile(page, DIRTY);
  await visit(page, "quality");
});
after(async () => { await browser?.close(); server?.close(); });

const lines = (on = page) => cells(on, "aside");
/** The list once the worker has answered. */
const until = async (what, wanted, on = page) => {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const now = await lines(on);
    if (wanted(now)) return now;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(now.slice(0, 3))} (${now.length} rows)`);
    await on.waitForTimeout(20);
  }
};
const choose = (id, label) => page.getByTestId(id).selectOption({ label });
const everything = async () => {
  await page.getByTestId("search-aside").fill("");
  await page.getByTestId("kind-aside").selectOption("");
  await page.getByTestId("column-aside").selectOption("");
  return until("all rows", rows => rows.length === PAGE && rows[0][0] === "107");
};
const download = async (on = page) => {
  const [saved] = await Promise.all([on.waitForEvent("download"), on.getByTestId("download-aside").click()]);
  return { name: saved.suggestedFilename(), text: await readFile(await saved.path(), "utf8") };
};
/** Records of a CSV text, quotes resolved. */
const records = csvText => {
  const out = [[""]];
  let inside = false;
  for (let i = 0; i < csvText.length; i += 1) {
    const c = csvText[i], row = out.at(-1);
    if (inside) {
      if (c !== '"') row[row.length - 1] += c;
      else if (csvText[i + 1] === '"') { row[row.length - 1] += '"'; i += 1; } else inside = false;
    } else if (c === '"') inside = true;
    else if (c === ",") row.push("");
    else if (c === "\n") out.push([""]);
    else if (c !== "\r") row[row.length - 1] += c;
  }
  return out.slice(0, -1);
};

test("the answer and the table account for every row", async () => {
  const shown = n => n.toLocaleString("en-US");
  assert.equal(await text(page, "answer"), `${shown(ROWS - ASIDE)} of ${shown(ROWS)} rows were used (${((ROWS - ASIDE) / ROWS * 100).toFixed(1)}%); ${ASIDE} set aside.`);
  const rows = await cells(page, "reconciliation");
  const counts = rows.map(r => number(r[1]));
  assert.equal(rows.at(-1)[0], "Read");
  assert.equal(counts.at(-1), ROWS);
  assert.equal(sum(counts.slice(0, -1)), ROWS, "used and every reason add up to the rows read");
  assert.match(await text(page, "reconciles"), new RegExp(`^${shown(ROWS)} read = ${shown(ROWS - ASIDE)} used \\+ ${ASIDE} set aside$`));
  const understood = await text(page, "understood");
  for (const part of ["UTF-8", "comma", "customer → Customer", "date → Date", "amount → Amount"]) assert.ok(understood.includes(part), `${part} in ${understood}`);
});

test("hostile cells are shown as text: nothing runs, nothing is a link, nothing turns the order of letters", async () => {
  const rows = await everything();
  const value = i => rows.find(r => r[0] === String(i + 2))?.[2];
  for (const i of [105, 106, 107, 108, 109, 110, 112]) assert.equal(value(i), HOSTILE[i][0], `row ${i}`);
  assert.equal(value(111), "[U+202E]gnp.eliforp[U+202C]");
  assert.equal(value(113), "a[U+200B]b[U+0009]c");
  assert.equal(value(114), "x".repeat(80), "cut to 80 characters");
  assert.equal(value(115), "empty");
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("main img, main script, main a[href^='javascript'], main iframe").count(), 0);
  const isolated = await page.getByTestId("aside").locator("bdi").evaluateAll(all => all.every(b => getComputedStyle(b).unicodeBidi === "isolate"));
  assert.ok(isolated, "text of the file is isolated");
  assert.equal(await page.getByTestId("aside").evaluate(t => /[\u202A-\u202E\u2066-\u2069]/.test(t.textContent)), false);
  assert.deepEqual(errors, []);
});

test("the list is filtered by reason, column and text, and the pages hold every row once", async () => {
  await everything();
  const seen = [];
  for (let from = 0; from < ASIDE; from += PAGE) {
    const expected = Math.min(PAGE, ASIDE - from);
    await page.getByTestId("range").getByText(`${from + 1}–${from + expected} of ${ASIDE}`).waitFor();
    seen.push(...(await lines()).map(r => r[0]));
    if (from + PAGE < ASIDE) await page.getByTestId("next").click();
  }
  assert.equal(new Set(seen).size, ASIDE);
  assert.ok(await page.getByTestId("next").isDisabled());
  await choose("kind-aside", "no customer (1)");
  assert.equal((await until("one without a customer", rows => rows.length === 1))[0][3], "no customer");
  assert.equal(await page.getByTestId("range").innerText(), "1–1 of 1", "a filter starts at its first row");
  await page.getByTestId("kind-aside").selectOption("");
  await choose("column-aside", "amount (5)");
  await until("five because of the amount", rows => rows.length === 5 && rows.every(r => r[1] === "amount"));
  await page.getByTestId("column-aside").selectOption("");
  await page.getByTestId("search-aside").fill("SOMEDAY 25");
  await until("ten", rows => rows.length === 10 && rows.every(r => r[2].startsWith("someday 25")));
  await page.getByTestId("search-aside").fill("no such cell");
  await page.getByText("No row matches.").waitFor();
  assert.ok(await page.getByTestId("download-aside").isDisabled());
  await everything();
});

test("the download holds every row, opens in a spreadsheet, and no cell is a formula", async () => {
  await everything();
  const { name, text: saved } = await download();
  assert.equal(name, "dirty set-aside.csv");
  assert.equal(saved.charCodeAt(0), 0xFEFF, "Excel knows UTF-8 by its mark");
  const [head, ...rows] = records(saved.slice(1));
  assert.deepEqual(head, ["Line", "Column", "Value", "Reason"]);
  assert.equal(rows.length, ASIDE);
  const by = Object.fromEntries(rows.map(r => [r[0], r]));
  for (const [i, [cell, column]] of Object.entries(HOSTILE)) {
    const row = by[Number(i) + 2];
    const cut = [...cell].slice(0, 80).join("");
    assert.equal(row[1], column);
    assert.equal(row[2], /^[=+@-]/.test(cut) ? `'${cut}` : cut);
  }
  assert.ok(rows.flat().every(c => !/^[=+\-@\t\r]/.test(c)));
  await choose("kind-aside", "no customer (1)");
  await page.getByTestId("download-aside").getByText("Download 1 row (CSV)").waitFor();
  assert.equal(records((await download()).text.slice(1)).length, 2);
  await everything();
});

test("everything is reached and worked by keyboard", async () => {
  await everything();
  await page.getByTestId("reconciliation").getByRole("button").first().focus();
  await page.keyboard.press("Enter");
  const reason = (await cells(page, "reconciliation"))[1];
  await until(reason[0], rows => rows.length > 0 && rows.every(r => r[3] === reason[0]));
  await everything();
  await page.getByTestId("search-aside").focus();
  const order = [];
  for (let i = 0; i < 6; i += 1) {
    order.push(await page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.getAttribute("role")));
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(order, ["search-aside", "kind-aside", "column-aside", "download-aside", "region", "next"]);
  await page.getByTestId("next").press("Enter");
  await page.getByTestId("range").getByText(`${PAGE + 1}–`).waitFor();
  await page.getByTestId("previous").press("Enter");
  await page.getByTestId("range").getByText(/^1–/).waitFor();
});

test("the overview, the top bar and the rail lead here", async () => {
  for (const link of [page.getByTestId("look-closer"), page.getByTestId("rows"), page.locator("nav.rail a[href='#/quality']")]) {
    await visit(page, "overview");
    await link.click();
    await page.getByTestId("reconciliation").waitFor();
    assert.match(page.url(), /#\/quality$/);
  }
});

test("facts are told with examples and what to do; those worth a look come first", async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openFile(page, FLAWED);
  await visit(page, "quality");
  for (const id of ["gaps", "odd-days", "last-month", "far-amounts", "stand-ins", "look-alikes", "duplicates"]) await page.getByTestId(id).waitFor();
  assert.match(await text(page, "gaps"), /20 Jul 2023\s+31 Jul 2023\s+12 days/);
  assert.match(await text(page, "odd-days"), /1 Jan 1970/);
  assert.match(await text(page, "far-amounts"), /C3\s+5 May 2023\s+250,000/);
  assert.match(await text(page, "stand-ins"), /guest[\s\S]*walk-in/);
  assert.match(await text(page, "look-alikes"), /C3[\s\S]*c3|c3[\s\S]*C3/);
  assert.match(await text(page, "answer"), /^All 4\d\d rows of the file were used\.$/);
  await page.getByTestId("aside-none").waitFor();
  assert.match(await text(page, "look-alikes"), /<b>Acme<\/b>/, "a name is text");
  assert.equal(await page.locator("main b", { hasText: /acme/i }).count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("dropping duplicates and looking back from the last whole month say what they changed, and can be taken back", async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openFile(page, FLAWED);
  await visit(page, "quality");
  const run = async id => {
    await page.getByTestId(`choice-${id}`).getByRole("button").click();
    await page.getByTestId("running").waitFor({ state: "detached" });
  };
  const changed = async name => {
    await page.getByTestId("changed").getByText(name).waitFor();
    return Object.fromEntries((await page.getByTestId("changed").locator("tbody tr").evaluateAll(rows => rows.map(r => [...r.cells].map(c => c.innerText)))).map(r => [r[0], r.slice(1)]));
  };
  const read = number((await cells(page, "reconciliation")).at(-1)[1]);
  await run("duplicates");
  const dropped = await changed("Drop exact duplicates");
  assert.deepEqual(dropped["Rows used"], [String(read), String(read - 20), "−20"]);
  assert.equal(dropped.Customers[2], "no change");
  await page.getByTestId("reconciliation").getByText("same as an earlier row").waitFor();
  await run("as-of");
  const back = await changed("Look back from 31 Mar 2024");
  assert.deepEqual(back["Rows used"].slice(0, 2), [String(read - 20), String(read - 20 - 14)]);
  await run("duplicates");
  await changed("Keep exact duplicates");
  await run("as-of");
  const whole = await changed("last day of the file");
  assert.equal(whole["Rows used"][1], String(read), "all rows are back");
  await visit(page, "overview");
  await visit(page, "quality");
  await page.getByTestId("changed").waitFor();
  await openFile(page, DIRTY);
  await visit(page, "quality");
  assert.equal(await page.getByTestId("changed").count(), 0, "another file is compared with nothing");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a clean file says so", async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openSample(page);
  await visit(page, "quality");
  assert.match(await text(page, "answer"), /^(All [\d,]+ rows of the file were used\.|[\d,]+ of [\d,]+ rows were used)/);
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [lang, expected] of [["en-US", /rows were used/], ["zh-CN", /行可用/], ["zh-TW", /列可用/]]) {
  for (const dark of [false, true]) {
    test(`at 360 px nothing makes the page scroll sideways, and all is said (${lang}, ${dark ? "dark" : "light"})`, async () => {
      const { page, context, errors } = await open(browser, server.url, { lang, dark, width: 360, height: 740 });
      for (const file of [DIRTY, FLAWED]) {
        await openFile(page, file);
        await visit(page, "quality");
        await page.locator("figure svg").first().waitFor();
        if (file === DIRTY) await until("rows", rows => rows.length === PAGE, page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${file.name}: ${wide} px too wide`);
      }
      await openFile(page, DIRTY);
      await visit(page, "quality");
      assert.match(await text(page, "answer"), expected);
      assert.ok(await page.getByTestId("download-aside").isVisible());
      assert.doesNotMatch(await page.locator("main").innerText(), /\{\w+\}/, "no place is left open in a sentence");
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
