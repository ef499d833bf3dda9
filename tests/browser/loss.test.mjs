// The loss calculators from typed-in numbers, with no file: the worked examples of the method, as a reader sees them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dist, figure, launch, open, openSample, serve, text, visit } from "./harness.mjs";

let server, browser, page, context, errors;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  ({ page, context, errors } = await open(browser, server.url, { hash: "#/loss" }));
});
after(async () => { await browser?.close(); server?.close(); });

const type = (id, value) => page.getByTestId(`in-${id}`).fill(String(value));
const start = async values => {
  await page.getByRole("button", { name: "Reset" }).click();
  for (const [id, value] of Object.entries(values)) await type(id, value);
};
const shows = async (expected) => {
  const seen = {};
  for (const id of Object.keys(expected)) seen[id] = await figure(page, id);
  assert.deepEqual(seen, expected);
};

test("without a file the page opens on 6,000 customers, 5%, 1,000 and 10%: 300 customers, 300,000 revenue, 30,000 profit", async () => {
  const typed = {};
  for (const id of ["customers", "churn", "revenue", "margin"]) typed[id] = await page.getByTestId(`in-${id}`).inputValue();
  assert.deepEqual(typed, { customers: "6000", churn: "5", revenue: "1000", margin: "10" });
  await shows({ "lost": "300", "lost-revenue": "300,000", "lost-profit": "30,000", "break-even": "30,000" });
  assert.equal((await text(page, "answer")).trim(), "At this rate 300 customers leave in a year: 300,000 in revenue and 30,000 in profit.");
  assert.equal(await page.getByText("Typed-in numbers; no file needed.").count(), 1);
});

test("lifetime: retention 95%, discount 10% and profit 100 give 633.33 a customer and 190,000 for 300", async () => {
  await start({ customers: 6000, churn: 5, revenue: 1000, margin: 10, retention: 95, discount: 10 });
  await shows({ "lost-lifetime": "190,000" });
  assert.match(await text(page, "lost-lifetime"), /633\.33/);
  await start({ retention: 80 });
  // 100 x 0.8 / 0.3, and 300 of them.
  assert.match(await text(page, "lost-lifetime"), /^80,000[\s\S]*266\.67/);
});

test("programme: 20% saved over three years at 3,000 give a net present value of 11,233.66 and 100% in the first year", async () => {
  await start({ save: 20, retention: 95, discount: 10, years: 3, cost: 3000, running: 0 });
  await shows({ "npv": "11,233.66", "roi-first": "100%", "break-even-save": "10.0%" });
  await start({ save: 10 });
  await shows({ "roi-first": "0%" });
  await start({ cost: 6000 });
  await shows({ "npv": "8,233.66", "roi-first": "0%", "break-even-save": "20.0%" });
  await start({ years: 1, running: 1000 });
  // (6,000 - 1,000) / 1.1 - 3,000
  await shows({ "npv": "1,545.45" });
});

test("replace or keep: 60,000 either way when a fifth is saved, 12,000 to keep when all are", async () => {
  await start({ cac: 200, ratio: 5, save: 20 });
  await shows({ "replace": "60,000", "keep": "60,000" });
  await start({ save: 100 });
  await shows({ "replace": "60,000", "keep": "12,000" });
  await start({ ratio: 10 });
  await shows({ "keep": "30,000" });
});

test("numbers may be typed with grouping and percent signs", async () => {
  await start({ customers: "12,000", churn: "2.5%", revenue: " 2 000 ", margin: "10 %" });
  await shows({ "lost": "300", "lost-revenue": "600,000", "lost-profit": "60,000" });
});

test("the tornado and the grid follow what is typed", async () => {
  await start({});
  const labels = () => page.locator("figure svg").first().innerHTML();
  await page.locator("figure svg").first().waitFor();
  const before = await labels();
  assert.match(before, /24/);
  assert.match(before, /36/);
  await start({ margin: 50 });
  await page.waitForFunction(b => document.querySelector("figure svg").innerHTML !== b, before);
});

for (const [what, id, value] of [
  ["a word for the number of customers", "customers", "many"],
  ["nothing for revenue", "revenue", ""],
  ["more than everybody lost", "churn", "150"],
  ["a negative number of customers", "customers", "-5"],
  ["no retention number", "retention", "?"],
  ["retention beyond what the discount allows", "retention", "120"],
  ["a ratio of zero", "ratio", "0"],
  ["a save rate of zero", "save", "0"],
  ["no years", "years", "0"],
  ["endless years", "years", "1e9"],
  ["a negative cost", "cost", "-1"],
]) {
  test(`${what} is answered in words, never with NaN or infinity, and a good number heals it`, async () => {
    await start({ [id]: value });
    const main = await page.locator("main").innerText();
    assert.doesNotMatch(main, /NaN|Infinity|∞|undefined/);
    assert.match(main, /a number, please|must (be|not)|is too long|–/, "something is said");
    if (["customers", "churn", "revenue"].includes(id)) {
      assert.match(await page.getByRole("alert").innerText(), /must/);
      assert.equal(await page.getByTestId("lost").count(), 0, "no figure stands on a bad input");
    }
    await start({});
    await shows({ "lost": "300", "npv": "11,233.66" });
  });
}

test("what was typed survives a change of language", async () => {
  await start({ customers: 9000 });
  await shows({ "lost": "450" });
  await page.getByTestId("language").selectOption("zh-Hans");
  await page.getByRole("heading", { name: "假设" }).waitFor();
  await page.getByTestId("language").selectOption("zh-Hant");
  await page.getByRole("heading", { name: "假設" }).waitFor();
  const kept = [await page.getByTestId("in-customers").inputValue(), await figure(page, "lost")];
  await page.getByTestId("language").selectOption("en");
  await page.getByRole("heading", { name: "Assumptions" }).waitFor();
  assert.deepEqual(kept, ["9000", "450"]);
});

test("with a result the page is prefilled from it", async () => {
  await openSample(page);
  const customers = await figure(page, "kpi-customers");
  await visit(page, "loss");
  assert.equal(await page.getByText("Prefilled from the file; change anything.").count(), 1);
  const typed = await page.getByTestId("in-customers").inputValue();
  assert.ok(Number(typed) > 0 && Number(typed) <= Number(customers.replace(/,/g, "")), typed);
  assert.doesNotMatch(await page.locator("main").innerText(), /NaN|Infinity/);
  assert.deepEqual(errors, []);
  await context.close();
});
