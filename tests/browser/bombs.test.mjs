// Files made to do harm: each is refused at once, with its reason, before it takes much memory. And of a large workbook
// that is none the page says how far it is, and lets go of it when told to.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { csv, day, dist, give, launch, open, openSample, serve, text } from "./harness.mjs";

/** From the choice of the file to the message, in ms, on a machine no slower than the usual one. */
const LIMIT = 1_000;
/** What the reference work (see `reference`) takes on that machine, in ms. */
const USUAL = 60;
/** WebAssembly memory of the worker beyond that of one that has nothing to do, in bytes. */
const MEMORY = 64 * 2 ** 20;
/** Enough to be a bomb. */
const HUGE = 512 * 2 ** 20;

let server, browser, limit, idle;
before(async () => {
  server = await serve(dist);
  browser = await launch();
  const unit = await reference();
  limit = LIMIT * Math.max(1, unit / USUAL);
  console.log(`reference work ${unit.toFixed(0)} ms, usually ${USUAL}: the limit here is ${limit.toFixed(0)} ms`);
  idle = (await refusal(file("empty.csv", Buffer.alloc(0)))).memory;
});
after(async () => { await browser?.close(); server?.close(); });

/** How fast this machine is: the time of plain arithmetic in the browser, the median of five. */
async function reference() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const rounds = await page.evaluate(() => Array.from({ length: 5 }, () => {
    const from = performance.now();
    let hash = 0;
    for (let i = 0; i < 5e7; i += 1) hash = Math.imul(hash ^ i, 16777619);
    return performance.now() - from + (hash & 0);
  }));
  await context.close();
  return rounds.sort((a, b) => a - b)[2];
}

// Files made here.

const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });

/** A content as it stands in an archive: gzip is the same deflate stream between its header and its checksum. */
function packed(content) {
  const gzip = gzipSync(content, { level: 9 });
  return { data: gzip.subarray(10, -8), crc: gzip.readUInt32LE(gzip.length - 8), size: content.length };
}

