/**
 * The room's moderator key in the browser of the owner that has made it. The member's key is the library's: it enters
 * by it. Without storage, the key lasts only as long as the page is open.
 */
export class ModeratorKey {
  private readonly place: string;
  private known: string | undefined;

  constructor(server: string, room: string) {
    this.place = `nobackend-chat-moderator-key ${server} ${room}`;
  }

  read(): string | undefined {
    try {
      return localStorage.getItem(this.place) || this.known;
    } catch (_) {
      return this.known;
    }
  }

  /** Stores the key. Undefined deletes it. */
  write(key: string | undefined): void {
    this.known = key;
    try {
      if (key) localStorage.setItem(this.place, key);
      else localStorage.removeItem(this.place);
    } catch (_) {
      return;
    }
  }
}
