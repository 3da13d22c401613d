import type { ChatEvent, Reaction } from '../../../../shared/protocol/events.js';

/** What an event says later of a message: a new text, or all its reactions. */
type Change = Pick<ChatEvent, 'text' | 'editedAt' | 'reactions'>;

/** Returns the id of the message that an event amends, or undefined. */
export const amendedId = ({ edited, reacted, type }: ChatEvent): string | undefined =>
  type === 'edited' ? edited : type === 'reacted' ? reacted : undefined;

/**
 * Knows the edits and reactions that came while a page of history was being read: the page may be older than they are.
 */
export class Amendments {
  private readonly later = new Map<string, Change>();

  /** A page is asked for now. It has everything that was said before. */
  begin(): void {
    this.later.clear();
  }

  note(id: string, event: ChatEvent): void {
    this.later.set(id, { ...this.later.get(id), ...changeOf(event) });
  }

  /** Returns a message of a page as it is now. */
  applied(message: ChatEvent, isMe: (id: number) => boolean): ChatEvent {
    const change = this.later.get(message.id);
    return change ? amended(message, change, isMe) : message;
  }
}

function changeOf({ type, text, at, reactions }: ChatEvent): Change {
  return type === 'edited' ? { text, editedAt: at } : { reactions };
}

/** Returns a message with what an event says of it. */
export const amendedBy = (message: ChatEvent, event: ChatEvent, isMe: (id: number) => boolean): ChatEvent =>
  amended(message, changeOf(event), isMe);

function amended(message: ChatEvent, change: Change, isMe: (id: number) => boolean): ChatEvent {
  const { reactions } = change;
  return { ...message, ...change, ...(reactions && { reactions: withOwn(reactions, message.reactions || [], isMe) }) };
}

/** An event names the first ten users of each emoji. If this user is not among them, what was known before counts. */
function withOwn(now: Reaction[], before: Reaction[], isMe: (id: number) => boolean): Reaction[] {
  return now.map(({ emoji, count, users, mine }) => {
    const wasMine = before.some((reaction) => reaction.emoji === emoji && reaction.mine);
    const isMine = mine || users.some(({ id }) => isMe(id)) || (wasMine && count > users.length);
    return { emoji, count, users, ...(isMine && { mine: true as const }) };
  });
}
