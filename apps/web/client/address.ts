import type { Origin } from './session/join.js';

/** A script of ours, by the name that the server gives it. */
const OURS = /https?:\S*?\/(?:chat|element)\.m?js(?=[?#:]|$)/;

/** The folder of the script at `url`, without the slash at its end: where the server's paths begin. */
function folderOf(url: string): string {
  return new URL('.', url).href.replace(/\/$/, '');
}

/**
 * Where the script came from that is running now, for the first time. A module is no `currentScript`: then by its own
 * address, if it has one (`import.meta.url`), else by the stack of calls. A copy within another file does not know.
 */
export function originOf(address?: string): Origin {
  const script = address === undefined ? (document.currentScript as HTMLScriptElement | null) : null;
  const [ours] = OURS.exec(address === undefined ? `${new Error().stack}` : address) || [];
  const url = (script && script.src) || ours;
  return { server: url ? folderOf(url) : '', nonce: (script && script.nonce) || nonceOfPage() };
}

/** A nonce that the page's policy lets all its scripts have. A module may be loaded where there is no page. */
function nonceOfPage(): string {
  const other = typeof document === 'object' && document.querySelector<HTMLScriptElement>('script[nonce]');
  return other ? other.nonce : '';
}
