import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';

/**
 * The partners of private conversations, kept over a reload beside the session. There are none without storage, or for
 * a new user.
 */
export class PrivateTalks {
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
