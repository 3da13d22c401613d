/**
 * Waiting for replicas. Redis answers before its replicas have a write, so a failover may lose the last moments of a
 * master. With REDIS_WAIT a user is answered, and an event is delivered, only when so many replicas have it
 * (https://redis.io/docs/latest/commands/wait/).
 */
import type { Redis } from 'ioredis';
import { ChatError } from '../protocol/errors.js';
import { masterOf, nodeAddressOf } from '../redis/client.js';
import { firstKey, run, type ScriptInput, type ScriptName, type ScriptReply } from './scripts.js';
import type { Store } from './store.js';

/** How long replicas may take in one round. A call that comes during a round waits for the next one, too. */
const ROUND_MS = 1_000;
/** How long a marker lives. It is written so that there is something to WAIT for. */
const MARKER_TTL_MS = 10_000;

/**
 * Runs a script. Resolves when enough replicas have what it wrote. Throws `unavailable` when too few have: what it
 * wrote may be there, or not.
 */
export async function runDurably<Name extends ScriptName>(
  { redis, durable, keys, config }: Store,
  name: Name,
  input: ScriptInput<Name>,
): Promise<ScriptReply<Name>> {
  if (config.redisWait === 0) return run(redis, name, input);
  const isReplicated = watchReplicas({ durable, keys }, firstKey(name, input), config.redisWait);
  const reply = await run(durable, name, input);
  if (!(await isReplicated())) throw notReplicated();
  return reply;
}

/**
 * Reads from the master of a key. Resolves with what was read: at once when it does not matter, else when enough
 * replicas have it. Throws `unavailable` when too few have.
 */
export async function readDurably<Reply>(
  { redis, durable, keys, config }: Store,
  key: string,
  read: () => Promise<Reply>,
  matters: (reply: Reply) => boolean,
): Promise<Reply> {
  if (config.redisWait === 0) return read();
  const isReplicated = watchReplicas({ durable, keys }, key, config.redisWait);
  const node = nodeAddressOf(redis, key);
  const reply = await read();
  if (!matters(reply)) return reply;
  // Both clients must see the master that they saw before: one that was replaced may not know it yet.
  const sameNode = [redis, durable].every((client) => nodeAddressOf(client, key) === node);
  if (!sameNode || !(await isReplicated())) throw notReplicated();
  return reply;
}

/**
 * Watches the master of a key from now on. Returns what resolves with whether `count` replicas have all that this
 * master has then, and it has been the master all the time.
 */
function watchReplicas(
  { durable, keys }: Pick<Store, 'durable' | 'keys'>,
  key: string,
  count: number,
): () => Promise<boolean> {
  const replicas = replicasAt(masterOf(durable, key));
  const breaks = replicas?.breaks;
  return async () =>
    replicas !== null &&
    masterOf(durable, key) === replicas.master &&
    (await replicas.have(keys.replicationMarker(key), count)) &&
    replicas.breaks === breaks;
}

function notReplicated(): ChatError {
  return new ChatError('unavailable', 'The change could not be stored safely. Try again soon.', { retryAfter: 1 });
}

/**
 * Asks one master's replicas. One round is under way at a time, and calls that come meanwhile share the next: a WAIT
 * holds up all that comes behind it on its connection.
 */
class Replicas {
  readonly master: Redis;
  /** How often the connection was lost. The server behind it may then be another master, or one that lost data. */
  breaks = 0;
  #markers = new Set<string>();
  #round: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | null = null;

  constructor(master: Redis) {
    this.master = master;
    master.on('close', () => {
      this.breaks += 1;
    });
  }

  /** Resolves with whether `count` replicas have all that the master has now. */
  have(marker: string, count: number): Promise<boolean> {
    this.#markers.add(marker);
    this.#next ??= this.#round.then(() => this.#beginRound(count));
    return this.#next;
  }

  #beginRound(count: number): Promise<boolean> {
    const round = this.#ask(this.#markers, count);
    this.#markers = new Set();
    this.#next = null;
    this.#round = round;
    return round;
  }

  async #ask(markers: ReadonlySet<string>, count: number): Promise<boolean> {
    for (const marker of markers) {
      // sent together, because a replica may be far away
      const [written, having] = await Promise.all([
        this.master.set(marker, '', 'PX', MARKER_TTL_MS).catch(() => null),
        this.master.wait(count, ROUND_MS).catch(() => 0),
      ]);
      if (written) return having >= count; // else its slot is moving to another master, and another key may do
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
