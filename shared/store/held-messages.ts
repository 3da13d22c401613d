/**
 * Held messages: those that wait for approval. `lua/parts/append.lua` holds them; `moderate-room` approves or rejects
 * them.
 */
import type { HeldMessage, ReportedMessage } from '../protocol/events.js';
import { EVENTS_BYTES } from '../protocol/limits.js';
import type { Actor } from './moderation.js';
import { readReports, thatFit } from './reports.js';
import { readOverview } from './room-overview.js';
import type { Store } from './store.js';

/**
 * Reads the held messages of a room, oldest first, and the reported ones. `more`: there are more than fit into an
 * answer. Throws `not_owner`.
 */
export async function readHeldMessages(
  store: Store,
  act: Actor,
): Promise<{ messages: HeldMessage[]; more: boolean; reports: ReportedMessage[] }> {
  const { held, heldCount, fields } = await readOverview(store, act, EVENTS_BYTES);
  const messages = held.map((one) => {
    const space = one.indexOf(' ');
    const { from, text, data } = JSON.parse(one.slice(space + 1)) as Pick<HeldMessage, 'from' | 'text' | 'data'>;
    const id = one.slice(0, space);
    return {
      id,
      at: Number.parseInt(id, 10),
      from,
      ...(text !== undefined && { text }),
      ...(data !== undefined && { data }),
    };
  });
  const reports = thatFit(await readReports(store, act.room, fields.reports));
  return { messages, more: heldCount > held.length, reports };
}
