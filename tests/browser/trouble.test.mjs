// What goes wrong is said plainly, in every language, with what to do; and the result before it stays.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { csv, day, dist, give, headline, launch, open, openFile, openSample, serve, text, visit } from "./harness.mjs";

let server, browser, page, context, sample;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  ({ page, context } = await open(browser, server.url));
  await openSample(page);
  sample = await headline(page);
});
after(async () => { await browser?.close(); server?.close(); });

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");
const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + i * i) % 256));
const bytes = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
const CASES = [
  ["a file without a customer column", csv("no-customer.csv", "date,amount", i => `${day(i)},${10 + i}.50`),
    /No column says who the customer is[\s\S]*Choose the column with the customer/, /没有哪一列标明客户是谁[\s\S]*请指定客户编号或名称所在的列/,
    /沒有任何一欄標明客戶是誰[\s\S]*請指定客戶編號或名稱所在的欄/],
  ["a file without a date column", csv("no-date.csv", "customer,amount", i => `C${i % 20},${10 + i}.50`),
    /No column holds the date[\s\S]*Choose the column with the day/, /没有日期列[\s\S]*请指定交易日期所在的列/, /沒有日期欄[\s\S]*請指定交易日期所在的欄/],
  ["a file without an amount column", csv("no-amount.csv", "customer,date", i => `C${i % 20},${day(i)}`),
    /No column holds the amount[\s\S]*Choose the column with the amount/, /没有金额列[\s\S]*请指定金额所在的列/, /沒有金額欄[\s\S]*請指定金額所在的欄/],
  ["an empty file", bytes("empty.csv", Buffer.alloc(0)), /The file has no rows[\s\S]*Export it again/, /文件中没有数据行[\s\S]*请重新导出/,
    /檔案中沒有資料列[\s\S]*請重新匯出/],
  ["a file with a header and nothing below", bytes("header.csv", Buffer.from("customer,date,amount\n")), /The file has no rows[\s\S]*Export it again/, /文件中没有数据行[\s\S]*请重新导出/,
    /檔案中沒有資料列[\s\S]*請重新匯出/],
  ["a picture", bytes("picture.png", PNG), /looks like a picture[\s\S]*as a workbook or as CSV/, /看起来是 ?图片[\s\S]*请索取表格原文件/,
    /看起來是 ?圖片[\s\S]*請索取原始表格/],
  ["binary data", bytes("noise.bin", noise), /looks like binary data[\s\S]*Export the table as CSV/, /看起来是 ?二进制数据[\s\S]*CSV/,
    /看起來是 ?二進位資料[\s\S]*CSV/],
  ["a file whose every date is unreadable", csv("broken.csv", "customer,date,amount", i => `C${i % 20},someday ${i},${10 + i}.50`),
    /(None of the 300 rows could be used|No column holds the date)[\s\S]*(Check that the columns|Choose the column)/, /(300 行数据均无法使用|没有日期列)[\s\S]*请(检查|指定)/,
    /(300 列資料均無法使用|沒有日期欄)[\s\S]*請(檢查|指定)/],
];
for (const [what, file, english, simplified, traditional] of CASES) {
  test(`${what}: the message names the remedy in English and in both Chinese scripts, and the earlier result stays`, async () => {
    await give(page, file);
    const trouble = page.getByTestId("trouble");
    await trouble.waitFor({ timeout: 5_000 });
    assert.match(await trouble.innerText(), english);
    for (const [tag, chinese] of [["zh-Hans", simplified], ["zh-Hant", traditional]]) {
      await page.getByTestId("language").selectOption(tag);
      await page.locator(`html[lang=${tag}]`).waitFor();
      assert.match(await trouble.innerText(), chinese);
    }
    assert.equal(await trouble.getAttribute("role"), "alert");
    await page.getByTestId("language").selectOption("en");
    await page.locator("html[lang=en]").waitFor();
    assert.deepEqual(await headline(page), sample, "the earlier result is one click away, with the same figures");
    await visit(page, "customers");
    await page.getByTestId("customers").locator("tbody tr").first().waitFor();
  });
}

test("the way back from a failure leads to the earlier result and takes the message away", async () => {
  await give(page, bytes("empty.csv", Buffer.alloc(0)));
  await page.getByRole("button", { name: "Back to the result" }).click();
  await page.getByTestId("kpi-customers").waitFor();
  assert.equal(await page.getByTestId("trouble").count(), 0);
  assert.deepEqual(await headline(page), sample);
});

test("after a failure the next good file is simply opened", async () => {
  await give(page, bytes("picture.png", PNG));
  await page.getByTestId("trouble").waitFor();
  await openFile(page, csv("good.csv", "customer,date,amount", i => `C${i % 20},${day(i)},${10 + i}.50`));
  assert.match(await text(page, "kpi-customers"), /^20\b/);
  assert.equal(await page.getByTestId("trouble").count(), 0);
  await openSample(page);
});

