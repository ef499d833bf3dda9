// Serves a folder on this machine: `node .ci/serve.mjs dist [port]`. Prints the address; port 0 takes a free one.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".csv": "text/csv; charset=utf-8", ".ts": "text/plain",
};

/** Starts a server for a folder, under a path prefix if given; resolves to { url, close }. */
export function serve(folder, port = 0, prefix = "/") {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const inside = path.startsWith(prefix) ? normalize(path.slice(prefix.length)) : "..";
    let file = join(root, inside);
    if (!file.startsWith(root)) file = "";
    try {
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      const { size } = statSync(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-length": size, "cache-control": "no-store" });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done({ url: `http://127.0.0.1:${server.address().port}${prefix}`, close: () => server.close() }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2] ?? "dist";
  const wanted = Number(process.argv[3] ?? process.env.PORT ?? 8080);
  const { url } = await serve(folder, wanted).catch(() => serve(folder, 0));
  console.log(`\nTenure is at ${url}\nStop it with Ctrl-C.`);
}
