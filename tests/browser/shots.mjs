// Screenshots of every page: languages, themes and widths. `node tests/browser/shots.mjs [folder] [file]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dist, launch, open, root, serve } from "./harness.mjs";

const out = process.argv[2] ?? join(root, "target/shots");
const file = process.argv[3];
const only = process.argv[4]?.split(",");
mkdirSync(out, { recursive: true });
const server = await serve(dist);
const browser = await launch();
const variants = [
  ["en-US", false, 1440], ["zh-CN", true, 1440], ["en-US", true, 360], ["zh-CN", false, 360],
  ["zh-TW", false, 1440], ["zh-TW", true, 360],
];
for (const [lang, dark, width] of variants) {
  const { page, context, errors } = await open(browser, server.url, { lang, dark, width, height: width < 500 ? 740 : 900 });
  const name = `${lang}-${dark ? "dark" : "light"}-${width}`;
  const shot = async what => {
    if (only && !only.includes(what)) return;
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(out, `${what}-${name}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.log(`${what}-${name}: ${wide} px too wide`);
  };
  await shot("start");
  await page.goto(server.url + "#/loss");
  await shot("loss-empty");
  await page.goto(server.url + "#/start");
  if (file) await page.getByTestId("file").setInputFiles(file); else await page.getByTestId("sample").click();
  await page.waitForURL(/overview|columns/, { timeout: 60_000 });
  for (const what of ["overview", "lifecycle", "patterns", "value", "loss", "customers", "quality", "columns"]) {
    await page.goto(`${server.url}#/${what}`);
    if (what === "columns") await page.getByTestId("run").waitFor({ timeout: 20_000 }).catch(() => {});
    if (what === "customers") await page.locator("table tbody tr").first().waitFor({ timeout: 5_000 }).catch(() => {});
    await shot(what);
  }
  if (errors.length) console.log(name, errors);
  await context.close();
}
await browser.close();
server.close();
