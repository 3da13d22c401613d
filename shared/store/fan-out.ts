/**
 * The steps of fan-out: read a room's undelivered events, copy them into the inboxes of one shard, move `delivered`.
 * For each shard one script call of a kind is under way. Rooms that are asked for meanwhile go with the next call, so a
 * room with few events never waits behind several calls of rooms with many. Rooms fail separately.
 */
import DataLoader from 'dataloader';
import { CircuitOpen } from '../redis/circuit-breaker.js';
import { typeOf, withId } from './event-text.js';
import { readDurably } from './replication.js';
import { run, type ScriptInput, type ScriptReply } from './scripts.js';
import type { Store } from './store.js';

/** Pushes of one script call. A few hundred block Redis for about 1 ms, also while somebody floods large rooms. */
const PUSHES_MAX = 250;
/**
 * Bytes of the inbox of a user that has never polled: a hundred usual messages, as many as one answer gives. Pages poll
 * at once. A user that never polls must not have everything kept for it until it is stale.
 */
const NEVER_POLLED_BYTES = 32_768;
/** Events of one batch. More would only make the script calls longer. */
const BATCH_MAX = 100;
/**
 * Presence events that a log keeps beside its messages. They are few, so that a page of history soon reaches messages.
 */
const PRESENCE_MAX = 200;
/**
 * Types of events that leave the log when all members have them, and types of which the last few stay. Strangers make
 * `reported` and `held` for users with a role, and must not push messages out of the history by them.
 */
const PASSING: ReadonlySet<string> = new Set(['value', 'delayed', 'held', 'reported', 'edited', 'reacted']);
const PRESENCE: ReadonlySet<string> = new Set(['joined', 'left', 'renamed']);
/** The shard of calls that serve all shards: there is one Redis, so its breaker needs no key. */
const ALL_SHARDS = '';
/** Rooms of one script call. `fan-out` does the work of three. */
const CALL_ROOMS_MAX: Readonly<Record<RoomScript, number>> = { batch: 32, deliver: 32, advance: 32, 'fan-out': 16 };

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
  /** The ids of the only users that its one event is for, with commas between; '' for all members. */
  only: string;
}

/** Scripts that serve several rooms in one call. */
type RoomScript = 'batch' | 'deliver' | 'advance' | 'fan-out';
/** The input of such a script for one room, and for all of them. */
type RoomInput<Name extends RoomScript> = ScriptInput<Name>['rooms'][number];
type CommonInput<Name extends RoomScript> = Omit<ScriptInput<Name>, 'rooms'>;
type RoomReply<Name extends RoomScript> = ScriptReply<Name>[number];

