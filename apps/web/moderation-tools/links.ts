import type { Chat } from '../client/api.js';

/** The server's own pages with the tools: a room's page, and the front page, which has another room at each visit. */
const SERVER_PAGE = /^(?:r\/|[?#]|$)/;

/** Returns the address of a room's own page, with `end` after the `#`. */
export function roomLink({ server, room }: Chat, end: string): string {
  return `${new URL(`${server}/r/${room}`, document.baseURI).href}#${end}`;
}

/** Returns the address of the page around the chat. The page may have several chats, so the link names the room. */
export function pageLink({ room }: Chat, end: string): string {
  return `${location.href.replace(/#.*/, '')}#${end}&room=${room}`;
}

/** Returns whether the chat is in a page of somebody's own, at an address that can be opened, and not in a frame. */
export function isOwnPage({ server }: Chat): boolean {
  const { href, protocol } = location;
  const root = new URL(`${server}/`, document.baseURI).href;
  const isServers = href.startsWith(root) && SERVER_PAGE.test(href.slice(root.length));
  return window.top === window && /^https?:$/.test(protocol) && !isServers;
}
