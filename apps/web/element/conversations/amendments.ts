import type { ChatEvent, Reaction } from '../../../../shared/protocol/events.js';

/** An event says this later of a message: a new text, or all its reactions. */
type Change = Pick<ChatEvent, 'text' | 'editedAt' | 'reactions'>;

/** Returns the id of the message that an event amends, or undefined. */
export const amendedId = ({ edited, reacted, type }: ChatEvent): string | undefined =>
  type === 'edited' ? edited : type === 'reacted' ? reacted : undefined;

/** By message: what has been said of it since a page of history was asked for. The page may be older than that. */
export type Later = Map<string, Change>;

/** Knows the edits and reactions that come while pages of history are being read. */
export class Amendments {
  private readonly pages = new Set<Later>();

  /** A page is asked for now. It has everything that was said before. */
  begin(): Later {
    const later: Later = new Map();
    this.pages.add(later);
    return later;
  }

  /** The page is there, or will not come. */
  end(later: Later): void {
    this.pages.delete(later);
  }

  note(id: string, event: ChatEvent): void {
    this.pages.forEach((later) => {
      later.set(id, { ...later.get(id), ...changeOf(event) });
    });
  }
}

/** Returns a message of a page as it is now. */
export function applied(message: ChatEvent, later: Later | undefined, isMe: (id: number) => boolean): ChatEvent {
  const change = later?.get(message.id);
  return change ? amended(message, change, isMe) : message;
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
