/** The owner's link ends so, and names the room where a page may have several. */
const LINK = /^#owner=([\w-]+)(?:&room=([\w.-]+))?$/;

/** Takes the owner token for a room out of the page's address, where nobody is to read it, or to copy it by mistake. */
export function takeFromAddress(room: string): string | undefined {
  const [, token, only = room] = LINK.exec(location.hash) || [];
  if (!token || only !== room) return undefined;
  cleanAddress();
  return token;
}

/** By the whole address, as the page's `<base>` may be of another site. A page without an address (`srcdoc`) has none to clean. */
function cleanAddress(): void {
  try {
    history.replaceState(history.state, '', location.href.replace(/#.*/, ''));
  } catch (_) {
    return;
  }
}

/** A room's owner token as this browser keeps it. Where storage is forbidden, it is kept for as long as the page is open. */
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

  /** Undefined forgets it. */
  write(token: string | undefined): void {
    try {
      if (token) localStorage.setItem(this.key, token);
      else localStorage.removeItem(this.key);
    } catch (_) {
      return;
    }
  }
}
