/**
 * What a user is answered for, and what is delivered. Redis answers before its replicas have a write, so a failover may lose the last moments of a
 * master; with REDIS_WAIT it is waited for until so many replicas have it (https://redis.io/docs/latest/commands/wait/).
 */
import type { Redis } from 'ioredis';
import { ChatError } from '../protocol/errors.js';
import { masterOf, nodeAddressOf } from '../redis/owners.js';
import { Keys } from './keys.js';
import { type Argument, run, type ScriptName } from './scripts.js';
import type { Store } from './store.js';

/** How long (ms) replicas may take in one round; who asks during a round waits for the next as well. */
const ROUND_MS = 1_000;
/** What is written so that there is something to wait for goes by itself (ms). */
const MARKER_TTL_MS = 10_000;

/** Runs a script whose first argument is a key. Throws `unavailable` when too few replicas have what it wrote: it may be there, or not. */
export async function runDurably<Reply>(
  { redis, durable, config }: Store,
  name: ScriptName,
  key: string,
  ...others: Argument[]
): Promise<Reply> {
  if (config.redisWait === 0) return run(redis, name, key, ...others);
  const replicas = replicasAt(masterOf(durable, key));
  const breaks = replicas?.breaks;
  const reply = await run<Reply>(durable, name, key, ...others);
  if (
    !replicas ||
    masterOf(durable, key) !== replicas.master ||
    !(await replicas.have(key, config.redisWait)) ||
    replicas.breaks !== breaks
  )
    throw notReplicated();
  return reply;
}

/** Reads from the master of a key. What was read and `matters`, replicas must have, too; throws `unavailable` when too few have. */
export async function readDurably<Reply>(
  { redis, durable, config }: Store,
  key: string,
  read: () => Promise<Reply>,
  matters: (reply: Reply) => boolean,
): Promise<Reply> {
  if (config.redisWait === 0) return read();
  const replicas = replicasAt(masterOf(durable, key));
  const [node, breaks] = [nodeAddressOf(redis, key), replicas?.breaks];
  const reply = await read();
  if (!matters(reply)) return reply;
  // both clients see the same master, before and after: one that has been replaced may not know it yet
  const same =
    masterOf(durable, key) === replicas?.master &&
    [redis, durable].every((client) => nodeAddressOf(client, key) === node);
  if (!replicas || !same || !(await replicas.have(key, config.redisWait)) || replicas.breaks !== breaks)
    throw notReplicated();
  return reply;
}

function notReplicated(): ChatError {
  return new ChatError('unavailable', 'It could not be kept safe. Try again soon.', { retryAfter: 1 });
}

/** Asks one master's replicas. One round is under way at a time, and who asks meanwhile shares the next: a WAIT holds up all that comes behind it on its connection. */
class Replicas {
  readonly master: Redis;
  /** How often the connection has been lost. What is there afterwards may be another master, or one that lost what it had. */
  breaks = 0;
  #keys = new Set<string>();
  #round: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | null = null;

  constructor(master: Redis) {
    this.master = master;
    master.on('close', () => {
      this.breaks += 1;
    });
  }

  /** Whether so many have all that the master has now. */
  have(key: string, count: number): Promise<boolean> {
    this.#keys.add(Keys.replicationMarker(key));
    this.#next ??= this.#round.then(() => {
      const keys = this.#keys;
      this.#keys = new Set();
      this.#next = null;
      return (this.#round = this.#ask(keys, count));
    }) as Promise<boolean>;
    return this.#next;
  }

  async #ask(keys: ReadonlySet<string>, count: number): Promise<boolean> {
    for (const key of keys) {
      // sent together: a replica may be far away
      const [written, having] = await Promise.all([
        this.master.set(key, '', 'PX', MARKER_TTL_MS).catch(() => null),
        this.master.wait(count, ROUND_MS).catch(() => 0),
      ]);
      if (written) return having >= count; // else its slot is just moving elsewhere: another may do
    }
    return false;
  }
}

const known = new WeakMap<Redis, Replicas>();

function replicasAt(master: Redis | null): Replicas | null {
  if (!master) return null;
  const replicas = known.get(master) ?? new Replicas(master);
  known.set(master, replicas);
  return replicas;
}
