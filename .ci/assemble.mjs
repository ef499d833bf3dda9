// Runs after trunk has built the site: puts the worker's script into the page, writes the content security policy
// with the hashes of what is inline, and makes the embed folder. Any surprise in the generated code fails the build.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const fail = message => { console.error(`assemble: ${message}`); process.exit(1); };
const one = (pattern, what) => {
  const found = readdirSync(dist).filter(f => pattern.test(f));
  if (found.length !== 1) fail(`expected one ${what}, found ${found.join(", ") || "none"}`);
  return found[0];
};

if (existsSync(join(dist, "snippets"))) fail("a dependency brought its own JavaScript; a classic worker cannot import it");
const glueFile = one(/^tenure-[0-9a-f]+\.js$/, "glue");
const wasmFile = one(/^tenure-[0-9a-f]+_bg\.wasm$/, "module");

// A blob worker must be a classic script where the page comes from a file or a sandbox (module workers are refused
// there), so the module glue becomes a function that returns its exports.
let glue = readFileSync(join(dist, glueFile), "utf8");
if (/^\s*import\s/m.test(glue)) fail("the glue imports something");
glue = glue
  .replace(/^export \{[^}]*\};?\s*$/gm, "")
  .replace(/^export (function|class|const|async function)/gm, "$1")
  .replace(/import\.meta\.url/g, '""');
if (/^export\b/m.test(glue) || glue.includes("import.meta")) fail("an export or import.meta is left in the glue");
if (!/function initSync\b/.test(glue) || !/function __wbg_init\b/.test(glue)) fail("the glue has no initSync");
glue = `const wasm_bindgen = (() => {\n${glue}\nreturn Object.assign(__wbg_init, { initSync });\n})();\n`;
if (/<\/script|<!--/i.test(glue)) fail("the glue would end the script element it is put in");

let html = readFileSync(join(dist, "index.html"), "utf8");
const body = html.indexOf("</body>");
if (body < 0) fail("no </body>");
html = `${html.slice(0, body)}<script type="text/plain" id="tenure-worker">${glue}</script>\n${html.slice(body)}`;

const hash = text => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
const contents = tag => [...html.matchAll(new RegExp(`<${tag}(?![^>]*type="text/plain")[^>]*>([\\s\\S]*?)</${tag}>`, "g"))].map(m => m[1]).filter(t => t.trim());
const scripts = contents("script").map(hash);
const styles = contents("style").map(hash);
if (scripts.length !== 1 || styles.length < 1) fail(`expected one inline script and styles, found ${scripts.length} and ${styles.length}`);
const policy = [
  "default-src 'none'",
  // 'self' loads the app's own module and glue; nothing else is ever fetched.
  `script-src 'self' 'wasm-unsafe-eval' ${scripts.join(" ")}`,
  `style-src ${styles.join(" ")}`,
  "connect-src 'self'",
  "img-src data: blob:",
  "worker-src blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const head = /<meta charset="?utf-8"?\s*\/?>/i;
if (!head.test(html)) fail("no charset to put the policy after");
html = html.replace(head, m => `${m}\n  <meta http-equiv="Content-Security-Policy" content="${policy}">`);
writeFileSync(join(dist, "index.html"), html);

// The embed folder: one ES module and the same WebAssembly module beside it.
const embed = join(dist, "embed");
mkdirSync(embed, { recursive: true });
const source = readFileSync("src/embed/tenure.js", "utf8");
if (!source.includes('"@GLUE@"')) fail("src/embed/tenure.js lacks its placeholder");
writeFileSync(join(embed, "tenure.js"), source.replace('"@GLUE@"', () => JSON.stringify(glue)));
copyFileSync("src/embed/tenure.d.ts", join(embed, "tenure.d.ts"));
copyFileSync(join(dist, wasmFile), join(embed, "tenure_bg.wasm"));
