/** Holds what every client knows of its rooms' values against what Redis has. */
import type { RedisClient } from '../../shared/redis/client.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Record } from './record.js';
import type { Session } from './session.js';

type Known = { [key: string]: unknown };

const VALUES_KEY = /^room:\{r\d+\}:(.+):(values|own-values)$/;
/** ms in which a client that has just been told of a gap reads the values again. */
const SETTLE = 10_000;

/** `exact`: Redis keeps all that it has acknowledged, so that every `add` counts once. */
export async function checkValues(
  redis: RedisClient,
  record: Record,
  sessions: Session[],
  exact: boolean,
): Promise<void> {
  const kept = await readValues(redis);
  for (const [room, count] of exact ? record.added : []) {
    const sum = kept.get(room)?.sum ?? 0;
    if (sum !== count) record.violation('added wrongly', `${room} has ${String(sum)} after ${count} were answered`);
  }
  const differing = (): string[] =>
    sessions
      .filter((one) => !one.over)
      .flatMap((one) => {
        return one.rooms
          .filter((room) => !same(one.values.get(room)?.all(), kept.get(room)))
          .map((room) => `user ${one.id} in ${room}`);
      });
  await until(() => Promise.resolve(differing().length === 0), 'everybody knows the values', SETTLE).catch(
    () => undefined,
  );
  for (const who of differing()) record.violation('knows other values', who);
}

const same = (known: object = {}, kept: object = {}): boolean => sorted(known) === sorted(kept);
const sorted = (values: object): string => JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));

async function readValues(redis: RedisClient): Promise<Map<string, Known>> {
  const rooms = new Map<string, Known>();
  for (const key of await allKeys(redis, 'room:*values')) {
    const [, room, kind] = VALUES_KEY.exec(key) ?? [];
    if (room === undefined) continue;
    const values = rooms.get(room) ?? {};
    rooms.set(room, values);
    for (const [field, text] of Object.entries(await redis.hgetall(key))) {
      const lines = kind === 'values' ? [`${field} ${text}`] : text.split('\n').map((line) => `@${field}/${line}`);
      for (const line of lines) {
        const [, name = '', json = ''] = /^(\S+) \S+ (.*)$/.exec(line) ?? [];
        values[name] = JSON.parse(json) as unknown;
      }
    }
  }
  return rooms;
}
