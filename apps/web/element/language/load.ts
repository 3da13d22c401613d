import { filesOf } from '../../client/address.js';
import { registry } from '../../client/registry.js';
import { addScript } from '../../client/transport/jsonp.js';
import type { Language } from './choose.js';

/** Where the scripts of a server are. */
export interface Scripts {
  server: string;
  /** For scripts that are added to the page. */
  nonce: string;
}

/** Runs a script of the server. Resolves when it has run, or has failed: the page's policy may forbid it. */
export function runScript({ server, nonce }: Scripts, path: string): Promise<void> {
  return new Promise<void>((done) => addScript(`${filesOf(server)}/${path}`, nonce, done)).catch(() => undefined);
}

/** Returns the texts of a language file, or undefined if it is not loaded. */
export function loadedTexts(file: string): object | undefined {
  return registry().languages?.[file];
}

const loading: Record<string, Promise<void>> = {};

/** Loads the texts of a language file, once for all elements of the page. Resolves also if that fails. */
export async function loadTexts(file: string, scripts: Scripts): Promise<void> {
  if (loadedTexts(file)) return;
  loading[file] = loading[file] || runScript(scripts, `languages/${file}.js`);
  await loading[file];
  delete loading[file];
}

/**
 * Loads a script of the server, unless what it makes `isThere`, and its texts, which have a file of their own. Resolves
 * with those and with the texts of the page, also if the script fails.
 */
export async function loadPart(
  script: string,
  isThere: unknown,
  { chat, texts }: { chat: { server: string }; texts: unknown },
  { language, scripts }: { language: Language; scripts: Scripts },
  part = `.${script}`,
): Promise<object> {
  await Promise.all([
    isThere || runScript({ server: chat.server, nonce: scripts.nonce }, `${script}.js`),
    language.file && loadTexts(`${language.file}${part}`, scripts),
  ]);
  return { ...textsOf(language, part), ...(texts as object) };
}

/** Returns the texts of a language as a page would give them. `part`: of the moderation tools. */
export function textsOf({ file, locale }: Language, part = ''): object {
  if (!file) return { locale };
  const loaded = loadedTexts(`${file}${part}`);
  return loaded ? { ...loaded, locale, and: '' } : {};
}
