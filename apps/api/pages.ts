/** The pages and the browser library: files of `apps/web/public`, found by name, never outside it. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context, Middleware } from 'koa';
import serve from 'koa-send';

const root = fileURLToPath(new URL('../web/public/', import.meta.url));
/** Paths that show a page of another name. */
const PAGES: [RegExp, string][] = [[/^\/$/, '/index.html'], [/^\/r\/[A-Za-z0-9._-]{1,64}\/?$/, '/room.html'], [/^\/([a-z]+)\/?$/, '/$1.html']];
const NOTHING_HERE = '/404.html';

/** What there is, read once: a path that names no file is not looked for. */
function filesBelow(folder: string): Set<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isFile()).map((entry) => `/${`${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, '')}`));
}

export function servePages(): Middleware {
  const files = filesBelow(root);
  return async (ctx, next) => {
    const file = fileFor(ctx.path, files);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return file === undefined ? next() : refuseMethod(ctx);
    if (file === undefined && !wantsPage(ctx)) return next();
    // Libraries are loaded by pages of other origins; every page asks anew, so that a new version is everywhere at once.
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cache-Control', 'no-cache');
    ctx.vary('Accept-Encoding'); // the compressed form stands beside each text
    await serve(ctx, file ?? NOTHING_HERE, { root });
    if (file === undefined) ctx.status = 404;
  };
}

function refuseMethod(ctx: Context): void {
  ctx.status = 405;
  ctx.set('Allow', 'GET, HEAD');
}

/** True for a browser that goes to an address; what only takes anything, as a script tag does, gets plain text. */
function wantsPage(ctx: Context): boolean {
  return ctx.accepts('text', 'html') === 'html';
}

function fileFor(path: string, files: Set<string>): string | undefined {
  if (files.has(path)) return path;
  for (const [pattern, page] of PAGES) {
    const file = pattern.test(path) ? path.replace(pattern, page) : '';
    if (files.has(file)) return file;
  }
  return undefined;
}
