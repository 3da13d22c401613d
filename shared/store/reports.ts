/** Reports: members report messages to the users with a role, who see how many did, and not who. */
import { ChatError } from '../protocol/errors.js';
import type { ReportedMessage, UserRef } from '../protocol/events.js';
import { EVENTS_BYTES, REPORTERS_MAX, REPORTS_MAX, REPORTS_PER_USER_MAX } from '../protocol/limits.js';
import { notInRoom } from './denials.js';
import { eventText, withEdit } from './event-text.js';
import { moderationKeys, OPERATOR } from './moderation.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Reports a message. Repeating it does no harm. Throws `bad_request` for a message that the user cannot see. */
export async function reportMessage(store: Store, room: string, reporter: UserRef, messageId: string): Promise<void> {
  const outcome = await run(store.redis, 'report', {
    ...moderationKeys(store, room),
    id: reporter.id,
    room,
    messageId,
    // nobody is told who has reported it
    event: eventText({ type: 'reported', room, from: OPERATOR, reported: messageId }),
    reportsMax: REPORTS_MAX,
    reportersMax: REPORTERS_MAX,
    ownMax: REPORTS_PER_USER_MAX,
  });
  if (outcome === 'not_in_room') throw notInRoom(room);
  if (outcome === 'no_such_event')
    throw new ChatError('bad_request', 'There is no message with this id.', { field: 'id' });
  if (outcome === 'too_many') {
    const message = `You have reported ${REPORTS_PER_USER_MAX} messages that no moderator has looked at yet.`;
    throw new ChatError('bad_request', message, { field: 'id' });
  }
}

type Said = Omit<ReportedMessage, 'count'>;

/**
 * Reads the reported messages that are still in the room's log, those with the most reports first. `lines`: the field
 * `reports` of the room's rules.
 */
export async function readReports({ keys, redis }: Store, room: string, lines = ''): Promise<ReportedMessage[]> {
  const reports = lines
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, reporters = 'ok']) => reporters !== 'ok');
  const found = await Promise.all(
    reports.map(async ([id = '', reporters = '']): Promise<ReportedMessage[]> => {
      const [[entry], [edit, reported]] = await Promise.all([
        redis.xrange(keys.log(room), id, id),
        redis.hmget(keys.edits(room), id, `${id} r`),
      ]);
      if (!entry) return [];
      const first = entry[1][3] ?? '';
      const { from, text, data, editedAt } = JSON.parse(withEdit(first, edit ?? '')) as Said;
      const texts = [reported ?? '', ''].map((former) => (JSON.parse(withEdit(first, former)) as Said).text);
      const was = texts.find((one) => one !== text);
      const count = reporters.split(',').length - 2;
      return [
        {
          id,
          at: Number.parseInt(id, 10),
          from,
          ...(text !== undefined && { text }),
          ...(data !== undefined && { data }),
          ...(was !== undefined && editedAt !== undefined && { was, editedAt }),
          count,
        },
      ];
    }),
  );
  return found.flat().sort((a, b) => b.count - a.count);
}

/** Returns as many as fit into an answer, and at least one. */
export function thatFit(reports: ReportedMessage[]): ReportedMessage[] {
  let bytes = 0;
  return reports.filter((one, i) => {
    bytes += JSON.stringify(one).length;
    return i === 0 || bytes <= EVENTS_BYTES;
  });
}
