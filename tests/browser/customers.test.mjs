// The table of customers, and the columns page: what a reader does to look closer or to put a file right.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { cells, csv, day, dist, figure, give, headline, launch, number, open, openFile, openSample, serve, sum, text, visit } from "./harness.mjs";

/** Rows shown at first, and more at each "Show more". */
const PAGE = 40;
let server, browser, page, context, errors, all;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  ({ page, context, errors } = await open(browser, server.url));
  await openSample(page);
  all = number((await text(page, "kpi-customers")).split("\n")[0]);
});
after(async () => { await browser?.close(); server?.close(); });

const lines = () => cells(page, "customers");
/** The rows once the worker has answered: until then the old ones stand. */
const until = async (what, wanted) => {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const now = await lines();
    if (wanted(now)) return now;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(now.slice(0, 3))} (${now.length} rows)`);
    await page.waitForTimeout(20);
  }
};
/** The header of a column: by its text, since the mark of the order may be part of the button's name. */
const header = name => page.getByTestId("customers").locator("th").filter({ has: page.getByText(name, { exact: true }) });
const sortBy = name => header(name).getByRole("button").click();
const column = (rows, i) => rows.map(r => number(r[i]));
const ordered = (list, by) => list.every((v, i) => i === 0 || by(list[i - 1], v));
/** The customers table without any filter, sorted as it opens. */
const fresh = async () => {
  await visit(page, "customers");
  await page.getByRole("button", { name: "Clear filters" }).click();
  return until("all customers", rows => rows.length === Math.min(PAGE, all));
};

// What one test chose for its file is no choice of the next.
beforeEach(() => page?.evaluate(() => localStorage.removeItem("tenure.mappings")));

test("the table opens with the highest revenue first and sorts by orders both ways", async () => {
  const first = await fresh();
  assert.ok(ordered(column(first, 1), (a, b) => a >= b), "by revenue, highest first");
  await sortBy("Orders");
  const most = await until("most orders first", rows => ordered(column(rows, 2), (a, b) => a >= b));
  assert.equal(await header("Orders").getAttribute("aria-sort"), "descending");
  await sortBy("Orders");
  const least = await until("fewest orders first", rows => ordered(column(rows, 2), (a, b) => a <= b));
  assert.equal(await header("Orders").getAttribute("aria-sort"), "ascending");
  assert.ok(number(most[0][2]) > number(least[0][2]), "the whole table is sorted, not the rows in view");
  await sortBy("Revenue");
  await until("by revenue again", rows => ordered(column(rows, 1), (a, b) => a >= b));
});

test("every column sorts without an error", async () => {
  await fresh();
  const names = await page.getByTestId("customers").locator("thead button").allInnerTexts();
  assert.ok(names.length >= 11, names.join());
  for (const name of names) {
    await sortBy(name);
    await page.waitForFunction(h => h.getAttribute("aria-sort") !== "none", await header(name).elementHandle());
    assert.equal(await page.getByTestId("customers").locator("th[aria-sort=ascending], th[aria-sort=descending]").count(), 1);
  }
  assert.deepEqual(errors, []);
});

test("search finds a customer by a part of the name, and says so when there is none", async () => {
  const [[id]] = await fresh();
  await page.getByTestId("search").fill(id);
  const found = await until("the one searched for", rows => rows.length > 0 && rows.length < PAGE && rows.every(r => r[0].includes(id)));
  assert.ok(found.some(r => r[0] === id));
  assert.match(await text(page, "answer"), new RegExp(`^${found.length} of ${all} customers`));
  await page.getByTestId("search").fill(id.toLowerCase());
  await until("case does not matter", rows => rows.some(r => r[0] === id));
  await page.getByTestId("search").fill("no such customer");
  await page.getByText("No customer matches.").waitFor();
  assert.deepEqual(await lines(), []);
  await fresh();
});

test("Show more brings the next rows and ends with the last", async () => {
  const first = await fresh();
  await page.getByRole("button", { name: "Show more" }).click();
  const more = await until("the next rows", rows => rows.length === 2 * PAGE);
  assert.deepEqual(more.slice(0, PAGE), first, "the rows in view stay");
  assert.equal(new Set(more.map(r => r[0])).size, 2 * PAGE, "nobody twice");
  for (let n = 3 * PAGE; n < all + PAGE; n += PAGE) {
    await page.getByRole("button", { name: "Show more" }).click();
    await until("more", rows => rows.length === Math.min(n, all));
  }
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  assert.equal(new Set((await lines()).map(r => r[0])).size, all);
});

test("the counts of the value and patterns pages lead to exactly these customers", async () => {
  for (const [from, at, table, cell] of [["value", 2, "classes", 7], ["patterns", 1, "patterns", 6]]) {
    await visit(page, from);
    const rows = await cells(page, table);
    assert.equal(sum(rows.slice(0, -1).map(r => number(r[at]))), all);
    for (let i = 0; i < rows.length - 1; i += 1) {
      await visit(page, from);
      const count = number(rows[i][at]);
      await page.getByTestId(table).locator("tbody tr").nth(i).getByRole("button").click();
      const name = rows[i][0].split(" · ")[0];
      await until(`${name}: ${count}`, shown => shown.length === Math.min(PAGE, count) && shown.every(r => r[cell] === name));
      assert.match(await text(page, "answer"), new RegExp(`^${count} of ${all} customers`));
    }
  }
  await fresh();
});

test("what to do first leads to as many customers as it names", async () => {
  await visit(page, "overview");
  const links = page.getByRole("button", { name: "See these customers" });
  const actions = await page.locator("ol li").evaluateAll(items => items.map(i => Number(/([\d,]+)( \w+)? (customers|relationships|buyers)/.exec(i.innerText)[1].replace(/,/g, ""))));
  assert.equal(actions.length, await links.count());
  assert.ok(actions.length > 0);
  for (let i = 0; i < actions.length; i += 1) {
    await visit(page, "overview");
    await links.nth(i).click();
    await until(`action ${i}: ${actions[i]}`, rows => rows.length === Math.min(PAGE, actions[i]));
  }
  await fresh();
});

test("the sample's columns can be looked at and run again, with the same figures", async () => {
  const before = await headline(page);
  await visit(page, "columns");
  await page.getByTestId("run").waitFor({ timeout: 5_000 });
  assert.match(page.url(), /#\/columns$/);
  const roles = await page.locator("select[data-testid^=role-]").evaluateAll(list => list.map(s => s.value).filter(Boolean));
  for (const role of ["Customer", "Date", "Amount"]) assert.ok(roles.includes(role), roles.join());
  await page.getByTestId("run").click();
  await page.waitForURL(/#\/overview$/);
  await page.getByTestId("kpi-customers").waitFor();
  assert.deepEqual(await headline(page), before);
});

test("leaving the columns page without running leaves everything as it was", async () => {
  const before = await headline(page);
  await openFile(page, csv("plain.csv", "customer,date,amount", i => `C${i % 20},${day(i)},${10 + i}.50`));
  const plain = await headline(page);
  assert.notDeepEqual(plain, before);
  await visit(page, "columns");
  await page.getByTestId("run").waitFor();
  assert.deepEqual(await headline(page), plain);
});

// Two ids, two dates and two numbers under names that say nothing: the file cannot tell which is meant.
const RIDDLE = csv("riddle.csv", "k1,k2,d1,d2,n1,n2", i => `A${i % 20},B${i % 23},${day(i)},${day(i + 1)},${10 + i}.50,2.25`);
const choose = (column, role) => page.getByTestId(`role-${column}`).selectOption(role);
/** Chooses the second of each, and runs. */
const solve = async () => {
  for (let i = 0; i < 6; i += 1) await choose(i, "");
  await choose(1, "Customer");
  await choose(3, "Date");
  await choose(5, "Amount");
  await page.getByTestId("run").click();
  await page.getByTitle("riddle.csv", { exact: true }).waitFor();
  await page.waitForURL(/#\/overview$/);
};

test("a file whose columns are not certain asks first, shows its rows, and runs as chosen", async () => {
  await give(page, RIDDLE);
  await page.getByTestId("run").waitFor();
  assert.match(page.url(), /#\/columns$/);
  assert.match(await page.locator("main").innerText(), /A0[\s\S]*B0[\s\S]*2023-01-01/, "with the file's own values");
  await solve();
  assert.equal((await text(page, "kpi-customers")).split("\n")[0], "23");
  assert.equal((await text(page, "kpi-revenue")).split("\n")[0], "675.00");
});

test("how a file is written can be said: the rows follow at once, the focus stays, and the run takes it", async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `Zoë ${i % 20};${day(i)};${10 + i}`);
  await openFile(page, { name: "semicolons.csv", mimeType: "text/csv", buffer: Buffer.from(["shop 7", "", "customer;date;amount", ...lines].join("\n")) });
  await visit(page, "columns");
  await page.getByTestId("run").waitFor();
  const columns = n => page.waitForFunction(n => document.querySelectorAll("select[data-testid^=role-]").length === n, n);
  await columns(3);
  assert.equal(await page.getByTestId("skip-lines").inputValue(), "2");
  assert.match(await text(page, "grounds"), /100\s?% of the first 60 rows[\s\S]*known names/);
  await page.getByTestId("delimiter").focus();
  await page.getByTestId("delimiter").selectOption(",");
  await columns(1);
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.testid), "delimiter");
  assert.match(await text(page, "grounds"), /as you said/);
  await page.getByTestId("delimiter").selectOption("");
  await columns(3);
  const preview = page.locator(".preview");
  assert.match(await preview.innerText(), /Zoë 0/);
  await page.getByTestId("encoding").selectOption("windows-1252");
  await page.waitForFunction(() => document.querySelector(".preview").innerText.includes("ZoÃ« 0"));
  await page.getByTestId("as-found").click();
  await page.waitForFunction(() => document.querySelector(".preview").innerText.includes("Zoë 0"));
  assert.equal(await page.getByTestId("encoding").inputValue(), "");
  await page.getByTestId("has-header").uncheck();
  await page.waitForFunction(() => /customer[\s\S]*Zoë 0/.test(document.querySelector(".preview tbody").innerText));
  await page.getByTestId("has-header").check();
  await page.waitForFunction(() => !document.querySelector(".preview tbody").innerText.includes("customer"));
  await page.getByTestId("run").click();
  await page.waitForURL(/#\/overview$/);
  assert.equal(await figure(page, "kpi-customers"), "20");
});

test("what was chosen for a file is used again when its headers come back, until it is forgotten", async () => {
  const revenue = async () => (await text(page, "kpi-revenue")).split("\n")[0];
  await give(page, RIDDLE);
  await page.getByTestId("run").waitFor();
  await solve();
  const kept = await page.evaluate(() => localStorage.getItem("tenure.mappings"));
  assert.ok(kept.length > 2 && !/riddle|k1|A0|B0/.test(kept), kept);
  await give(page, { ...RIDDLE, name: "next-month.csv" });
  await page.getByTitle("next-month.csv", { exact: true }).waitFor();
  assert.match(page.url(), /#\/overview$/, "nothing is asked");
  assert.equal(await revenue(), "675.00");
  await visit(page, "columns");
  await page.getByTestId("remembered").waitFor();
  await page.getByTestId("forget").click();
  await page.getByTestId("remembered").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => localStorage.getItem("tenure.mappings")), null);
});

test("a role given to a second column is taken from the first", async () => {
  await give(page, RIDDLE);
  await page.getByTestId("run").waitFor();
  await choose(0, "Customer");
  await choose(1, "Customer");
  assert.equal(await page.getByTestId("role-0").inputValue(), "");
  assert.equal(await page.getByTestId("role-1").inputValue(), "Customer");
});

test("running without a needed column says which one is missing, and choosing it heals", async () => {
  await give(page, RIDDLE);
  await page.getByTestId("run").waitFor();
  for (let i = 0; i < 6; i += 1) await choose(i, "");
  await choose(0, "Customer");
  await choose(2, "Date");
  await page.getByTestId("run").click();
  const trouble = page.getByTestId("trouble");
  await trouble.waitFor();
  assert.match(await trouble.innerText(), /No column holds the amount[\s\S]*Choose the column with the amount/);
  await page.getByTestId("run").waitFor();
  await choose(0, "Customer");
  await choose(2, "Date");
  await choose(4, "Amount");
  await page.getByTestId("run").click();
  await page.waitForURL(/#\/overview$/);
  assert.equal((await text(page, "kpi-customers")).split("\n")[0], "20");
  assert.equal(await trouble.count(), 0);
});

test("dates that can be read two ways are asked about, never guessed; each answer gives its own dates", async () => {
  const two = n => String(n).padStart(2, "0");
  const file = csv("either.csv", "customer,date,amount", i => `C${i % 20},${two(1 + i % 12)}/${two(1 + (i * 5) % 12)}/2024,${10 + i}.50`);
  const spans = [];
  for (const order of ["dmy", "mdy"]) {
    // The first answer would be remembered for the second.
    await page.evaluate(() => localStorage.removeItem("tenure.mappings"));
    await give(page, file);
    await page.getByTestId("run").waitFor();
    await page.getByTestId("date-order").selectOption(order);
    await page.getByTestId("run").click();
    await page.waitForURL(/#\/overview$/);
    await page.getByTitle("either.csv", { exact: true }).waitFor();
    assert.equal(await text(page, "rows-aside"), "0");
    await page.getByText("Show the numbers behind this chart").click();
    spans.push(await page.locator("figure details tbody").innerText());
  }
  assert.notEqual(spans[0], spans[1]);
  await context.close();
});
