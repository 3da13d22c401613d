/**
 * The steps of fan-out: read what a room has undelivered, copy it into one shard's inboxes, move `delivered`. One script call of a kind is under
 * way for each shard, and what is asked for meanwhile goes with the next, whichever rooms it is for: so a room that has little never waits behind
 * several calls of rooms that have much. Rooms fail separately all the same.
 */
import DataLoader from 'dataloader';
import { CircuitOpen } from '../redis/circuit-breaker.js';
import { typeOf, withId } from './event-text.js';
import { readDurably } from './replication.js';
import { type Argument, run, type ScriptName } from './scripts.js';
import type { Store } from './store.js';

/** Pushes of one script call: a few hundred, so that Redis is blocked for about 1 ms, also while somebody floods large rooms. */
const PUSHES_MAX = 250;
/**
 * Bytes that the inbox of a user holds who has never polled: a hundred usual messages, as many as one answer gives. Pages poll at once; but
 * many come, never poll, and would have all that is said kept for them until they are stale.
 */
const NEVER_POLLED_BYTES = 32_768;
/** Events of one batch; more would only make the script calls longer. */
const BATCH_MAX = 100;
/** Comings and goings that a log keeps beside its messages: few, so that a page of history soon comes to messages. */
const PRESENCE_MAX = 200;
/** Events that leave the log when all have them, and those of which the last ones stay. */
const VALUES: ReadonlySet<string> = new Set(['value']);
const PRESENCE: ReadonlySet<string> = new Set(['joined', 'left', 'renamed']);
/** Rooms of one script call. */
const CALL_ROOMS_MAX = 32;

export interface LogEntry {
  id: string;
  /** Its number in the room's life, from 1 without gaps. */
  number: number;
  /** The text as clients see it. */
  text: string;
  /** The event's type. */
  type: string;
}

export interface Batch {
  /** The log id the batch begins after. */
  from: string;
  /** User shards that had members when the batch was read. */
  shards: number[];
  entries: LogEntry[];
  /** The id of the only user that its one event is for; '' for all members. */
  only: string;
}

type BatchReply = [from: string, shards: string[], flat: string[], only: string];
type DeliverReply = [status: 'done' | 'more' | 'behind', id: string];
type AdvanceReply = [undelivered: number, moved: number];

/** One room's part of a script call. */
interface RoomCall {
  keys: string[];
  arguments: Argument[];
}

export class FanOutSteps {
  readonly #store: Store;
  /** By script and shard. */
  readonly #calls = new Map<string, DataLoader<RoomCall, unknown>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Reads a room's next undelivered events, or those after `from`, and the shards with members, in one moment. With REDIS_WAIT only what
   * replicas have: an event that somebody has got and that goes with its master would hide others that come in its place.
   */
  readBatch(room: string, from = ''): Promise<Batch> {
    const { keys } = this.#store;
    const dirty = keys.dirty(keys.roomShard(room));
    return readDurably(
      this.#store,
      dirty,
      () => this.#readNow(room, from, dirty),
      ({ entries }) => entries.length > 0,
    );
  }