/** A ZIP archive of packed contents by name; `says` is the size a file is declared to have. */
function zip(files) {
  const parts = [], directory = [];
  let at = 0;
  for (const [name, { data, crc, size, says = size }] of files) {
    const head = Buffer.alloc(26);
    for (const [place, value] of [[0, 20], [4, 8], [22, Buffer.byteLength(name)]]) head.writeUInt16LE(value, place);
    for (const [place, value] of [[10, crc], [14, data.length], [18, says]]) head.writeUInt32LE(value, place);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    parts.push(Buffer.from("PK\x03\x04"), head, Buffer.from(name), data);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), head, place, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + data.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const links = (id, kind, target) => `<Relationships><Relationship Id="${id}" Type="${KIND}/${kind}" Target="${target}"/></Relationships>`;
/** An XLSX workbook around the packed XML of its one sheet. */
const workbook = sheet => zip([
  ["_rels/.rels", packed(Buffer.from(links("r1", "officeDocument", "xl/workbook.xml")))],
  ["xl/workbook.xml", packed(Buffer.from(`<workbook xmlns:r="r"><sheets><sheet name="Orders" sheetId="1" r:id="s1"/></sheets></workbook>`))],
  ["xl/_rels/workbook.xml.rels", packed(Buffer.from(links("s1", "worksheet", "worksheets/1.xml")))],
  ["xl/worksheets/1.xml", sheet],
]);
/** The XML of a sheet from the cells of each row. */
function sheet(count, cells) {
  const rows = [Buffer.from("<worksheet><sheetData>")];
  for (let r = 1; r <= count; r += 1) rows.push(Buffer.from(`<row r="${r}">${cells(r)}</row>`));
  return Buffer.concat([...rows, Buffer.from("</sheetData></worksheet>")]);
}
const words = list => list.map(word => `<c t="str"><v>${word}</v></c>`).join("");
/** Orders of 500 customers in so many columns, of which the first three are used. */
const orders = (count, columns = 3) => sheet(count, r => r === 1
  ? words(["customer", "date", "amount", ...Array.from({ length: columns - 3 }, (_, i) => `note ${i}`)])
  : `${words([`C${(r * 7919) % 500}`, day(r)])}<c><v>${(r * 104729) % 9973}.5</v></c>${words(Array.from({ length: columns - 3 }, (_, i) => `word ${(r * i) % 97}`))}`);

/** A compound file ([MS-CFB]) of streams by name, each of 4,096 bytes or more: header, one table of sectors, directory, streams. */
function compound(streams) {
  const SECTOR = 512, END = 0xfffffffe, FREE = 0xffffffff;
  const sectors = streams.map(([, bytes]) => Math.ceil(bytes.length / SECTOR));
  const table = [0xfffffffd, END];
  const directory = Buffer.alloc(SECTOR);
  const entry = (i, name, kind, start, size) => {
    const at = i * 128;
    directory.write(name, at, "utf16le");
    directory.writeUInt16LE(2 * name.length + 2, at + 64);
    directory[at + 66] = kind;
    for (const [place, value] of [[68, FREE], [72, FREE], [76, FREE], [116, start], [120, size]]) directory.writeUInt32LE(value, at + place);
  };
  entry(0, "Root Entry", 5, END, 0);
  streams.forEach(([name, bytes], i) => {
    entry(i + 1, name, 2, table.length, bytes.length);
    for (let s = 1; s < sectors[i]; s += 1) table.push(table.length + 1);
    table.push(END);
  });
  const header = Buffer.alloc(SECTOR, 0xff);
  header.fill(0, 0, 76);
  Buffer.from("d0cf11e0a1b11ae1", "hex").copy(header);
  for (const [place, value] of [[24, 0x3e], [26, 3], [28, 0xfffe], [30, 9], [32, 6]]) header.writeUInt16LE(value, place);
  for (const [place, value] of [[44, 1], [48, 1], [56, 4096], [60, END], [68, END], [76, 0]]) header.writeUInt32LE(value, place);
  const sectorTable = Buffer.alloc(SECTOR, 0xff);
  table.forEach((next, i) => sectorTable.writeUInt32LE(next, 4 * i));
  return Buffer.concat([header, sectorTable, directory, ...streams.map(([, bytes], i) => Buffer.concat([bytes, Buffer.alloc(sectors[i] * SECTOR - bytes.length)]))]);
}

/** 512 MB of one byte in about 512 KB. */
const zeros = packed(Buffer.alloc(HUGE, "0"));
/** Cells with nothing but a format, now this, now that, as where columns were coloured: they pack no better than honest ones. */
const empty = Array.from({ length: 8 }, (_, k) => Array.from({ length: 25 }, (_, i) => `<c s="${(k * 31 + i * i * 7) % 10}"/>`.repeat(40)).join(""));
const hollow = packed(sheet(20_000, r => empty[r % 8]));
const rows = packed(orders(5_000));
const flipped = Buffer.from(rows.data);
for (let i = 0; i < 16; i += 1) flipped[(flipped.length >> 1) + i] ^= 0xff;
const line = packed(Buffer.from("customer,date,amount\na,2024-01-01,1\n"));
const gzip = gzipSync(csv("", "customer,date,amount", i => `C${(i * 7919) % 500},${day(i)},${(i * 104729) % 9973}.5`, 100_000).buffer);

const BOMBS = [
  ["512 KB of ZIP that unpack to 512 MB", file("bomb.zip", zip([["orders.csv", zeros]])), /a ZIP archive that unpacks to more than 200 times its own size/],
  ["512 KB of gzip that unpack to 512 MB", file("bomb.csv.gz", gzipSync(Buffer.alloc(HUGE, "0"), { level: 9 })), /a gzip file that unpacks to more than 200 times its own size/],
  ["an archive of 10,000 files", file("many.zip", zip(Array.from({ length: 10_000 }, (_, i) => [`${i}.csv`, line]))), /a ZIP archive that unpacks to more than 9,999 files/],
  ["a ZIP that says it is small and is not", file("false.zip", zip([["orders.csv", { ...zeros, says: 1_000 }]])), /a ZIP archive that is damaged or incomplete/],
  ["a workbook whose sheet says it is small and is not", file("false.xlsx", workbook({ ...hollow, says: 100_000 })), /damaged or incomplete/],
  ["a sheet of 20 million empty cells", file("hollow.xlsx", workbook(hollow)), /an XLSX workbook that unpacks to more than 1,500,000 empty cells/],
  ["a workbook with bytes flipped in the middle", file("flipped.xlsx", workbook({ ...rows, data: flipped })), /damaged or incomplete/],
  ["a workbook that needs a password", file("secret.xlsx", compound([["EncryptionInfo", Buffer.alloc(5_000, 1)], ["EncryptedPackage", Buffer.alloc(9_000, 7)]])),
    /an XLSX workbook that opens only with a password/],
  ["a gzip that is cut off", file("cut.csv.gz", gzip.subarray(0, gzip.length >> 1)), /a gzip file that is damaged or incomplete/],
];

/** What the page says of a file, in how many ms, and the memory its worker took. */
async function refusal(file) {
  const { page, context, errors } = await open(browser, server.url);
  await page.evaluate(() => {
    // A worker outlives its work here, so that its memory can be read.
    window.Worker = class extends Worker { terminate() {} };
    window.refused = new Promise(done => {
      let from;
      document.addEventListener("change", () => { from = performance.now(); }, { capture: true, once: true });
      new MutationObserver((_, watch) => {
        if (from === undefined || !document.querySelector("[data-testid=trouble]")) return;
        watch.disconnect();
        done(performance.now() - from);
      }).observe(document.body, { childList: true, subtree: true });
    });
  });
  await give(page, file);
  await page.getByTestId("trouble").waitFor();
  const ms = await page.evaluate(() => window.refused);
  const said = await text(page, "trouble");
  const sizes = await Promise.all(page.workers().map(worker => worker.evaluate(() => globalThis.tenureMemory?.buffer.byteLength ?? 0)));
  assert.deepEqual(errors, []);
  await context.close();
  return { ms, said, memory: Math.max(0, ...sizes) };
}

for (const [what, bomb, reason] of BOMBS) {
  test(`${what}: refused within a second and ${MEMORY >> 20} MB, with the reason`, async t => {
    const { ms, said, memory } = await refusal(bomb);
    t.diagnostic(`${bomb.name}, ${bomb.buffer.length >> 10} KB: ${ms.toFixed(0)} ms, ${((memory - idle) / 2 ** 20).toFixed(1)} MB above ${(idle / 2 ** 20).toFixed(1)} MB`);
    assert.match(said, reason);
    assert.ok(idle > 0 && memory >= idle, "the worker tells its memory");
    assert.ok(memory - idle <= MEMORY, `${memory - idle} bytes`);
    assert.ok(ms <= limit, `${ms} ms`);
  });
}

test("a large workbook: the bar moves while it is converted, and cancelling ends that at once", async t => {
  const large = file("large.xlsx", workbook(packed(orders(70_001, 33))));
  const { page, context, errors } = await open(browser, server.url);
  await page.evaluate(() => {
    window.bar = [];
    const look = () => {
      const running = document.querySelector("[data-testid=running]");
      if (running?.innerText.startsWith("Reading the file")) window.bar.push(running.querySelector("progress").value);
      requestAnimationFrame(look);
    };
    look();
  });
  const from = Date.now();
  await give(page, large);
  await page.getByTestId("kpi-customers").waitFor({ timeout: 60_000 });
  const took = Date.now() - from;
  assert.equal(await text(page, "rows-used"), "70,000");
  const bar = await page.evaluate(() => window.bar);
  const seen = bar.filter((value, i) => value !== bar[i - 1]);
  t.diagnostic(`${large.buffer.length >> 10} KB in ${took} ms; while it was converted the bar stood at ${seen.length} places from ${Math.round(100 * seen[0])} to ${Math.round(100 * seen.at(-1))} %`);
  assert.ok(seen.length >= 5 && seen.at(-1) - seen[0] >= 0.2, "it moves");
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b), "and only forward");

  await openSample(page);
  await page.evaluate(() => { window.bar = []; });
  await give(page, large);
  await page.waitForFunction(() => window.bar.at(-1) > 0.1, undefined, { polling: "raf" });
  const before = Date.now();
  await page.getByTestId("cancel").click();
  await page.getByTestId("running").waitFor({ state: "detached" });
  t.diagnostic(`cancelled in ${Date.now() - before} ms`);
  // The worker of the sample is left, for its customers. Chromium takes two seconds to end one that is busy.
  for (let i = 0; page.workers().length > 1 && i < 100; i += 1) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 1);
  t.diagnostic(`its worker ended within ${Date.now() - before} ms`);
  assert.equal(await page.getByTestId("trouble").count(), 0, "a cancel is no failure");
  assert.deepEqual(errors, []);
  await context.close();
});
