import { type ChatEvent, privateRoomUsers, type UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { Conversation } from './conversation.js';
import { PrivateTalks } from './private-talks.js';

/** All conversations of one chat: the one of the room, and one for each private partner. */
export class Conversations {
  readonly room: Conversation;
  readonly privates = new Map<number, Conversation>();
  private readonly privateTalks: PrivateTalks;
  /** The ids of this user: a new one comes when the server had to make the user again. */
  private readonly ownIds = new Set<number>();
  /** The names that this user has, or has had here. */
  readonly ownNames = new Set<string>();

  constructor(private readonly chat: Chat) {
    this.room = new Conversation(chat.room, null, this.isMe);
    this.privateTalks = new PrivateTalks(chat);
  }

  /** Notes the user's own id, and restores the private conversations from before a reload. */
  begin(history: ChatEvent[]): void {
    this.noteOwnId();
    for (const event of history) this.noteRename(event);
    this.privateTalks.read().forEach((partner) => {
      this.with(partner).complete = false;
    });
  }

  noteOwnId(): void {
    const { user } = this.chat;
    if (!user) return;
    this.ownIds.add(user.id);
    this.ownNames.add(user.name);
  }

  private noteRename(event: ChatEvent): void {
    if (event.was && this.isMine(event)) this.ownNames.add(event.was);
  }

  private readonly isMe = (id: number): boolean => this.ownIds.has(id);

  isMine(event: { from: UserRef }): boolean {
    return this.isMe(event.from.id);
  }

  /** Adds an event to its conversation. Returns null if it is of another room: the page may have entered one itself. */
  add(event: ChatEvent, members: UserRef[]): Conversation | null {
    this.noteRename(event);
    const conversation = this.of(event, members);
    if (!conversation) return null;
    if (conversation.partner && conversation.entries.length === 0) this.privateTalks.add(conversation.partner);
    conversation.add(event);
    return conversation;
  }

  /** Returns the conversation with `partner`, or with everyone for null. */
  with(partner: UserRef | null): Conversation {
    if (!partner || !this.chat.user) return this.room;
    const known = this.privates.get(partner.id);
    if (known) return known;
    const ids = [this.chat.user.id, partner.id].sort((a, b) => a - b);
    const made = new Conversation(ids.join(':'), partner, this.isMe);
    made.complete = true; // as far as this page knows, they have not talked before
    this.privates.set(partner.id, made);
    return made;
  }

  /** Returns the known conversation of a room. */
  find(room: string): Conversation | undefined {
    return [this.room, ...this.privates.values()].find((one) => one.room === room);
  }

  /** Returns the number of unread messages in all conversations. */
  unread(): number {
    return this.room.unread + unreadIn(this.privates);
  }

  /** Returns the number of unread messages that name this user. */
  mentionCount(): number {
    let sum = this.room.mentionCount;
    this.privates.forEach(({ mentionCount }) => {
      sum += mentionCount;
    });
    return sum;
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

  /** Finds in the room's log a user that is not among the known members. */
  private author(id: number): UserRef | undefined {
    const entry = this.room.entries.filter(({ message }) => message && message.from.id === id).pop();
    return entry?.message?.from;
  }
}

/** Returns the number of unread messages in private conversations. */
export function unreadIn(privates: Map<number, Conversation>): number {
  let sum = 0;
  privates.forEach(({ unread }) => {
    sum += unread;
  });
  return sum;
}