test("rows that could not be used are listed with line, column, value and reason, and the rest is used", async () => {
  const odd = { 7: "C7,2024-02-30,10", 12: ",2024-01-05,10", 20: "C3,2024-01-05,ten" };
  await openFile(page, csv("mixed.csv", "customer,date,amount", i => odd[i] ?? `C${i % 20},${day(i)},${10 + i}.50`));
  assert.deepEqual([await text(page, "rows-read"), await text(page, "rows-used"), await text(page, "rows-aside")], ["300", "297", "3"]);
  await page.getByText("Set aside: 3").click();
  const lines = await page.locator("details[open] tbody tr").evaluateAll(rows => rows.map(r => [...r.cells].map(c => c.innerText.trim())));
  assert.deepEqual(lines, [
    ["9", "date", "2024-02-30", "date missing or unreadable"],
    ["14", "customer", "", "no customer"],
    ["22", "amount", "ten", "number missing or unreadable"],
  ]);
  await openSample(page);
});

test("of several tables in a file one is read, and the page says where the others begin", async () => {
  const { page, context, errors } = await open(browser, server.url);
  const sales = csv("two.csv", "customer,date,amount", i => `C${i % 20},${day(i)},${10 + i}.50`);
  const shares = Buffer.from("region,share\nNorth,0.5\nSouth,0.5\n\n");
  await openFile(page, { ...sales, buffer: Buffer.concat([shares, sales.buffer]) });
  assert.equal(await text(page, "rows-used"), "300");
  assert.equal(await text(page, "other-tables"), "1");
  assert.deepEqual(errors, []);
  await context.close();
});

test("nothing in a file is taken for markup", async () => {
  const name = i => (i % 2 ? "<img src=x onerror=window.hit=1>" : `<b>bold</b> & "${i % 20}"`).replaceAll('"', '""');
  await openFile(page, csv("<i>evil</i>.csv", "customer,date,amount", i => `"${name(i)}",${day(i)},${10 + i}.50`));
  await visit(page, "customers");
  const table = page.getByTestId("customers");
  await table.locator("tbody tr").first().waitFor();
  assert.match(await table.innerText(), /<img src=x onerror=window\.hit=1>/);
  assert.equal(await page.locator("main img, main b, header i:not([aria-hidden])").count(), 0);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  await openSample(page);
});

/** A page whose second worker never answers and then fails as a killed one does. */
async function withDyingWorkers(message) {
  const context = await browser.newContext({ locale: "en-US" });
  await context.addInitScript(message => {
    const Real = window.Worker;
    let made = 0;
    window.Worker = function (...args) {
      made += 1;
      if (made !== 2) return new Real(...args);
      const dead = { postMessage() {}, terminate() {}, onmessage: null, onerror: null };
      setTimeout(() => dead.onerror?.(new ErrorEvent("error", { message, cancelable: true })), 400);
      return dead;
    };
  }, message);
  const page = await context.newPage();
  await page.goto(server.url);
  await openSample(page);
  return { page, context };
}

test("a worker that dies leaves the result, says so, and the next try works", async () => {
  const { page, context } = await withDyingWorkers("Uncaught RuntimeError: unreachable");
  const before = await headline(page);
  const good = csv("good.csv", "customer,date,amount", i => `C${i % 20},${day(i)},${10 + i}.50`);
  await give(page, good);
  const trouble = page.getByTestId("trouble");
  await trouble.waitFor();
  assert.match(await trouble.innerText(), /The calculation stopped: good\.csv[\s\S]*unreachable[\s\S]*Try again[\s\S]*The result you had is still here/);
  assert.equal(await page.getByTestId("running").count(), 0);
  assert.deepEqual(await headline(page), before);
  await visit(page, "customers");
  await page.getByTestId("customers").locator("tbody tr").first().waitFor();
  await visit(page, "start");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByTitle("good.csv", { exact: true }).waitFor();
  assert.equal(await page.getByTestId("trouble").count(), 0);
  await context.close();
});

test("a worker that runs out of memory says that, and how to make do with less", async () => {
  const { page, context } = await withDyingWorkers("Uncaught RangeError: WebAssembly.Memory.grow(): Maximum memory size exceeded");
  await give(page, csv("good.csv", "customer,date,amount", i => `C${i % 20},${day(i)},${10 + i}.50`));
  await page.getByTestId("trouble").waitFor();
  assert.match(await page.getByTestId("trouble").innerText(), /not enough memory[\s\S]*one row per customer and month/);
  await context.close();
});
