// Tenure without its page: analyze a customer file, or read it as a table. Everything runs in a worker of this page;
// the only request is for the module that lies beside this file. Types: tenure.d.ts.

const GLUE = "@GLUE@";
// The worker's memory is left where whoever measures it finds it.
const BOOT = "\nonmessage = e => { onmessage = null; self.tenureMemory = wasm_bindgen.initSync({ module: e.data }).memory; postMessage('ready'); };\n";

/** Bytes of a file that are fetched ahead at most: as many as the worker fetches at a time. */
const HELD = 64 * 2 ** 20;

let compiled;
/** The module, fetched and compiled once for all calls. */
function module() {
  compiled ??= fetch(new URL("./tenure_bg.wasm", import.meta.url)).then(async response => {
    if (!response.ok) throw failure("unreadable", `tenure_bg.wasm could not be loaded (${response.status})`);
    return WebAssembly.compile(await response.arrayBuffer());
  });
  // A failed load is tried again by the next call.
  compiled.catch(() => { compiled = undefined; });
  return compiled;
}

function failure(code, message, detail) {
  return Object.assign(new Error(message), { code }, detail);
}

/** Any accepted input as something a worker can read. */
async function blobOf(input) {
  if (input instanceof Blob) return input;
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) return new Blob([input]);
  if (Array.isArray(input)) return new Blob([csvOf(input)], { type: "text/csv" });
  if (typeof input === "string" || input instanceof URL) {
    const response = await fetch(input);
    if (!response.ok) throw failure("unreadable", `${input} could not be loaded (${response.status})`);
    return response.blob();
  }
  throw failure("unreadable", "expected a File, Blob, ArrayBuffer, URL or array of row objects");
}

const localDay = date => {
  if (Number.isNaN(date.getTime())) return "";
  const two = n => String(n).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

/** Rows as CSV: every cell quoted, dates as ISO days, so that no value is read as anything but itself. */
function csvOf(rows) {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const cell = value => {
    if (value === null || value === undefined) return "";
    // A Date is the day its reader sees: local midnight must not become the day before.
    const text = value instanceof Date ? localDay(value) : String(value);
    return `"${text.replaceAll('"', '""')}"`;
  };
  const line = cells => cells.map(cell).join(",");
  return [line(columns), ...rows.map(row => line(columns.map(c => row[c])))].join("\n");
}

/** Every failure carries a code; what the browser throws on its own gets one here. */
const call = (kind, input, options = {}) => run(kind, input, options).catch(error => {
  if (error?.code) throw error;
  if (error instanceof WebAssembly.CompileError) {
    throw failure("internal", `WebAssembly may not be compiled here; the content security policy needs 'wasm-unsafe-eval' (${error.message})`);
  }
  throw failure(error instanceof TypeError ? "unreadable" : "internal", String(error?.message ?? error));
});

/** User Timing, as on the page: tenure:read, tenure:parse and tenure:analyze, each from the end of the one before. */
function stopwatch() {
  let from = performance.now();
  const ends = { parse: "read", orders: "parse", result: "analyze" };
  const seen = new Set();
  return step => {
    const name = ends[step];
    if (!name || seen.has(name)) return;
    seen.add(name);
    const end = performance.now();
    performance.measure(`tenure:${name}`, { start: from, end });
    from = end;
  };
}

async function run(kind, input, { columns, settings, only, limit, side = [], signal, onProgress }) {
  const aborted = () => failure("aborted", "The calculation was cancelled.");
  if (signal?.aborted) throw aborted();
  const [code, ...files] = await Promise.all([module(), ...[input, ...side].map(blobOf)]);
  if (signal?.aborted) throw aborted();
  // A file is fetched while the worker starts, unless it is too large to be held at once; if that fails, the worker says why.
  const fetched = Promise.resolve(files[0].size <= HELD ? files[0].arrayBuffer() : undefined).catch(() => undefined);
  const url = URL.createObjectURL(new Blob([GLUE, BOOT], { type: "text/javascript" }));
  const worker = new Worker(url);
  const time = stopwatch();
  try {
    return await new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(aborted()), { once: true });
      worker.onerror = event => {
        event.preventDefault();
        const memory = /memory/i.test(event.message ?? "");
        reject(failure(memory ? "out-of-memory" : "internal", event.message || "the worker stopped"));
      };
      worker.onmessage = ({ data }) => {
        if (data === "ready") {
          URL.revokeObjectURL(url);
          const api = { kind, columns, settings, only, limit };
          // Options that cannot be handed over are refused here.
          fetched.then(bytes => worker.postMessage({ api, files, bytes }, bytes ? [bytes] : [])).catch(reject);
        } else if (typeof data === "string") {
          // What the page's worker says too: how far it is, or that it stopped.
          const { progress, failed } = JSON.parse(data);
          if (progress) {
            time(progress.step);
            onProgress?.({ kind: "progress", ...progress });
          } else if (failed) reject(failure("internal", failed.crashed?.detail ?? "the worker stopped"));
        } else if (data.kind === "result") {
          time("result");
          resolve(data.value);
        } else if (data.kind === "error") reject(failure(data.code, data.message, data.detail));
      };
      worker.postMessage(code);
    });
  } finally {
    worker.terminate();
  }
}

/** Computes the report of a customer file; see `Report` in tenure.d.ts. */
export const analyze = (input, options) => call("analyze", input, options);

/** The table as found in the file, every cell as text, with the role proposed for each column. */
export const read = (input, options) => call("read", input, options);
