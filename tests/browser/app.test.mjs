// Language, theme, privacy and keyboard: what holds on every page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { csv, day, dist, figure, headline, launch, open, openFile, openSample, serve, text, visit } from "./harness.mjs";

const PAGES = ["start", "overview", "lifecycle", "patterns", "value", "customers", "loss"];
let server, browser;
before(async () => { server = await serve(dist); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

const speak = async (page, tag) => {
  await page.getByTestId("language").selectOption(tag);
  await page.locator(`html[lang=${tag}]`).waitFor();
};
/** A page that has drawn what it has: charts wait for their width, the customer table for its worker. */
const settled = async (page, name) => {
  await visit(page, name);
  if (name === "customers") await page.getByTestId("customers").locator("tbody tr").first().waitFor();
  else if (name !== "start") await page.locator("figure svg").first().waitFor();
};

test("Chinese and back: headings, navigation, numbers, dates and the document's language change, and the choice is remembered", async () => {
  const { page, context, errors } = await open(browser, server.url);
  await openSample(page);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  const nav = () => page.getByRole("navigation").first().innerText();
  const english = { nav: await nav(), head: await headline(page), answer: await text(page, "answer"), title: await page.title() };
  assert.match(english.head["kpi-equity"], /^[\d.]+[KMB]\b/);
  assert.match(english.head["kpi-revenue"], /\d{1,2} [A-Z][a-z]{2} 20\d\d to \d{1,2} [A-Z][a-z]{2} 20\d\d/);

  await speak(page, "zh-Hans");
  assert.match(await nav(), /总览[\s\S]*生命周期[\s\S]*退出模式[\s\S]*客户价值[\s\S]*客户[\s\S]*流失损失/);
  assert.match(await text(page, "answer"), /位客户中流失了/);
  assert.match(await figure(page, "kpi-equity"), /^[\d,.]+ [万亿]$/, "large money in 万 and 亿, not in K and M");
  assert.match(await text(page, "kpi-revenue"), /20\d\d年\d{1,2}月\d{1,2}日 至 20\d\d年\d{1,2}月\d{1,2}日/);
  assert.match(await page.title(), /总览/);
  assert.equal(await figure(page, "kpi-customers"), english.head["kpi-customers"].split("\n")[0], "a count is the same number in both");

  await speak(page, "zh-Hant");
  assert.match(await nav(), /總覽[\s\S]*生命週期[\s\S]*退出模式[\s\S]*客戶價值[\s\S]*客戶[\s\S]*流失損失/);
  assert.match(await text(page, "answer"), /位客戶中流失了/);
  assert.match(await figure(page, "kpi-equity"), /^[\d,.]+ [萬億]$/);
  assert.match(await text(page, "kpi-revenue"), /20\d\d年\d{1,2}月\d{1,2}日 至 20\d\d年\d{1,2}月\d{1,2}日/);
  assert.match(await page.title(), /總覽/);
  await speak(page, "zh-Hans");

  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-Hans", "remembered");
  await visit(page, "start");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "看清谁在离开，以及代价多大。");

  await speak(page, "en");
  await openSample(page);
  assert.deepEqual({ nav: await nav(), head: await headline(page), answer: await text(page, "answer"), title: await page.title() }, english, "back to what it was");
  assert.deepEqual(errors, []);
  await context.close();
});

test("the browser's language is the first language", async () => {
  for (const [locale, tag] of [["zh-CN", "zh-Hans"], ["zh-TW", "zh-Hant"], ["zh-HK", "zh-Hant"], ["de-DE", "en"]]) {
    const { page, context } = await open(browser, server.url, { lang: locale });
    assert.equal(await page.locator("html").getAttribute("lang"), tag);
    await context.close();
  }
});

const NOT_CHINESE = /^(?!.*\p{Script=Han}).*\p{Script=Latin}{2,}/su;
for (const [lang, foreign] of [["en-US", /\p{Script=Han}/u], ["zh-CN", NOT_CHINESE], ["zh-TW", NOT_CHINESE]]) {
  test(`${lang}: on every page no label, heading, sentence or chart word is left in the other language`, async () => {
    const { page, context } = await open(browser, server.url, { lang });
    const labels = () => page.evaluate(() => {
      const own = [...document.querySelectorAll("h1, h2, h3, th, summary, button, nav a, option, dt, dd, p, li, label, [aria-label], [placeholder], [title]")];
      const words = own.filter(e => !e.closest("[data-testid=language], header .file")).flatMap(e => [
        e.matches("label") ? e.firstChild?.textContent : e.innerText, e.getAttribute("aria-label"), e.getAttribute("placeholder"), e.getAttribute("title"),
      ]);
      const drawn = [...document.querySelectorAll("svg text")].map(t => t.textContent);
      return [...new Set([...words, ...drawn].map(w => w?.trim()).filter(Boolean))];
    });
    // The same in every language: the product, methods, classes, an example of a date, the test's own file and headers.
    const same = /^(Tenure\.?|RFM|I{1,3}|IV|Date: almost any form, .*|(MBG\/NBD|BG\/NBD|Gamma-Gamma).*|orders\.csv|customer|date|amount)$/;
    const check = async name => assert.deepEqual((await labels()).filter(w => foreign.test(w) && !same.test(w)), [], name);
    await check("start");
    await openSample(page);
    for (const name of PAGES) {
      await settled(page, name);
      await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
      await check(name);
    }
    await openFile(page, csv("orders.csv", "customer,date,amount", i => `${100 + i % 60},${day(i)},${10 + i}.50`));
    await visit(page, "columns");
    await page.getByTestId("run").waitFor();
    await check("columns");
    await context.close();
  });
}

test("the theme can be chosen, is remembered, and otherwise follows the system", async () => {
  const { page, context } = await open(browser, server.url);
  const theme = () => page.locator("html").getAttribute("data-theme");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  assert.equal(await theme(), "light");
  await page.getByTestId("theme").selectOption("dark");
  await page.locator("html[data-theme=dark]").waitFor();
  const dark = await background();
  assert.notEqual(dark, light, "the colors follow");
  await page.reload();
  await page.locator("html[data-theme=dark]").waitFor();
  assert.equal(await background(), dark, "remembered");
  await page.getByTestId("theme").selectOption("auto");
  await page.locator("html[data-theme=light]").waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("html[data-theme=dark]").waitFor();
  await page.getByTestId("theme").selectOption("light");
  await page.locator("html[data-theme=light]").waitFor();
  assert.equal(await background(), light);
  await context.close();
});

test("charts are drawn anew in the other theme", async () => {
  const { page, context } = await open(browser, server.url);
  await openSample(page);
  await settled(page, "overview");
  const before = await page.locator("figure svg").first().innerHTML();
  await page.getByTestId("theme").selectOption("dark");
  await page.waitForFunction(b => document.querySelector("figure svg").innerHTML !== b, before);
  await context.close();
});

test("no request leaves after load: not for the sample, a file, any page, or a language", async () => {
  const { page, context, errors, requests } = await open(browser, server.url);
  const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  const rules = new Map(policy.split(";").map(r => r.trim().split(/ (.*)/s)));
  assert.equal(rules.get("default-src"), "'none'");
  for (const [name, value] of rules) assert.doesNotMatch(value, /\*|https?:|'unsafe-inline'|'unsafe-eval'/, `${name} ${value}`);
  assert.match(rules.get("connect-src"), /^'(none|self)'$/);
  await page.waitForLoadState("networkidle");
  const loaded = requests.length;
  assert.ok(loaded >= 1, "the watch sees requests at all");

  await openSample(page);
  for (const name of PAGES) await settled(page, name);
  // The columns page reads the file again; its answer has to be there before the next step, or it would take the page along.
  await visit(page, "columns");
  await page.getByTestId("run").or(page.getByTestId("kpi-customers")).first().waitFor();
  await speak(page, "zh-Hans");
  await openFile(page, csv("orders.csv", "customer,date,amount", i => `${100 + i % 60},${day(i)},${10 + i}.50`));
  await speak(page, "en");
  await page.waitForTimeout(300);
  const network = requests.slice(loaded).filter(u => !u.startsWith("blob:") && !u.startsWith("data:"));
  assert.deepEqual(network, []);
  assert.equal(await page.getByText("0 requests since load").count(), 1);
  assert.deepEqual(errors, []);

  // The badge measures rather than claims: a request made on purpose is counted, one elsewhere is refused.
  await page.evaluate(() => fetch("index.html").then(r => r.text()).catch(() => {}));
  if (rules.get("connect-src") === "'self'") await page.getByText("1 request since load").waitFor({ timeout: 5_000 });
  const elsewhere = await serve(dist);
  const blocked = await page.evaluate(async url => {
    const refused = new Promise(done => document.addEventListener("securitypolicyviolation", e => done(e.effectiveDirective), { once: true }));
    const answer = await fetch(url, { mode: "no-cors" }).then(() => "fetched", () => "refused");
    return [answer, await refused];
  }, elsewhere.url);
  elsewhere.close();
  assert.deepEqual(blocked, ["refused", "connect-src"]);
  await context.close();
});

test("customer data are not kept in the browser's storage", async () => {
  const { page, context } = await open(browser, server.url);
  await openFile(page, csv("secret.csv", "customer,date,amount", i => `Zaphod${i % 20},${day(i)},${10 + i}.50`));
  await page.getByTestId("theme").selectOption("dark");
  const kept = await page.evaluate(async () => {
    const databases = indexedDB.databases ? (await indexedDB.databases()).length : 0;
    return { text: JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie, databases };
  });
  assert.match(kept.text, /dark/, "the look at the storage sees what is there");
  assert.doesNotMatch(kept.text, /Zaphod|secret/);
  assert.equal(kept.databases, 0);
  assert.doesNotMatch(page.url(), /Zaphod|secret/);
  await context.close();
});

/** What has the focus, in a word. */
const focused = page => page.evaluate(() => {
  const e = document.activeElement;
  return e.getAttribute("href") ?? e.dataset.testid ?? (e.closest("figure") && e.getAttribute("tabindex") === "0" ? "chart" : e.id || e.tagName);
});
/** Presses Tab until `wanted` has the focus; returns everything passed on the way. */
async function tabTo(page, wanted, most = 40) {
  const way = [];
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press("Tab");
    way.push(await focused(page));
    if (way.at(-1) === wanted) return way;
  }
  assert.fail(`${wanted} is not reached by Tab: ${way.join(" ")}`);
}

