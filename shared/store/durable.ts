/**
 * What a user is answered for, and what is delivered. Redis answers before its replicas have a write, so a failover may lose the last moments of a
 * master; with REDIS_WAIT it is waited for until so many replicas have it.
 */
import type { Redis } from 'ioredis';
import { ChatError } from '../protocol/errors.js';
import { masterOf, placeOfKey } from '../redis-owners.js';
import { run, type Argument, type ScriptName } from './scripts.js';
import type { Store } from './store.js';

/** How long (ms) replicas may take; longer ones are away. */
const PATIENCE = 1_000;
/** What is written so that there is something to wait for goes by itself (ms). */
const KEPT = 10_000;

/** Runs a script whose first argument is a key. Throws `unavailable` when too few replicas have what it wrote: it may be there, or not. */
export async function runDurably<Reply>({ redis, durable, config }: Store, name: ScriptName, key: string, ...others: Argument[]): Promise<Reply> {
  if (config.redisWait === 0) return run(redis, name, key, ...others);
  const keeper = keeperOf(masterOf(durable, key));
  const breaks = keeper?.breaks;
  const reply = await run<Reply>(durable, name, key, ...others);
  if (!keeper || masterOf(durable, key) !== keeper.master || !await keeper.has(key, config.redisWait) || keeper.breaks !== breaks) throw notKept();
  return reply;
}

/** Reads from the master of a key what, if it is `kept`, replicas must have, too. Throws `unavailable` when too few have. */
export async function readDurably<Reply>({ redis, durable, config }: Store, key: string, read: () => Promise<Reply>, kept: (reply: Reply) => boolean): Promise<Reply> {
  if (config.redisWait === 0) return read();
  const keeper = keeperOf(masterOf(durable, key));
  const [place, breaks] = [placeOfKey(redis, key), keeper?.breaks];
  const reply = await read();
  if (!kept(reply)) return reply;
  // both see the same master, all the time: one that has been replaced may not know it yet
  const same = masterOf(durable, key) === keeper?.master && [redis, durable].every((client) => placeOfKey(client, key) === place);
  if (!keeper || !same || !await keeper.has(key, config.redisWait) || keeper.breaks !== breaks) throw notKept();
  return reply;
}

function notKept(): ChatError {
  return new ChatError('unavailable', 'It could not be kept safe. Try again soon.', { retryAfter: 1 });
}

/** One round of waiting is under way at a time on a connection, and who asks meanwhile shares the next: a WAIT holds up all that comes behind it. */
class Keeper {
  readonly master: Redis;
  /** How often the connection has been lost: WAIT is about what its own connection has written. */
  breaks = 0;
  #keys = new Set<string>();
  #round: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | null = null;

  constructor(master: Redis) {
    this.master = master;
    master.on('close', () => { this.breaks += 1; });
  }

  /** Whether so many replicas have all that the master has now. */
  has(key: string, replicas: number): Promise<boolean> {
    this.#keys.add(key);
    this.#next ??= this.#round.then(() => {
      const keys = this.#keys;
      this.#keys = new Set();
      this.#next = null;
      return this.#round = this.#ask(keys, replicas);
    }) as Promise<boolean>;
    return this.#next;
  }

  async #ask(keys: ReadonlySet<string>, replicas: number): Promise<boolean> {
    for (const key of keys) {
      // one that is just moving elsewhere cannot be written to, another can
      const written = await this.master.set(`kept:${/\{\w+\}/.exec(key)?.[0] ?? ''}`, '', 'PX', KEPT).catch(() => null);
      if (written) return await this.master.wait(replicas, PATIENCE).catch(() => 0) >= replicas;
    }
    return false;
  }
}

const keepers = new WeakMap<Redis, Keeper>();

function keeperOf(master: Redis | null): Keeper | null {
  if (!master) return null;
  const keeper = keepers.get(master) ?? new Keeper(master);
  keepers.set(master, keeper);
  return keeper;
}
