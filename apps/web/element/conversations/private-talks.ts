import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';

/** Whom one has talked to privately, kept over a reload beside the session. Without storage, or as somebody new, none. */
export class Talks {
  constructor(private readonly chat: Chat) {}

  read(): UserRef[] {
    try {
      return JSON.parse(sessionStorage.getItem(this.key()) || '[]') as UserRef[];
    } catch (_) {
      return [];
    }
  }

  add(partner: UserRef): void {
    const others = this.read().filter((user) => user.id !== partner.id);
    try {
      sessionStorage.setItem(this.key(), JSON.stringify(others.concat({ id: partner.id, name: partner.name })));
    } catch (_) {
      return;
    }
  }

  private key(): string {
    const { server, room, user } = this.chat;
    return `nobackend-chat-talks ${server} ${room} ${user ? user.id : 0}`;
  }
}
