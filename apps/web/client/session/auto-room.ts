import { remembered } from './remembered.js';

/** Addresses that are made up anew for each visit, so that they say nothing about the page. */
const UNSTABLE = /^(about|data|blob):|\/_display\b|\/boomboom\b/;
/** The parts that editors add to the address of the same page. */
const WRAPPING = /\/(show|embedded(\/[^/]*)*|index\.html?)?\/*$/;
const STORAGE_KEY = 'nobackend-chat-room';

/** Returns a hash of the text, as a word. The same text gives the same word everywhere. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(i), 1597334677) + (a >>> 15);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

/**
 * Returns the name of a room of this page's own. It comes from the page's address, so everybody who opens the page
 * meets there, and a fork of the page has another room. If the address is made up, so is the room, and this browser
 * remembers it, if it has storage.
 */
export function autoRoom(address = location.href): string {
  const page = address.replace(/[?#].*$/, '').replace(WRAPPING, '');
  if (!UNSTABLE.test(address)) return `auto-${digest(page)}`;
  const made = digest(`${Math.random()} ${Date.now()}`);
  return `auto-${remembered(STORAGE_KEY, made) || made}`;
}
