/** Where a copy of the library was loaded from. */
export interface Origin {
  /** The server's address, without a slash at its end. '' if it is unknown. */
  server: string;
  /** The nonce for the script tags that the library adds, if the page's policy asks for one. */
  nonce: string;
}

/** Matches the address of a script of ours, under the name that the server gives it. */
const OURS = /https?:\S*?\/(?:chat|element|widgets)\.m?js(?=[?#:]|$)/;

/** The end of the folder of a version (`/v/0.2.0`). The server's other paths begin before it. */
const VERSION = /\/v\/\d[^/]*$/;

/** Returns the folder of the script at `url`, without the slash at its end. */
function folderOf(url: string): string {
  return new URL('.', url).href.replace(/\/$/, '');
}

/**
 * Returns the origin of the script that is running now, for the first time. A module has no `currentScript`. Then its
 * own address tells (`import.meta.url`), or else the call stack. A copy that was bundled into another file finds
 * neither.
 */
export function originOf(address?: string): Origin {
  const script = address === undefined ? (document.currentScript as HTMLScriptElement | null) : null;
  const [ours] = OURS.exec(address === undefined ? `${new Error().stack}` : address) || [];
  const { src, nonce } = (script || {}) as Partial<HTMLScriptElement>;
  const url = src || ours;
  own.files = url ? folderOf(url) : '';
  own.server = own.files.replace(VERSION, '');
  return { server: own.server, nonce: nonce || nonceOfPage() };
}

/** The server that this copy of the library was loaded from, and its folder there. */
const own = { server: '', files: '' };

/**
 * Returns the address of a server's scripts. They are of the version of this copy, if that was loaded from the server.
 */
export function filesOf(server: string): string {
  return server === own.server ? own.files : server;
}

/** Returns a nonce that the page's policy accepts for its scripts. A module may be loaded where there is no page. */
function nonceOfPage(): string {
  const other = typeof document === 'object' && document.querySelector<HTMLScriptElement>('script[nonce]');
  return other ? other.nonce : '';
}

/**
 * Returns the servers that the page gave, in a list or in a text with commas or spaces between, or else the one that
 * the library was loaded from. The first is '' if neither is known.
 */
export function serversOf(given: string | string[] | null | undefined, loadedFrom: Origin): string[] {
  const list = `${given || ''}`.split(/[\s,]+/).filter((one) => one);
  return list.length > 0 ? list.map((one) => one.replace(/\/+$/, '') || location.origin) : [loadedFrom.server];
}
