// Real files through the page, by file input: the figures a reader sees are the file's.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FILES, cells, csv, data, day, dist, figure, launch, needsData, number, open, openFile, serve, sum, text, visit } from "./harness.mjs";

let server, browser;
before(async () => { server = await serve(dist); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

for (const { path, rows, customers, revenue } of FILES) {
  test(`${path} shows its rows, customers and revenue, and every customer is in one class and one pattern`, { skip: needsData }, async () => {
    const { page, context, errors } = await open(browser, server.url);
    await openFile(page, join(data, path));
    assert.match(page.url(), /#\/overview$/, "roles are certain, so the result opens without a question");
    const shown = n => n.toLocaleString("en-US");
    assert.equal(await figure(page, "kpi-customers"), shown(customers));
    assert.equal(await figure(page, "kpi-revenue"), shown(revenue));
    assert.equal(await text(page, "rows-read"), shown(rows));
    assert.equal(number(await text(page, "rows-used")) + number(await text(page, "rows-aside")), rows, "rows read = used + set aside");
    const [active, left] = (await text(page, "kpi-customers")).match(/([\d,]+) active, ([\d,]+) left/).slice(1).map(number);
    assert.equal(active + left, customers);

    await visit(page, "value");
    const classes = await cells(page, "classes");
    assert.equal(classes.length, 5, "four classes and their total");
    assert.equal(sum(classes.slice(0, 4).map(r => number(r[2]))), customers);
    assert.equal(number(classes[4][2]), customers);
    assert.ok(Math.abs(sum(classes.slice(0, 4).map(r => number(r[4]))) - revenue) < 0.05, "revenue by class adds up");

    await visit(page, "patterns");
    const patterns = await cells(page, "patterns");
    assert.equal(patterns.length, 6, "four endings, the active, and the total");
    assert.equal(sum(patterns.slice(0, 5).map(r => number(r[1]))), customers);
    assert.equal(sum(patterns.slice(0, 4).map(r => number(r[1]))), left, "the four endings are those who left");
    assert.equal(number(patterns[5][1]), customers);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test("cdnowElog says who left, by which thresholds, and that most left after one purchase", { skip: needsData }, async () => {
  const { page, context } = await open(browser, server.url);
  await openFile(page, join(data, "cdnow/cdnowElog.csv"));
  assert.match(await text(page, "kpi-customers"), /\b1,567 left/);
  await page.getByText("How this was computed").click();
  const how = page.getByText(/^One-time buyers:/);
  await how.waitFor();
  const said = await how.innerText();
  assert.match(said, /alert after 198 days, gone after 376\.1 days/);
  assert.match(said, /1,139 observed second orders/);
  await visit(page, "patterns");
  assert.equal((await text(page, "answer")).trim(), "Most left after one purchase: 1,218 of 1,567 ended relationships.");
  await visit(page, "lifecycle");
  assert.match(await text(page, "answer"), /past their alert point/, "sparse buyers: the alert leads, not the stage mix");
  await context.close();
});

test("a file of contracts with a left-or-stayed flag gives its churn, its survival, and stages by tenure", { skip: needsData }, async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openFile(page, join(data, "telco/Telco-Customer-Churn.csv"));
  assert.equal(await figure(page, "kpi-customers"), "7,043");
  assert.match(await text(page, "answer"), /1,869 of 7,043/);
  await visit(page, "lifecycle");
  assert.match(await text(page, "answer"), /^Of 5,174 active customers/);
  await visit(page, "patterns");
  await page.locator("figure svg").first().waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("a file dropped on the page is opened like a chosen one, and one with Chinese headers and dates is understood", async () => {
  const { page, context, errors } = await open(browser, server.url);
  const chinese = i => day(i).replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");
  const file = csv("订单.csv", "客户,日期,金额", i => `客户${i % 20},${chinese(i)},${10 + i}.50`);
  const dropped = await page.evaluateHandle(([name, body]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([body], name, { type: "text/csv" }));
    return transfer;
  }, [file.name, file.buffer.toString()]);
  await page.getByTestId("drop").dispatchEvent("dragover", { dataTransfer: dropped });
  await page.getByTestId("drop").dispatchEvent("drop", { dataTransfer: dropped });
  await page.getByTitle("订单.csv", { exact: true }).waitFor();
  assert.equal(await figure(page, "kpi-customers"), "20");
  assert.equal(await figure(page, "kpi-revenue"), "48,000");
  assert.equal(await text(page, "rows-used"), "300");
  assert.deepEqual(errors, []);
  await context.close();
});
