/** The messages of a room as a page shows them, and how each event changes them. */
import { amendedBy, amendedId } from '../../apps/web/element/conversations/amendments.js';
import type { ChatEvent } from '../../shared/protocol/events.js';

type Messages = readonly ChatEvent[];

/** More are not kept: the page can read older ones from the history. */
const MESSAGES_MAX = 500;

/** Returns the messages as they are after an event: the same array if nothing changes. `me`: the id of this user. */
export function messagesAfter(messages: Messages, event: ChatEvent, me: number | undefined): Messages {
  const amended = amendedId(event);
  if (amended !== undefined)
    return messages.map((one) => (one.id === amended ? amendedBy(one, event, (id) => id === me) : one));
  if (event.type === 'message') return [...messages.filter(({ id }) => id !== event.id), event].slice(-MESSAGES_MAX);
  if (event.type === 'cleared') return [];
  if (event.type !== 'removed') return messages;
  return messages.filter(({ id, from }) => (event.removed ? id !== event.removed : from.id !== event.user?.id));
}

/** Returns the messages with the newest page of the history in the place of its part of them. */
export function withPage(messages: Messages, page: Messages): Messages {
  const at = messages.findIndex(({ id }) => id === page[0]?.id);
  return [...messages.slice(0, Math.max(at, 0)), ...page];
}
