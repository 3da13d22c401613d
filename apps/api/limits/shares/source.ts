/** Where requests come from: the origin of a page and a room, and what they have used. */
import type { Page } from './page.js';

/**
 * Origins that pages of many authors share: their rooms tell them apart. `null`: files and sandboxed frames. `none`:
 * requests that name no page.
 */
const SHARED_ORIGINS: ReadonlySet<string> = new Set([
  'null',
  'none',
  'https://jsfiddle.net',
  'https://fiddle.jshell.net',
  'https://codepen.io',
  'https://cdpn.io',
  'https://s.codepen.io',
  'https://jsbin.com',
  'https://output.jsbin.com',
  'https://null.jsbin.com',
  'https://run.plnkr.co',
  'https://stackblitz.com',
  'https://playcode.io',
  'https://liveweave.com',
  'https://www.w3schools.com',
]);

export class Source {
  /** Since the last report. */
  requests = 0;
  messages = 0;
  deliveries = 0;

  constructor(
    readonly origin: string,
    /** '' while it is not known. */
    readonly room: string,
    readonly page: Page,
  ) {}
}

/** Whether pages of many authors have this origin. `host`: the chat's own, whose rooms are everybody's. */
export function isSharedOrigin(origin: string, host: string | undefined): boolean {
  return SHARED_ORIGINS.has(origin) || (host !== undefined && origin.endsWith(`//${host}`));
}
