/** The end of a link with a key. It names the room if the page may have several. */
const LINK = /^#key=([\w-]+)(?:&room=([\w.-]+))?$/;

const placeOf = (server: string, room: unknown): string => `nobackend-chat-key ${server} ${room}`;

/** Returns the key for a room in the page's address. */
export function keyInAddress(room: string): string | undefined {
  const [, key, only = room] = LINK.exec(location.hash) || [];
  return only === room ? key : undefined;
}

/**
 * Returns the key for a room: of a link, the one that the page gives, or of an earlier visit. Removes it from the
 * address at once: nobody should read or copy it there.
 */
export function keyFor(server: string, room: string, given?: string): string | undefined {
  const found = keyInAddress(room);
  const key = found || given;
  try {
    if (found) window.history.replaceState(window.history.state, '', location.href.replace(/#.*/, ''));
    return key || localStorage.getItem(placeOf(server, room)) || undefined;
  } catch (_) {
    return key; // the page has no storage, or no address (`srcdoc`)
  }
}

/** Remembers the key of a room. Undefined forgets it, or only `wrong` if that is given. */
export function rememberKey(server: string, room: unknown, key: unknown, wrong?: unknown): void {
  const place = placeOf(server, room);
  try {
    if (key) localStorage.setItem(place, `${key}`);
    else if (!wrong || localStorage.getItem(place) === wrong) localStorage.removeItem(place);
  } catch (_) {
    // storage is forbidden; the key lasts as long as the page
  }
}