test("the whole way by keyboard: skip link, sample, navigation, chart", async () => {
  const { page, context } = await open(browser, server.url);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "#main", "the first stop is the skip link");
  const box = await page.getByText("Skip to content").boundingBox();
  assert.ok(box && box.x >= 0 && box.y >= 0, "and it can be seen while it has the focus");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "main");

  await tabTo(page, "sample");
  await page.keyboard.press("Enter");
  await page.getByTestId("kpi-customers").waitFor();
  await page.locator("figure svg").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");

  const way = await tabTo(page, "#/lifecycle", 60);
  assert.ok(way.includes("#main"), "the skip link again comes before the navigation");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The four stages" }).waitFor();
  assert.match(page.url(), /#\/lifecycle$/);
  await page.locator("figure svg").first().waitFor();

  await tabTo(page, "chart");
  const readout = page.locator("figure").first().locator("[aria-live=polite]");
  assert.equal((await readout.innerText()).trim(), "");
  await page.keyboard.press("ArrowRight");
  const first = (await readout.innerText()).trim();
  assert.ok(first.length > 5, "the arrow shows a read-out");
  await page.keyboard.press("ArrowRight");
  const second = (await readout.innerText()).trim();
  assert.notEqual(second, first);
  await page.keyboard.press("ArrowLeft");
  assert.equal((await readout.innerText()).trim(), first);
  await page.keyboard.press("End");
  assert.ok(![first, second, ""].includes((await readout.innerText()).trim()));
  await page.keyboard.press("Escape");
  assert.equal((await readout.innerText()).trim(), "", "Escape puts it away");
  await context.close();
});

