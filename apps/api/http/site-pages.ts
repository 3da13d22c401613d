/**
 * Our pages as the host wants them: name, colour, logo, texts of their own, and without the pages that are closed. They
 * are made once, at the start.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { marked } from 'marked';
import { type Config, ConfigError } from '../../../shared/config/config.js';
import { siteColors } from './site-colors.js';

/** A file that is served from memory: its bytes, and its compressed forms if there are any. */
export interface SiteFile {
  type: string;
  plain: Buffer;
  gzip?: Buffer;
  br?: Buffer;
}

type SiteConfig = Pick<Config, 'siteName' | 'siteColor' | 'siteDir' | 'closedPages'>;

/** A text of the host's own, ready for a page. */
interface Text {
  lang: string;
  title: string;
  html: string;
}

/** Texts with an address each, in the order of their links. */
const TEXTS = ['terms', 'privacy', 'imprint', 'contact'];
/** The host's own front page. */
const FRONT = 'front';
/** If there are both, the last is the logo. */
const LOGOS = { 'logo.png': 'image/png', 'logo.svg': 'image/svg+xml' };
/** Files of the host's folder that take the place of ours. */
const REPLACED = { 'favicon.ico': 'image/x-icon', 'robots.txt': 'text/plain' };
const COLORS_PATH = '/assets/site-colors.css';
/** Files of pages that have a depth of their own: the path from there to the front page. */
const ROOTS: Record<string, string> = { 'room.html': '../', 'embed.html': '../' };
/** Pages for paths of any depth. The server fills in their path to the front page. */
const OF_ANY_DEPTH = '404.html';
/** The page around a text of the host. */
const TEXT_PAGE = 'text.html';
/** 11 would take a second for all pages. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 6 };

/**
 * Returns all our pages, and the host's own files, by path (`/index.html`). `folder` has the built pages. Throws
 * ConfigError when the host's folder or a file in it cannot be read.
 */
export function makeSite(folder: string, config: SiteConfig): Map<string, SiteFile> {
  const own = readOwnFolder(config.siteDir);
  const files = new Map<string, SiteFile>();
  const fill = filler(config, own);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.html')))
    files.set(`/${name}`, page(fill(readFileSync(join(folder, name), 'utf8'), name)));
  const around = readFileSync(join(folder, TEXT_PAGE), 'utf8');
  files.delete(`/${TEXT_PAGE}`);
  for (const closed of config.closedPages) files.delete(closed === FRONT ? '/index.html' : `/${closed}.html`);
  for (const [name, { lang, title, html }] of own.texts) {
    const text = fill(around, TEXT_PAGE)
      .replace('{{title}}', () => title)
      .replace('{{lang}}', lang)
      .replace('{{text}}', () => html);
    files.set(name === FRONT ? '/index.html' : `/${name}.html`, page(text));
  }
  for (const [path, file] of own.files) files.set(path, file);
  if (config.siteColor !== null)
    files.set(COLORS_PATH, { type: 'text/css', plain: Buffer.from(siteColors(config.siteColor)) });
  return files;
}

interface OwnFolder {
  texts: Map<string, Text>;
  files: Map<string, SiteFile>;
  /** The path of the logo, relative to the front page. */
  logo: string;
}

function readOwnFolder(folder: string | null): OwnFolder {
  const own: OwnFolder = { texts: new Map(), files: new Map(), logo: 'assets/icon.svg' };
  if (folder === null) return own;
  try {
    const files = readdirSync(folder).sort();
    const read = (name: string): Buffer | null =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null;
    for (const name of [FRONT, ...TEXTS]) {
      const file = files.find((one) => new RegExp(`^${name}(\\.[a-z]{2,3}(-[A-Za-z]+)?)?\\.md$`).test(one));
      if (file) own.texts.set(name, asText(readFileSync(join(folder, file), 'utf8'), name, file.split('.').at(-2)));
    }
    for (const [name, type] of Object.entries(REPLACED)) {
      const plain = read(name);
      if (plain) own.files.set(`/${name}`, { type, plain });
    }
    for (const [name, type] of Object.entries(LOGOS)) {
      const plain = read(name);
      if (!plain) continue;
      own.logo = `assets/${name}`;
      own.files.set(`/${own.logo}`, { type, plain });
    }
    return own;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`SITE_DIR=${folder} is not allowed: give a folder that the chat can read (${reason}).`);
  }
}

/** Makes a text out of Markdown. Its title is its first heading. The host may use HTML in it. `ending`: of its file. */
function asText(markdown: string, name: string, ending: string | undefined): Text {
  const [, heading] = /^# +(.+?)\s*#*$/m.exec(markdown) ?? [];
  const title = asHtml(heading ?? `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`);
  const html = marked.parse(heading ? markdown : `# ${title}\n\n${markdown}`, { async: false });
  return { lang: ending && ending !== name ? ending : 'en', title, html };
}

/** Returns a function that fills the places of a page. */
function filler(config: SiteConfig, own: OwnFolder): (text: string, name: string) => string {
  const closed: ReadonlySet<string> = config.closedPages;
  const isOpen = (name: string): boolean => !closed.has(name) || own.texts.has(name);
  const links = [...own.texts].filter(([name]) => name !== FRONT);
  const places = {
    name: asHtml(config.siteName),
    logo: own.logo,
    styles: config.siteColor === null ? '' : `\n  <link rel="stylesheet" href="{{root}}${COLORS_PATH.slice(1)}">`,
    links: links.map(([name, { title }]) => ` <a href="{{root}}${name}">${title}</a>`).join(''),
  };
  return (text, name) => {
    const shown = text.replace(/<!-- if (\w+) -->([\s\S]*?)<!-- \/if -->/g, (_, closable: string, part: string) =>
      isOpen(closable) ? part : '',
    );
    const filled = Object.entries(places).reduce(
      (done, [place, value]) => done.replaceAll(`{{${place}}}`, () => value),
      shown,
    );
    return name === OF_ANY_DEPTH ? filled : filled.replaceAll('{{root}}', ROOTS[name] ?? './');
  };
}

function page(html: string): SiteFile {
  const plain = Buffer.from(html);
  const br = brotliCompressSync(plain, { params: BROTLI });
  return { type: 'text/html', plain, gzip: gzipSync(plain, { level: 9 }), br };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const asHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
