import { HISTORY_ON_ENTER_MAX, PRESENCE_ON_ENTER_MAX } from '../../../../shared/protocol/limits.js';
import { scriptSafeJson } from '../../../../shared/store/event-text.js';
import { readHistory } from '../../../../shared/store/history.js';
import { readRoom } from '../../../../shared/store/rooms.js';
import { readValues } from '../../../../shared/store/values.js';
import type { Context } from '../../context.js';
import type { Reply } from '../../reply.js';

/** Script calls that search for the newest events of a room. `history` returns more. */
const VIEW_CALLS_MAX = 2;

/** Resolves with a room as `join` and `enter` return it, as JSON text. `limit`: events of its history. */
export async function roomView(
  { store, polls }: Pick<Context, 'store' | 'polls'>,
  room: string,
  reader: number,
  limit = HISTORY_ON_ENTER_MAX,
): Promise<string> {
  const page =
    limit > 0
      ? readHistory(store, room, reader, { limit, presence: PRESENCE_ON_ENTER_MAX, calls: VIEW_CALLS_MAX })
      : { events: [] };
  const [{ members, count, ...rules }, { events }, { values, skipped: _, ...snapshot }] = await Promise.all([
    readRoom(store, room, reader),
    page,
    readValues(store, room, reader),
  ]);
  const fields = scriptSafeJson({
    name: room,
    at: Date.now(),
    members,
    ...(count !== undefined && { more: true, count }),
    ...rules,
    ...(polls.news.now !== null && { news: polls.news.now }),
  });
  const valuesText = `${scriptSafeJson(snapshot).slice(0, -1)},"values":${values}}`;
  return `${fields.slice(0, -1)},"history":[${events.join(',')}],"values":${valuesText}}`;
}

/** Returns how many events of its history a room is returned with. A page above its share gets fewer. */
export function historyFor({ source }: Pick<Reply, 'source'>, limit = HISTORY_ON_ENTER_MAX): number {
  return Math.min(limit, source?.page.historyMax ?? limit);
}
