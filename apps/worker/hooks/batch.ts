/** The messages that a hook sends next: those behind its position that it may tell, and that are not too old. */
import type { ChatEvent } from '../../../shared/protocol/events.js';
import { HOOK_GIVE_UP_MS } from '../../../shared/protocol/limits.js';
import { timeOf } from '../../../shared/store/event-text.js';
import type { HookDefinition, HookEvent, HookPosition, HookWork } from '../../../shared/store/hooks-out.js';

export interface Batch {
  messages: ChatEvent[];
  /** By message: where the hook is when the receiver has it. */
  positions: HookPosition[];
  /** Where the hook is if none of them is sent. */
  from: HookPosition;
  /** At most so many messages before them are given up. */
  missed: number;
}

/** Returns the next messages. After a failure it is one: a message that its receiver refuses must not keep others. */
export function nextBatch({ events, position, end, definition, state, lost }: HookWork, now: number): Batch {
  const [first] = events;
  // what has left the log is given up once, whether the rest is sent now or not
  const from = lost > 0 && first ? { id: position.id, number: first.number - 1, cut: end.cut } : position;
  const batch: Batch = { messages: [], positions: [], from, missed: lost };
  for (const event of events) {
    const reached = { id: event.id, number: event.number, cut: end.cut };
    const message = messageOf(event, definition);
    const isOld = now - timeOf(event.text) > HOOK_GIVE_UP_MS;
    if (message && !isOld) {
      batch.messages.push(message);
      batch.positions.push(reached);
    } else {
      if (message) batch.missed += 1;
      if (batch.messages.length === 0) batch.from = reached;
    }
  }
  if (batch.positions.length > 0) batch.positions[batch.positions.length - 1] = end;
  return state.fails ? { ...batch, messages: batch.messages.slice(0, 1) } : batch;
}

/**
 * Returns a message that hooks may tell, or null. Nobody else hears a message of a user that is muted without being
 * told, and an import is no news. A bot's message may have come from where the hook sends it, and would go round for
 * ever.
 */
function messageOf({ text, isPrivate }: HookEvent, { shape, bots }: HookDefinition): ChatEvent | null {
  if (isPrivate) return null;
  const event = JSON.parse(text) as ChatEvent;
  if (event.type !== 'message' || event.imported !== undefined) return null;
  const isSayable = shape === 'json' || event.text !== undefined;
  return isSayable && (bots || !event.from.bot) ? event : null;
}
