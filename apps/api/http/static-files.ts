/**
 * The pages and the browser library: our pages from memory, all else from `apps/web/public`, found by name, never
 * outside that folder.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context, Middleware, Next } from 'koa';
import serve from 'koa-send';
import type { Config } from '../../../shared/config/config.js';
import { DECIDING_HEADERS } from './room-urls.js';
import { makeSite, type SiteFile } from './site-pages.js';

const root = fileURLToPath(new URL('../../web/public/', import.meta.url));
/** Paths that show a page of another name. */
const PAGES: [RegExp, string][] = [
  [/^\/$/, '/index.html'],
  [/^\/r\/[A-Za-z0-9._-]{1,64}$/, '/room.html'],
  [/^\/embed\/[A-Za-z0-9._-]{1,64}$/, '/embed.html'],
  [/^\/([a-z]+)$/, '/$1.html'],
];
/** Files that never change. Pages name them with a hash. */
const OF_A_VERSION = /^\/v\//;
/** Rooms belong to their members, not to a search engine. */
const ROOM_PAGES = /^\/(?:r|embed)\//;
const NOT_FOUND_FILE = '/404.html';

/** Throws ConfigError when the folder of the host's own pages cannot be read. */
export function serveStaticFiles(config: Config): Middleware {
  const site = makeSite(root, config);
  const notFoundPage = site.get(NOT_FOUND_FILE)?.plain.toString('utf8') ?? '';
  site.delete(NOT_FOUND_FILE);
  const files = new Set([...filesBelow(root), ...site.keys()]);
  return async (ctx, next) => {
    const file = fileFor(ctx.path, files);
    if (file === undefined) return withoutFile(ctx, next, files, notFoundPage);
    if (!isRead(ctx)) return refuseMethod(ctx);
    setPageHeaders(ctx);
    const ready = site.get(file);
    if (ready) send(ctx, ready);
    else await serve(ctx, file, { root });
  };
}

/** Answers with a file from memory, in a form that the browser accepts. */
function send(ctx: Context, { type, plain, gzip, br }: SiteFile): void {
  ctx.type = type;
  if (br && ctx.acceptsEncodings('br', 'identity') === 'br') {
    ctx.set('Content-Encoding', 'br');
    ctx.body = br;
  } else if (gzip && ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = gzip;
  } else ctx.body = plain;
}

/**
 * Redirects `/about/` to `/about`, shows the 404 page to a browser, and leaves everything else to the next middleware.
 */
function withoutFile(ctx: Context, next: Next, files: Set<string>, notFoundPage: string): Promise<unknown> | undefined {
  if (!isRead(ctx)) return next();
  if (isPageWithSlash(ctx, files)) {
    ctx.redirect(withoutSlash(ctx));
    return undefined;
  }
  if (!wantsPage(ctx)) return next();
  setPageHeaders(ctx);
  ctx.status = 404;
  ctx.type = 'html';
  ctx.body = notFoundPage.replaceAll('{{root}}', pathToRoot(ctx.path));
  return undefined;
}

const isRead = ({ method }: Context): boolean => method === 'GET' || method === 'HEAD';

function setPageHeaders(ctx: Context): void {
  // pages of other origins load the library; every page asks anew, so that a new version is everywhere at once
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Cache-Control', OF_A_VERSION.test(ctx.path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  ctx.vary('Accept-Encoding'); // a compressed form stands beside each text
  if (ROOM_PAGES.test(ctx.path)) ctx.set('X-Robots-Tag', 'noindex');
  if (ctx.path.startsWith('/r/')) ctx.vary(DECIDING_HEADERS); // programs get something else there
}

function refuseMethod(ctx: Context): void {
  ctx.status = 405;
  ctx.set('Allow', 'GET, HEAD');
}

/** Whether a path names a page except for a slash at its end. Links in the page depend on the depth of its path. */
function isPageWithSlash({ path }: Context, files: Set<string>): boolean {
  return /[^/]\/$/.test(path) && fileFor(path.slice(0, -1), files) !== undefined;
}

/** Returns a relative address: a proxy may serve us below any path. */
function withoutSlash({ path, search }: Context): string {
  return `../${path.slice(0, -1).split('/').pop() ?? ''}${search}`;
}

/** Returns the relative path to the front page. */
function pathToRoot(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './';
}

/** Whether a browser is visiting an address. A script tag accepts anything, so it gets plain text. */
function wantsPage(ctx: Context): boolean {
  return ctx.accepts('text', 'html') === 'html';
}

/** Returns the paths of all files but our pages. They are read once, so that no request searches the disk. */
function filesBelow(folder: string): Set<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => `/${`${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, '')}`)
      .filter((path) => !/^\/[^/]+\.html$/.test(path)),
  );
}

function fileFor(path: string, files: Set<string>): string | undefined {
  if (files.has(path)) return path;
  for (const [pattern, page] of PAGES) {
    const file = pattern.test(path) ? path.replace(pattern, page) : '';
    if (files.has(file)) return file;
  }
  return undefined;
}
