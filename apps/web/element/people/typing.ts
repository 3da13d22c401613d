import type { UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import type { Conversation } from '../conversations/conversation.js';
import { formFor, listed } from '../counts.js';
import type { Piece } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import type { Texts } from '../texts.js';

/** A user that types sends at most one signal in this time. */
const TELL_EVERY_MS = 2_500;
/** A signal counts for this time. It is longer, so that the next signal comes before. */
const LASTS_MS = 4_000;

/** Sends signals while this user types, and knows which other users type. */
export class Typing {
  private lastTold = 0;
  private readonly users = new Map<string, Map<number, { name: string; timer: ReturnType<typeof setTimeout> }>>();

  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
  ) {}

  tell(conversation: Conversation): void {
    if (Date.now() - this.lastTold < TELL_EVERY_MS) return;
    this.lastTold = Date.now();
    const { partner, room, entries } = conversation;
    if (!partner || entries.length > 0) void this.chat.signal({ typing: true }, room);
  }

  /** The message has been sent: the next key sends a signal at once. */
  sent(): void {
    this.lastTold = 0;
  }

  receive(room: string, user: UserRef): void {
    this.forget(room, user.id);
    const timer = setTimeout(() => {
      this.forget(room, user.id);
      this.changed();
    }, LASTS_MS);
    const users = this.users.get(room) || new Map();
    this.users.set(room, users.set(user.id, { name: user.name, timer }));
    this.changed();
  }

  forget(room: string, id: number): void {
    const users = this.users.get(room);
    if (!users) return;
    clearTimeout(users.get(id)?.timer);
    users.delete(id);
  }

  /** Returns a sentence that says who types in the room. It is empty if nobody does. */
  sentence(room: string, texts: Texts): Piece[] {
    const users = [...(this.users.get(room) || new Map<number, { name: string }>()).values()];
    if (users.length === 0) return [];
    const names = listed(
      users.slice(0, 3).map((user) => [called(user.name)]),
      texts,
    );
    return filled(formFor(texts.typingMany, users.length, texts), { names });
  }
}