export class FanOutSteps {
  readonly #store: Store;
  /** By script and shard. */
  readonly #calls = new Map<string, DataLoader<unknown, unknown>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Reads a room's next undelivered events, or those after `from`, and the shards with members, at one moment. With
   * REDIS_WAIT it reads only what replicas have. Else a member could get an event that is lost with its master, and
   * that event would hide others that come in its place.
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
    const [start, shards, flat, only] = await this.#call(
      'batch',
      dirty,
      { dirty, eventsMax: BATCH_MAX },
      { log: keys.log(room), delivered: keys.delivered(room), shards: keys.roomShards(room), room, after: from },
    );
    const entries: LogEntry[] = [];
    for (let i = 0; i + 2 < flat.length; i += 3) {
      const id = flat[i] ?? '';
      const text = flat[i + 2] ?? '{}';
      entries.push({ id, number: Number(flat[i + 1]), text: withId(id, text), type: typeOf(text) });
    }
    return { from: start, shards: shards.map(Number), entries, only };
  }

  /** Whether `fanOut` can do all steps in one script call. */
  get inOneCall(): boolean {
    return this.#store.colocated;
  }

  /**
   * Does all steps for a room in one script call, as far as one call may. Resolves with `done` (nothing is
   * undelivered),
   * `more` (call again), or `behind` (take the single steps). `moved`: by how many events this call moved `delivered`;
   * 0 when another worker was faster. `ids`: of the batch's events, when all members have them. `hooks`: the ids of the
   * room's hooks that are due now.
   */
  async fanOut(
    room: string,
  ): Promise<{ status: 'done' | 'more' | 'behind'; moved: number; ids: string[]; hooks: string[] }> {
    const { keys, config } = this.#store;
    const [status, moved, ids, hooks] = await this.#call(
      'fan-out',
      ALL_SHARDS,
      {
        batchMax: BATCH_MAX,
        ...this.#inboxBounds,
        history: config.history,
        presenceMax: Math.min(config.history, PRESENCE_MAX),
      },
      {
        dirty: keys.dirty(keys.roomShard(room)),
        log: keys.log(room),
        delivered: keys.delivered(room),
        shards: keys.roomShards(room),
        room,
      },
    );
    return { status, moved, ids: idsIn(ids), hooks: idsIn(hooks) };
  }

  /**
   * Copies a batch of one or more entries into the inboxes of one user shard. Resolves with `done` (all its members
   * have the events up to `id`), `more` (call again), or `behind` (the shard needs the log from `id` on).
   */
  async deliver(
    room: string,
    shard: number,
    batch: Batch,
  ): Promise<{ status: 'done' | 'more' | 'behind'; id: string }> {
    const { keys } = this.#store;
    const [status, id] = await this.#call(
      'deliver',
      keys.attached(shard),
      { attached: keys.attached(shard), tag: keys.userTag(shard), ...this.#inboxBounds },
      {
        members: keys.members(shard, room),
        position: keys.position(shard, room),
        from: batch.from,
        only: batch.only,
        count: batch.entries.length,
        events: batch.entries.flatMap((entry) => [entry.id, entry.text]),
      },
    );
    return { status, id };
  }

  /**
   * Moves `delivered` to the end of a batch that every shard has reached. Resolves with how many events are still
   * undelivered, by how many this call moved (0 when another worker was faster), and the hooks that are due now.
   */
  async advance(
    room: string,
    { entries, only }: Batch,
  ): Promise<{ undelivered: number; moved: number; hooks: string[] }> {
    const { keys, config } = this.#store;
    const last = entries.at(-1);
    const others = entries.filter(({ type }) => type !== 'message');
    const idsOf = (isWanted: (type: string) => boolean): string =>
      others
        .filter(({ type }) => isWanted(type))
        .map(({ id }) => id)
        .join(' ');
    const dirty = keys.dirty(keys.roomShard(room));
    const [undelivered, moved, hooks] = await this.#call(
      'advance',
      dirty,
      {
        dirty,
        history: config.history,
        presenceMax: Math.min(config.history, PRESENCE_MAX),
      },
      {
        log: keys.log(room),
        delivered: keys.delivered(room),
        room,
        id: last?.id ?? '',
        number: last?.number ?? 0,
        // the message of a `removed` that only some users see never was in the log
        passing: idsOf((type) => PASSING.has(type) || (only !== '' && type === 'removed')),
        presences: idsOf((type) => PRESENCE.has(type)),
      },
    );
    return { undelivered, moved, hooks: idsIn(hooks) };
  }

  get #inboxBounds() {
    const { inboxMax, inboxBytes } = this.#store.config;
    return {
      eventsMax: inboxMax,
      pushesMax: PUSHES_MAX,
      bytesMax: inboxBytes,
      neverPolledBytesMax: NEVER_POLLED_BYTES,
    };
  }

  /** Runs a script for one room, together with other rooms of the same shard. `shardKey`: a key of that shard. */
  #call<Name extends RoomScript>(
    name: Name,
    shardKey: string,
    common: CommonInput<Name>,
    room: RoomInput<Name>,
  ): Promise<RoomReply<Name>> {
    const id = `${name} ${shardKey}`;
    let calls = this.#calls.get(id);
    if (!calls) {
      calls = serialBatcher(CALL_ROOMS_MAX[name], (rooms) =>
        this.#run(name, shardKey, common, rooms as RoomInput<Name>[]),
      );
      this.#calls.set(id, calls);
    }
    return calls.load(room) as Promise<RoomReply<Name>>;
  }

  /** Runs a script for some rooms. When that fails, it runs again for each room by itself: rooms fail separately. */
  async #run<Name extends RoomScript>(
    name: Name,
    shardKey: string,
    common: CommonInput<Name>,
    rooms: readonly RoomInput<Name>[],
  ): Promise<readonly unknown[]> {
    const input = { ...common, rooms } as unknown as ScriptInput<Name>;
    try {
      return await this.#store.breaker.run(shardKey, () => run(this.#store.redis, name, input));
    } catch (error) {
      if (rooms.length === 1 || error instanceof CircuitOpen) throw error;
      return Promise.all(
        rooms.map((room) =>
          this.#run(name, shardKey, common, [room]).then(
            ([reply]) => reply,
            (reason: unknown) => reason,
          ),
        ),
      );
    }
  }
}

/** Returns the ids in a text with spaces between, in front or behind. */
const idsIn = (text: string): string[] => (text === '' ? [] : text.trim().split(' '));

/** Dirty rooms that one command reads. */
const DIRTY_PAGE_MAX = 1_000;

/**
 * A log goes on from its last id while the clock is behind that, as after a restore. Then its times are in the future.
 */
const FUTURE_MS = 10_000;

/**
 * Reads the rooms of one room shard whose log may have undelivered events since before `before` (ms, Redis's time), or
 * from the future. Throws CircuitOpen while its master is away.
 */
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
  const fromFuture = await breaker.run(dirty, () =>
    redis.zrangebyscore(dirty, before + FUTURE_MS, '+inf', 'LIMIT', 0, DIRTY_PAGE_MAX),
  );
  return [...new Set([...rooms, ...fromFuture])]; // a room that left the set meanwhile may hide another, which the next sweep finds
}

/**
 * Reads up to which log id all members of a room in one user shard have everything, or at which the shard got its first
 * member. Resolves with null for a shard without members.
 */
export async function shardPosition({ keys, redis }: Store, room: string, shard: number): Promise<string | null> {
  const position = await redis.get(keys.position(shard, room));
  return position?.split(' ')[0] ?? null;
}

/**
 * Returns a batcher that has one call under way at a time: what is asked for meanwhile goes with the next one. A call
 * begins in a turn of its own (`setImmediate`), so that all that one answer of Redis leads to goes together.
 */
function serialBatcher(
  itemsMax: number,
  call: (items: readonly unknown[]) => Promise<readonly unknown[]>,
): DataLoader<unknown, unknown> {
  let underWay: Promise<unknown> = Promise.resolve();
  let turn: Promise<unknown> = underWay;
  const begin = (items: readonly unknown[]): Promise<readonly unknown[]> => {
    const reply = call(items);
    underWay = reply.catch(() => undefined); // the callers are told
    return reply;
  };
  const inTurn = (dispatch: () => void): Promise<void> =>
    new Promise((done) => {
      setImmediate(() => {
        dispatch();
        void underWay.then(() => done());
      });
    });
  return new DataLoader(begin, {
    cache: false,
    maxBatchSize: itemsMax,
    batchScheduleFn: (dispatch) => {
      turn = turn.then(() => inTurn(dispatch));
    },
  });
}
