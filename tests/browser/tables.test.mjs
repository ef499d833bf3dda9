// Files that are no plain table: several at once, workbooks, packed ones, and rows pasted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { csv, data, day, dist, figure, give, launch, needsData, open, openFile, serve, text, visit } from "./harness.mjs";

let server, browser, page, errors;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  ({ page, errors } = await open(browser, server.url));
});
after(async () => { await browser?.close(); server?.close(); });

const ORDERS = csv("orders.csv", "customer,date,amount", i => `C${i % 60},${day(i)},${10 + i % 90}.50`);
const INVOICES = csv("invoices.csv", "customer,invoice,due date,paid date,amount due", i => `C${i % 70},${i},2025-0${i % 8 + 1}-04,2025-0${i % 8 + 1}-1${i % 9},12.50`, 80);
const WEATHER = csv("weather.csv", "city,rain", i => `town ${i},${i % 7}`, 20);

test("several files: the customers' own is found, others are joined or named with the reason, more can be added", async () => {
  await give(page, [WEATHER, INVOICES, ORDERS]);
  await page.getByTestId("kpi-customers").waitFor();
  assert.equal(await figure(page, "kpi-customers"), "60");
  await visit(page, "quality");
  const tables = await text(page, "tables");
  assert.match(tables, /invoices\.csv is read as invoices: 70 of 80 rows are used\. Of customers the main table does not have: 10\./);
  assert.match(tables, /weather\.csv is not used: nothing in it can be joined/);
  await openFile(page, ORDERS);
  await visit(page, "quality");
  assert.doesNotMatch(await text(page, "tables"), /invoices\.csv/);
  await page.getByTestId("more-files").setInputFiles(INVOICES);
  await page.getByText("invoices.csv is read as").or(page.locator("[data-testid=tables] li")).first().waitFor();
  assert.match(await text(page, "tables"), /invoices\.csv is read as invoices/);
  assert.deepEqual(errors, []);
});

test("rows pasted from a spreadsheet are opened", async () => {
  await visit(page, "start");
  const rows = ["customer\tdate\tamount", ...Array.from({ length: 40 }, (_, i) => `P${i % 8}\t${day(i)}\t${i + 1}`)].join("\n");
  await page.getByTestId("paste").evaluate((box, rows) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", rows);
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, rows);
  await page.getByTestId("kpi-customers").waitFor();
  await page.waitForURL(/#\/overview$/);
  assert.equal(await figure(page, "kpi-customers"), "8");
});

test("a packed file is read as what is in it", async () => {
  await openFile(page, { name: "orders.csv.gz", mimeType: "application/gzip", buffer: gzipSync(ORDERS.buffer) });
  assert.equal(await figure(page, "kpi-customers"), "60");
});

test("a workbook opens with its contracts and reasons, whatever its name says", { skip: needsData }, async () => {
  const buffer = readFileSync(join(data, "telco/Telco_customer_churn.xlsx"));
  await openFile(page, { name: "telco.csv", mimeType: "text/csv", buffer });
  assert.equal(await figure(page, "kpi-customers"), "7,043");
  await visit(page, "columns");
  await page.getByTestId("run").waitFor();
  const roles = await page.locator("select[data-testid^=role-]").evaluateAll(list => list.map(s => s.value).filter(Boolean));
  for (const role of ["Customer", "Tenure", "Churned", "Reason"]) assert.ok(roles.includes(role), roles.join());
});
