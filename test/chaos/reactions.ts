/** Holds the reactions that were answered against what Redis has and what clients were told. */
import type { RedisClient } from '../../shared/redis/client.js';
import { brief } from '../support/reactions.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Record } from './record.js';
import type { Session } from './session.js';

const REACTIONS_KEY = /^room:\{r\d+\}:(.+):reactions$/;
/** ms in which everybody is told of the last ones: the longest wait of a hot message, and some. */
const SETTLE = 40_000;

/** For a Redis that keeps all that it has acknowledged. */
export async function checkReactions(redis: RedisClient, record: Record, sessions: Session[]): Promise<void> {
  const kept = await readReactions(redis);
  for (const { message, user } of record.reacted)
    if (!kept.get(message)?.includes(`\t${user} `)) record.violation('reaction lost', `${message} by ${user}`);
  const untold = (): string[] =>
    sessions.filter((one) => !one.over && !one.hasLost).flatMap((one) => notTold(one, kept));
  await until(() => untold().length === 0, 'everybody is told of all reactions', SETTLE).catch(() => undefined);
  for (const one of untold()) record.violation('reaction not told', one);
}

/** The messages that came to a user as they happened, and whose last reactions did not. */
function notTold(session: Session, kept: Map<string, string>): string[] {
  return session.allViews
    .filter((view) => !view.ending && !view.closed)
    .flatMap(({ room, arrivals, reactions }) =>
      arrivals
        .filter(({ id, repaired }) => !repaired && brief(reactions.get(id)) !== briefOf(kept.get(`${room} ${id}`)))
        .map(({ id }) => `${room} ${id} to user ${session.id}`),
    );
}

/** What Redis has of a message, in the short form of `brief`. */
const briefOf = (text = ''): string =>
  [...text.matchAll(/\n(\S+) (\d+)/g)].map(([, emoji, count]) => `${emoji}${count}`).join(' ');

async function readReactions(redis: RedisClient): Promise<Map<string, string>> {
  const reactions = new Map<string, string>();
  for (const key of await allKeys(redis, 'room:*:reactions'))
    for (const [id, text] of Object.entries(await redis.hgetall(key)))
      reactions.set(`${REACTIONS_KEY.exec(key)?.[1]} ${id}`, text);
  return reactions;
}
