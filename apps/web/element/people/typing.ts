import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import type { Conversation } from '../conversations/conversation.js';
import { called, type Part } from '../dom/dom.js';
import { enumerated } from '../status/notices.js';
import { filled, type Texts } from '../texts.js';

/** ms between two signals of one who types, and for which one is believed. */
const EVERY = 2_500;
const LASTS = 4_000;

/** Who is typing where: told and heard by signals. */
export class Typing {
  private lastTold = 0;
  private readonly heard = new Map<string, Map<number, { name: string; timer: ReturnType<typeof setTimeout> }>>();

  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
  ) {}

  tell(conversation: Conversation): void {
    if (Date.now() - this.lastTold < EVERY) return;
    this.lastTold = Date.now();
    const { partner, room, entries } = conversation;
    if (!partner || entries.length > 0) void this.chat.signal({ typing: true }, room);
  }

  /** The message has gone out; the next key is news again. */
  told(): void {
    this.lastTold = 0;
  }

  hear(room: string, user: UserRef): void {
    this.forget(room, user.id);
    const timer = setTimeout(() => {
      this.forget(room, user.id);
      this.changed();
    }, LASTS);
    const users = this.heard.get(room) || new Map();
    this.heard.set(room, users.set(user.id, { name: user.name, timer }));
    this.changed();
  }

  forget(room: string, id: number): void {
    const users = this.heard.get(room);
    const known = users && users.get(id);
    if (known) clearTimeout(known.timer);
    if (users) users.delete(id);
  }

  /** Who is typing in a room, in words and names. */
  parts(room: string, texts: Texts): Part[] {
    const names = [...(this.heard.get(room) || new Map<number, { name: string }>()).values()].map((user) => user.name);
    if (names.length === 0) return [];
    const shown = enumerated(
      names.slice(0, 3).map((name) => [called(name)]),
      ', ',
      ', ',
    );
    return filled(names.length === 1 ? texts.typing : texts.typingMany, { names: shown });
  }
}
