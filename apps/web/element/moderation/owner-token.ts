/** The end of an owner link. It names the room if the page may have several. */
const OWNER_LINK = /^#owner=([\w-]+)(?:&room=([\w.-]+))?$/;

/** Returns the owner token for a room from the page's address, and removes it there: nobody should read or copy it. */
export function takeFromAddress(room: string): string | undefined {
  const [, token, only = room] = OWNER_LINK.exec(location.hash) || [];
  if (!token || only !== room) return undefined;
  cleanAddress();
  return token;
}

/**
 * Uses the whole address: the page's `<base>` may point to another site. A page without an address (`srcdoc`) throws.
 */
function cleanAddress(): void {
  try {
    history.replaceState(history.state, '', location.href.replace(/#.*/, ''));
  } catch (_) {
    return;
  }
}

/** A room's owner token in this browser. Without storage, it lasts only as long as the page is open. */
export class OwnerToken {
  private readonly key: string;

  constructor(server: string, room: string) {
    this.key = `nobackend-chat-owner ${server} ${room}`;
  }

  read(): string | undefined {
    try {
      return localStorage.getItem(this.key) || undefined;
    } catch (_) {
      return undefined;
    }
  }

  /** Stores the token. Undefined deletes it. */
  write(token: string | undefined): void {
    try {
      if (token) localStorage.setItem(this.key, token);
      else localStorage.removeItem(this.key);
    } catch (_) {
      return;
    }
  }
}
