/** Where an address is made up anew for each visit, so that it says nothing about the page. */
const UNSTABLE = /^(about|data|blob):|\/_display\b|\/boomboom\b/;
/** What editors put around the name of one and the same page. */
const WRAPPING = /\/(show|embedded(\/[^/]*)*|index\.html?)?\/*$/;
const MEMORY = 'nobackend-chat-room';

/** 52 bits of a text, as a word: the same text gives the same room everywhere. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(i), 1597334677) + (a >>> 15);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

function remembered(): string {
  const made = digest(`${Math.random()} ${Date.now()}`);
  try {
    const kept = localStorage.getItem(MEMORY) || made;
    localStorage.setItem(MEMORY, kept);
    return kept;
  } catch (_) {
    return made;
  }
}

/**
 * A room of this page's own: from its address, so that all who open it meet, and a fork of it has another. Where the
 * address is made up, the room is made up too, and remembered by this browser.
 */
export function autoRoom(address = location.href): string {
  const page = address.replace(/[?#].*$/, '').replace(WRAPPING, '');
  return `auto-${UNSTABLE.test(address) ? remembered() : digest(page)}`;
}