  async #readNow(room: string, from: string, dirty: string): Promise<Batch> {
    const { keys } = this.#store;
    const [start, shards, flat, only] = await this.#call<BatchReply>('batch', dirty, [BATCH_MAX], {
      keys: [keys.log(room), keys.delivered(room), keys.roomShards(room)],
      arguments: [room, from],
    });
    const entries: LogEntry[] = [];
    for (let i = 0; i + 2 < flat.length; i += 3) {
      const id = flat[i] ?? '';
      const text = flat[i + 2] ?? '{}';
      entries.push({ id, number: Number(flat[i + 1]), text: withId(id, text), type: typeOf(text) });
    }
    return { from: start, shards: shards.map(Number), entries, only };
  }

  /**
   * Copies a batch, of one entry at least, into the inboxes of one user shard. `done`: all its members have the events up to `id`; `more`: call again;
   * `behind`: it needs the log from `id` on.
   */
  async deliver(
    room: string,
    shard: number,
    batch: Batch,
  ): Promise<{ status: 'done' | 'more' | 'behind'; id: string }> {
    const { keys, config } = this.#store;
    const flat = batch.entries.flatMap((entry) => [entry.id, entry.text]);
    const [status, id] = await this.#call<DeliverReply>(
      'deliver',
      keys.attached(shard),
      [keys.userTag(shard), config.inboxMax, PUSHES_MAX, config.inboxBytes, NEVER_POLLED_BYTES],
      {
        keys: [keys.members(shard, room), keys.position(shard, room)],
        arguments: [batch.from, batch.only, batch.entries.length, ...flat],
      },
    );
    return { status, id };
  }

  /**
   * Moves `delivered` to the end of a batch that every shard has reached. Gives how many events are undelivered still, and by how many
   * this call moved: none when another worker was faster.
   */
  async advance(room: string, { entries }: Batch): Promise<{ undelivered: number; moved: number }> {
    const { keys, config } = this.#store;
    const last = entries.at(-1);
    const others = entries.filter(({ type }) => type !== 'message');
    const idsOf = (types: ReadonlySet<string>): string =>
      others
        .filter(({ type }) => types.has(type))
        .map(({ id }) => id)
        .join(' ');
    const [undelivered, moved] = await this.#call<AdvanceReply>(
      'advance',
      keys.dirty(keys.roomShard(room)),
      [config.history, Math.min(config.history, PRESENCE_MAX)],
      {
        keys: [keys.log(room), keys.delivered(room)],
        arguments: [room, last?.id ?? '', last?.number ?? 0, idsOf(VALUES), idsOf(PRESENCE)],
      },
    );
    return { undelivered, moved };
  }

  /** Does one room's part of a script, whose first key is the shard's, together with those of other rooms. */
  #call<Reply>(name: ScriptName, shardKey: string, common: Argument[], part: RoomCall): Promise<Reply> {
    const id = `${name} ${shardKey}`;
    const calls =
      this.#calls.get(id) ?? gathered((parts: readonly RoomCall[]) => this.#run(name, shardKey, common, parts));
    this.#calls.set(id, calls);
    return calls.load(part) as Promise<Reply>;
  }

  /** A call that fails is repeated for each room by itself: one room's fault is not the others'. */
  async #run(name: ScriptName, shardKey: string, common: Argument[], parts: readonly RoomCall[]): Promise<unknown[]> {
    const keys = [shardKey, ...parts.flatMap((part) => part.keys)];
    try {
      return await this.#store.breaker.run(shardKey, () =>
        run<unknown[]>(
          this.#store.redis,
          name,
          keys.length,
          ...keys,
          ...common,
          ...parts.flatMap((part) => part.arguments),
        ),
      );
    } catch (error) {
      if (parts.length === 1 || error instanceof CircuitOpen) throw error;
      return Promise.all(
        parts.map((part) =>
          this.#run(name, shardKey, common, [part]).then(
            ([reply]) => reply,
            (reason: unknown) => reason,
          ),
        ),
      );
    }
  }
}

/** Dirty rooms that one command reads. */
const DIRTY_PAGE_MAX = 1_000;

/** Rooms of one room shard whose log may have undelivered events since before `before` (ms, Redis's time). Throws Away when its master is. */
export async function dirtyRooms(
  { keys, redis, breaker }: Store,
  roomShard: number,
  before: number,
): Promise<string[]> {
  const dirty = keys.dirty(roomShard);
  const rooms: string[] = [];
  for (let step: string[] | undefined; !step || step.length === DIRTY_PAGE_MAX; rooms.push(...step)) {
    step = await breaker.run(dirty, () =>
      redis.zrangebyscore(dirty, '-inf', before, 'LIMIT', rooms.length, DIRTY_PAGE_MAX),
    );
  }
  return [...new Set(rooms)]; // what has left the set meanwhile may shift others: the next sweep has them
}

/** The log id up to which all members of a room in one user shard have everything, or at which it got its first member; null for a shard without. */
export async function shardPosition({ keys, redis }: Store, room: string, shard: number): Promise<string | null> {
  const position = await redis.get(keys.position(shard, room));
  return position?.split(' ')[0] ?? null;
}

/** Gathers what is asked for while a call is under way into the next one. */
function gathered(call: (parts: readonly RoomCall[]) => Promise<unknown[]>): DataLoader<RoomCall, unknown> {
  let underWay: Promise<unknown> = Promise.resolve();
  let turn: Promise<unknown> = underWay;
  const run = (parts: readonly RoomCall[]): Promise<unknown[]> => {
    const reply = call(parts);
    underWay = reply.catch(() => undefined); // who asked is told
    return reply;
  };
  const inTurn = (begin: () => void): Promise<void> =>
    new Promise((done) => {
      setImmediate(() => {
        begin();
        void underWay.then(() => done());
      });
    });
  return new DataLoader(run, {
    cache: false,
    maxBatchSize: CALL_ROOMS_MAX,
    batchScheduleFn: (begin) => {
      turn = turn.then(() => inTurn(begin));
    },
  });
}
