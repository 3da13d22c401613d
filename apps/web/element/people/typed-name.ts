/**
 * The name that somebody has typed in this browser to enter a room. The form shows it at the next visit, and the
 * library gets that name back. It does not enter by itself: a computer may have many pupils.
 */
export class TypedName {
  private readonly key: string;

  constructor(server: string, room: string) {
    this.key = `nobackend-chat-typed ${server} ${room}`;
  }

  read(): string {
    try {
      return localStorage.getItem(this.key) || '';
    } catch (_) {
      return '';
    }
  }

  write(typed: string): void {
    try {
      localStorage.setItem(this.key, typed);
    } catch (_) {
      return;
    }
  }
}