test("every chart of every page has a name and answers the arrow keys", async () => {
  const { page, context } = await open(browser, server.url);
  await openSample(page);
  const mute = [];
  for (const name of ["overview", "lifecycle", "patterns", "value", "loss"]) {
    await settled(page, name);
    const charts = page.locator("figure [role=group][tabindex='0']");
    assert.ok(await charts.count() > 0, `${name} has a chart`);
    for (let i = 0; i < await charts.count(); i += 1) {
      const chart = charts.nth(i);
      const label = await chart.getAttribute("aria-label");
      assert.ok(label?.length > 5, `${name} chart ${i} has a name`);
      await chart.focus();
      await page.keyboard.press("ArrowRight");
      const said = (await page.locator("figure").nth(i).locator("[aria-live=polite]").innerText()).trim();
      if (!said) mute.push(`${name}: ${label}`);
    }
  }
  assert.deepEqual(mute, []);
  await context.close();
});

test("at 360 px no page is wider than the screen, in any language", async () => {
  for (const lang of ["en-US", "zh-CN", "zh-TW"]) {
    const { page, context } = await open(browser, server.url, { lang, width: 360, height: 740 });
    await openSample(page);
    const wide = [];
    for (const name of PAGES) {
      await settled(page, name);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) wide.push(`${lang} ${name}: ${over} px`);
    }
    assert.deepEqual(wide, []);
    await context.close();
  }
});

test("an address opens its page, back goes back, and an unknown one opens the start", async () => {
  const { page, context } = await open(browser, server.url, { hash: "#/loss" });
  await page.getByTestId("lost").waitFor();
  await visit(page, "start");
  await page.getByTestId("sample").waitFor();
  await page.goBack();
  await page.getByTestId("lost").waitFor();
  await page.goto(`${server.url}#/no-such-page`);
  await page.getByTestId("sample").waitFor();
  await context.close();
});

test("the site runs under a sub-path", async () => {
  const below = await serve(dist, 0, "/tools/tenure/");
  const { page, context, errors } = await open(browser, below.url);
  await openSample(page);
  assert.deepEqual(errors, []);
  await context.close();
  below.close();
});
