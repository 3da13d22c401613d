/** A room as a file: read from the server page by page, and brought there in parts. */
import type { RoomContents } from '../../../shared/protocol/events.js';
import { EVENTS_MAX } from '../../../shared/protocol/limits.js';
import type { Actions } from './actions.js';

/** Characters of one part by transport, percent-encoded. A body has up to 40 KiB; many proxies take 8 KB of address. */
const PART_SIZES = { fetch: 30_000, jsonp: 7_000 };

/** Reads the whole room. Calls `tell` with the number of messages so far. */
export async function readRoom(actions: Actions, tell: (count: number) => void): Promise<RoomContents> {
  const { data, before } = await actions.call('export');
  let messages = data.messages || [];
  for (let older = before; older; ) {
    tell(messages.length);
    const page = await actions.call('export', { before: older });
    messages = (page.data.messages || []).concat(messages);
    older = page.before;
  }
  return { ...data, messages };
}

/**
 * Brings contents into the room. Calls `tell` with the share that is done, 0 to 1. Parts with the same `id` that are
 * there already do nothing, so a failed import can go on.
 */
export async function writeRoom(
  actions: Actions,
  contents: RoomContents,
  id: string,
  tell: (share: number) => void,
): Promise<void> {
  const parts = partsOf(contents, PART_SIZES[actions.delegate.chat.transport || 'jsonp']);
  for (let part = 0; part < parts.length; part++) {
    tell(part / parts.length);
    await actions.call('import', { id, part, data: parts[part] });
  }
}

/** Divides contents into parts of at most so many characters; a large message is a part of its own. */
function partsOf({ version, rules = {}, values = {}, messages = [] }: RoomContents, sizeMax: number): RoomContents[] {
  const parts: Required<RoomContents>[] = [];
  let size = 0;
  const partFor = (item: unknown): Required<RoomContents> => {
    const itemSize = encodeURIComponent(JSON.stringify(item)).length;
    const last = parts[parts.length - 1];
    size += itemSize;
    if (last && size <= sizeMax && last.messages.length < EVENTS_MAX) return last;
    size = itemSize;
    const fresh = { version, rules: {}, values: {}, messages: [] };
    parts.push(fresh);
    return fresh;
  };
  for (const message of messages) partFor(message).messages.push(message);
  for (const [key, value] of Object.entries(values)) partFor([key, value]).values[key] = value;
  partFor(rules).rules = rules;
  return parts;
}
