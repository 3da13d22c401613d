/** The steps of fan-out: read what a room has undelivered, copy it into one shard's inboxes, move `delivered`. */
import { withId } from './event-text.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Pushes of one script call: a few hundred, so that Redis is blocked for about 1 ms. */
const PUSHES = 500;
/** Events of one batch; more would only make the script calls longer. */
const BATCH = 100;

export interface LogEntry {
  id: string;
  /** Its number in the room's life, from 1 without gaps. */
  number: number;
  /** The text as clients see it. */
  text: string;
}

export interface Batch {
  /** The log id the batch begins after. */
  from: string;
  /** User shards that had members when the batch was read. */
  shards: number[];
  entries: LogEntry[];
}

/** Reads a room's next undelivered events, or those after `from`, and the shards with members, in one moment. */
export async function readBatch({ keys, redis }: Store, room: string, from = ''): Promise<Batch> {
  const [start, shards, flat] = await run<[string, string[], string[]]>(redis, 'batch', keys.log(room), keys.delivered(room),
    keys.roomShards(room), keys.dirty(keys.roomShard(room)), from, BATCH, room);
  const entries: LogEntry[] = [];
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const id = flat[i] ?? '';
    entries.push({ id, number: Number(flat[i + 1]), text: withId(id, flat[i + 2] ?? '{}') });
  }
  return { from: start, shards: shards.map(Number), entries };
}

/**
 * One script call of fan-out for one user shard. `done`: all its members have the events up to `id`; `more`: call again;
 * `behind`: it needs the log from `id` on.
 */
export async function deliver({ keys, redis, config }: Store, room: string, shard: number, batch: Batch): Promise<{ status: 'done' | 'more' | 'behind'; id: string }> {
  const flat = batch.entries.flatMap((entry) => [entry.id, entry.text]);
  const [status, id] = await run<['done' | 'more' | 'behind', string]>(redis, 'deliver', keys.members(shard, room),
    keys.position(shard, room), keys.attached(shard), keys.userTag(shard), batch.from, config.inboxMax, PUSHES, ...flat);
  return { status, id };
}

/**
 * Moves `delivered` to an entry that every shard has reached. Gives how many events are undelivered still, and by how many
 * this call moved: none when another worker was faster.
 */
export async function advance({ keys, redis, config }: Store, room: string, to: LogEntry): Promise<{ undelivered: number; moved: number }> {
  const [undelivered, moved] = await run<[number, number]>(redis, 'advance', keys.log(room), keys.delivered(room),
    keys.dirty(keys.roomShard(room)), to.id, to.number, room, config.history);
  return { undelivered, moved };
}

/** Rooms whose log may have undelivered events since before `before` (ms, Redis's time). */
export async function dirtyRooms({ keys, redis }: Store, before: number): Promise<string[]> {
  const lists = await Promise.all(keys.allShards.map((shard) => redis.zrangebyscore(keys.dirty(shard), '-inf', before)));
  return lists.flat();
}
