// Prints the sizes of what a visitor loads and fails when a budget is passed. Budgets are in bytes after gzip, level 9:
// what a plain static host sends.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

// The whole method library doubled the module (it was 1.2 MB), workbooks, archives, JSON and side tables added 0.4 MB; the
// first load is to come down to 1.5 MB again.
const budgets = { wasm: 2_700_000, page: 60_000, glue: 30_000, total: 2_790_000 };
const dist = "dist";
const read = pattern => readFileSync(join(dist, readdirSync(dist).find(f => pattern.test(f))));
const parts = { wasm: read(/_bg\.wasm$/), page: read(/^index\.html$/), glue: read(/^tenure-.*[0-9a-f]\.js$/) };
let total = 0;
let over = false;
for (const [name, bytes] of Object.entries(parts)) {
  const gzip = gzipSync(bytes, { level: 9 }).length;
  total += gzip;
  over ||= gzip > budgets[name];
  console.log(`${name.padEnd(6)} ${String(bytes.length).padStart(9)} raw ${String(gzip).padStart(8)} gzip ${String(brotliCompressSync(bytes).length).padStart(8)} brotli   budget ${budgets[name]}`);
}
console.log(`total  ${String(total).padStart(22)} gzip   budget ${budgets.total}`);
if (over || total > budgets.total) { console.error("size budget passed"); process.exit(1); }
