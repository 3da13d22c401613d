/** Holds the edits that were answered against what Redis has and what clients were told. */
import type { RedisClient } from '../../shared/redis/client.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Record } from './record.js';
import type { Session } from './session.js';

const EDITS_KEY = /^room:\{r\d+\}:(.+):edits$/;
/** ms in which the last events come to everybody. */
const SETTLE = 10_000;

/** What an author appends to its message. */
export const EDITED = ' edited';

/** For a Redis that keeps all that it has acknowledged. */
export async function checkEdits(redis: RedisClient, record: Record, sessions: Session[]): Promise<void> {
  const kept = await readEdits(redis);
  for (const [message, text] of record.edited)
    if (kept.get(message) !== text) record.violation('edit lost', `${message} has ${kept.get(message)} after ${text}`);
  const untold = (): string[] =>
    sessions.filter((one) => !one.over && !one.hasLost).flatMap((one) => notTold(one, kept));
  await until(() => untold().length === 0, 'everybody is told of all edits', SETTLE).catch(() => undefined);
  for (const one of untold()) record.violation('edit not told', one);
}

/** The messages that came to a user as they happened, and whose edits did not. */
function notTold(session: Session, kept: Map<string, string>): string[] {
  return session.allViews
    .filter((view) => !view.ending && !view.closed)
    .flatMap(({ room, arrivals, edits }) =>
      arrivals
        .filter(({ id, repaired }) => !repaired && edits.get(id) !== kept.get(`${room} ${id}`))
        .map(({ id }) => `${room} ${id} to user ${session.id}`),
    );
}

async function readEdits(redis: RedisClient): Promise<Map<string, string>> {
  const edits = new Map<string, string>();
  for (const key of await allKeys(redis, 'room:*:edits')) {
    const room = EDITS_KEY.exec(key)?.[1];
    for (const [id, edit] of Object.entries(await redis.hgetall(key)))
      edits.set(`${room} ${id}`, JSON.parse(edit.slice(edit.indexOf(' ') + 1)) as string);
  }
  return edits;
}
