import { type ChatEvent, privateRoomUsers, type UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { Conversation } from './conversation.js';
import { Talks } from './private-talks.js';

/** All conversations of one chat: the room's, and one for each person written with privately. */
export class Conversations {
  readonly room: Conversation;
  readonly privates = new Map<number, Conversation>();
  private readonly talks: Talks;
  /** Who "you" are, now and before the server had to make the user anew. */
  private readonly ownIds = new Set<number>();

  constructor(private readonly chat: Chat) {
    this.room = new Conversation(chat.room, null);
    this.talks = new Talks(chat);
  }

  /** Takes note of one's own id, and of the private conversations from before a reload. */
  begin(): void {
    this.noteSelf();
    this.talks.read().forEach((partner) => {
      this.with(partner).complete = false;
    });
  }

  noteSelf(): void {
    if (this.chat.user) this.ownIds.add(this.chat.user.id);
  }

  isMine(event: { from: UserRef }): boolean {
    return this.ownIds.has(event.from.id);
  }

  /** Adds an event to its conversation. Null for one of another room, which the page may have entered for itself. */
  take(event: ChatEvent, members: UserRef[]): Conversation | null {
    const conversation = this.of(event, members);
    if (!conversation) return null;
    if (conversation.partner && conversation.entries.length === 0) this.talks.add(conversation.partner);
    conversation.add(event);
    return conversation;
  }

  /** The one with that person, or with everyone. */
  with(partner: UserRef | null): Conversation {
    if (!partner || !this.chat.user) return this.room;
    const known = this.privates.get(partner.id);
    if (known) return known;
    const ids = [this.chat.user.id, partner.id].sort((a, b) => a - b);
    const made = new Conversation(ids.join(':'), partner);
    made.complete = true; // nothing was said before, as far as this page knows
    this.privates.set(partner.id, made);
    return made;
  }

  /** Unread messages in all of them. */
  unread(): number {
    return this.room.unread + unreadIn(this.privates);
  }

  private of(event: ChatEvent, members: UserRef[]): Conversation | null {
    if (event.room === this.room.room) return this.room;
    const users = privateRoomUsers(event.room);
    const { user } = this.chat;
    if (!users || !user) return null;
    const other = users[0] === user.id ? users[1] : users[0];
    const known = members.find((member) => member.id === other);
    return this.with(
      event.from.id === other ? event.from : known || this.author(other) || { id: other, name: `#${other}` },
    );
  }

  /** Somebody who is not among the known members, as the room's log has it. */
  private author(id: number): UserRef | undefined {
    const said = this.room.entries.filter(({ message }) => message && message.from.id === id).pop();
    return said && said.message ? said.message.from : undefined;
  }
}

/** Unread messages in private conversations. */
export function unreadIn(privates: Map<number, Conversation>): number {
  let sum = 0;
  privates.forEach(({ unread }) => {
    sum += unread;
  });
  return sum;
}
