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
