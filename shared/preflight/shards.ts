/** Checks with how many shards the keys in a Redis were made (`SHARDS`). With another number no key would be found. */
import { ConfigError } from '../config/config.js';
import { mastersOf, type RedisClient } from '../redis/client.js';
import { Keys } from '../store/keys.js';

/** The largest number that SHARDS allows. */
const SHARDS_MAX = 1_024;
/** Keys of users and rooms that are checked. Two or three rooms tell the number, so this is plenty. */
const SAMPLE_KEYS_MAX = 500;
/** Keys asked for in one SCAN, and SCANs of one master. A million keys of other programs take a second or two. */
const SCAN_COUNT = 1_000;
const SCANS_MAX = 1_000;
/** An error names so many numbers that fit, the smallest first. */
const NAMED_MAX = 3;

/**
 * Notes the number of shards in an empty Redis. Throws ConfigError when the data was made with another number. If an
 * older version has not noted the number, its keys tell it.
 */
export async function checkShards(redis: RedisClient, shards: number, prefix: string): Promise<void> {
  const { shardCount } = new Keys(shards, prefix);
  if ((await redis.get(shardCount)) === null) refuseOther(shards, await shardsByKeys(redis, prefix), shardCount);
  await redis.set(shardCount, shards, 'NX');
  refuseOther(shards, [Number(await redis.get(shardCount))], shardCount);
}

function refuseOther(shards: number, fitting: number[], key: string): void {
  if (fitting.includes(shards)) return;
  const [first, ...others] = fitting.slice(0, NAMED_MAX);
  const made = first === undefined ? 'different values of SHARDS' : `SHARDS=${[first, ...others].join(' or ')}`;
  const remedy =
    first === undefined ? `To keep the data of one value, run "SET ${key}" with it in Redis` : `Set SHARDS=${first}`;
  throw new ConfigError(
    `SHARDS=${shards} is not allowed: this Redis holds data that was made with ${made}. ` +
      `${remedy}, or use an empty Redis.`,
  );
}

/** Returns every number of shards that fits the keys of users and rooms; all numbers when there are no such keys. */
async function shardsByKeys(redis: RedisClient, prefix: string): Promise<number[]> {
  const samples = (await Promise.all(mastersOf(redis).map((master) => sampleKeys(master, prefix)))).flat();
  const numbers = Array.from({ length: SHARDS_MAX }, (_, index) => index + 1);
  return numbers.filter((number) => samples.every((key) => fits(key, new Keys(number))));
}

/** Reads some keys of users (`user:{u3}:12`) and of rooms (`room:{r1}:lobby:log`), without their prefix. */
async function sampleKeys(master: Pick<RedisClient, 'scan'>, prefix: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  for (let scans = 0; scans < SCANS_MAX && found.length < SAMPLE_KEYS_MAX; scans += 1) {
    const [next, keys] = await master.scan(cursor, 'COUNT', SCAN_COUNT);
    const own = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    found.push(...own.filter((key) => PATTERN.test(key)));
    if (next === '0') break;
    cursor = next;
  }
  return found;
}

const PATTERN = /^(?:user:\{u\d+\}:(?<user>\d+)|room:\{r\d+\}:(?<room>[^:]+|\d+:\d+):log)$/;

function fits(key: string, keys: Keys): boolean {
  const { user, room } = PATTERN.exec(key)?.groups ?? {};
  return user !== undefined ? key === keys.user(Number(user)) : key === keys.log(room ?? '');
}
