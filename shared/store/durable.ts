/**
 * What a user is answered for, and what is delivered. Redis answers before its replicas have a write, so a failover may lose the last moments of a
 * master; with REDIS_WAIT the answer waits until so many replicas have it.
 */
import { ChatError } from '../protocol/errors.js';
import { masterOf, type RedisClient } from '../redis-owners.js';
import { run, type Argument, type ScriptName } from './scripts.js';
import type { Store } from './store.js';

/** How long (ms) replicas may take; longer ones are away. */
const PATIENCE = 1_000;

/** Runs a script whose first argument is a key. Throws `unavailable` when too few replicas have what it wrote: it may be there, or not. */
export async function runDurably<Reply>(store: Store, name: ScriptName, key: string, ...others: Argument[]): Promise<Reply> {
  return keptSafe(store, key, (redis) => run(redis, name, key, ...others));
}

/** The same of anything that is written at the master of a key. */
export async function keptSafe<Reply>({ redis, durable, config }: Store, key: string, write: (redis: RedisClient) => Promise<Reply>): Promise<Reply> {
  if (config.redisWait === 0) return write(redis);
  const master = masterOf(durable, key);
  const breaks = { counted: 0 };
  const count = (): void => { breaks.counted += 1; };
  master?.once('close', count);
  try {
    const reply = await write(durable);
    // WAIT is about what its own connection has written: a new one would know of nothing to wait for
    const same = master !== null && masterOf(durable, key) === master && breaks.counted === 0;
    const replicas = same ? await master.wait(config.redisWait, PATIENCE) : 0;
    if (replicas < config.redisWait || breaks.counted > 0) throw new ChatError('unavailable', 'It could not be kept safe. Try again soon.', { retryAfter: 1 });
    return reply;
  } finally {
    master?.off('close', count);
  }
}
