/** The pages and the browser library: files of `apps/web/public`, found by name, never outside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context, Middleware } from 'koa';
import serve from 'koa-send';

const root = fileURLToPath(new URL('../../web/public/', import.meta.url));
/** Paths that show a page of another name. */
const PAGES: [RegExp, string][] = [
  [/^\/$/, '/index.html'],
  [/^\/r\/[A-Za-z0-9._-]{1,64}$/, '/room.html'],
  [/^\/embed\/[A-Za-z0-9._-]{1,64}$/, '/embed.html'],
  [/^\/([a-z]+)$/, '/$1.html'],
];
/** The talk of a room is for those who are there, not for a search engine. */
const ROOM_PAGES = /^\/(?:r|embed)\//;
const NOT_FOUND_FILE = '/404.html';

/** What there is, read once: a path that names no file is not looked for. */
function filesBelow(folder: string): Set<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => `/${`${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, '')}`),
  );
}

export function servePages(): Middleware {
  const files = filesBelow(root);
  files.delete(NOT_FOUND_FILE);
  const nothing = readFileSync(`${root}${NOT_FOUND_FILE}`, 'utf8');
  return async (ctx, next) => {
    const file = fileFor(ctx.path, files);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return file === undefined ? next() : refuseMethod(ctx);
    if (file === undefined && leadsToPage(ctx, files)) return ctx.redirect(withoutSlash(ctx));
    if (file === undefined && !wantsPage(ctx)) return next();
    // Libraries are loaded by pages of other origins; every page asks anew, so that a new version is everywhere at once.
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cache-Control', 'no-cache');
    ctx.vary('Accept-Encoding'); // the compressed form stands beside each text
    if (ROOM_PAGES.test(ctx.path)) ctx.set('X-Robots-Tag', 'noindex');
    if (file !== undefined) return void (await serve(ctx, file, { root }));
    ctx.status = 404;
    ctx.type = 'html';
    ctx.body = nothing.replaceAll('{{root}}', wayBack(ctx.path));
  };
}

/** Whether a path is that of a page but for the slash at its end: the page's own addresses go by its depth. */
function leadsToPage({ path }: Context, files: Set<string>): boolean {
  return /[^/]\/$/.test(path) && fileFor(path.slice(0, -1), files) !== undefined;
}

/** Where that page is, seen from there: a proxy may have us anywhere. */
function withoutSlash({ path, search }: Context): string {
  return `../${path.slice(0, -1).split('/').pop() ?? ''}${search}`;
}

/** The way from a path to the front page. */
function wayBack(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || '../';
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
