/**
 * Outgoing hooks: an owner lets what is said in a room be sent to another server. The room's rules have the hooks, so
 * they live as long as the room. A hook has a position in the room's log: it sends the events behind it, in their
 * order, and moves on when the receiver has them. Nothing is copied for it, so a dead receiver costs a position.
 *
 * `hooks:{r...}` has all hooks of a shard by the time when each is looked at next. Whatever a worker forgets or Redis
 * loses of a queue, that list brings the hook back.
 */
import { randomBytes } from 'node:crypto';
import { ChatError } from '../protocol/errors.js';
import { compareIds, type HookShape, type OutgoingHook, type UserRef } from '../protocol/events.js';
import { HOOKS_OUT_MAX } from '../protocol/limits.js';
import { scriptSafeJson, withEdit, withId } from './event-text.js';
import { type Actor, auditText, notOwner } from './moderation.js';
import { readOverview } from './room-overview.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

/** Hooks of one shard that one look takes. */
const DUE_MAX = 200;
/** Events that one look reads: 300 KB at most, 6 KB usually. */
const PAGE_MAX = 25;
/** How often a hook without events is looked at, because Redis may have lost that it is due. */
const IDLE_MS = 600_000;
/** How soon a hook of a room that the host has switched off is looked at again. */
const OFF_MS = 60_000;
const ID_BYTES = 4;

/** A hook as its owner has made it. */
export interface HookDefinition {
  url: string;
  shape: HookShape;
  /** Signs what is sent, for the shape `json`. */
  secret?: string;
  bots?: true;
  by: UserRef;
  at: number;
}

/** How a hook does. Times are ms since 1970. */
export interface HookState {
  sentAt?: number;
  /** The last success took long. */
  slow?: true;
  /** Failures since the last success, how many of the last ones were refusals, when they began, and the last one. */
  fails?: number;
  refusals?: number;
  failingSince?: number;
  error?: OutgoingHook['error'];
  /** At most so many messages were given up: in all, and those that the receiver has not been told of. */
  missed?: number;
  untold?: number;
  ended?: OutgoingHook['ended'];
}

/** How far a hook is: a log id, the number of that event, and how many events the log had lost at its beginning. */
export interface HookPosition {
  id: string;
  number: number;
  cut: number;
}

/** An event of the log behind the position of a hook. */
export interface HookEvent {
  id: string;
  number: number;
  /** Its text as clients see it. */
  text: string;
  /** Only some users have it. */
  isPrivate: boolean;
}

/** All that a worker needs to go on with a hook. */
export interface HookWork {
  room: string;
  id: string;
  definition: HookDefinition;
  state: HookState;
  position: HookPosition;
  /** The next events, oldest first. */
  events: HookEvent[];
  /** Where the hook is when it has seen to all of them. */
  end: HookPosition;
  /** At most so many events have left the log before the hook got to them. */
  lost: number;
}

/** The state of a hook after a look. */
export interface HookStep {
  position: HookPosition;
  state: HookState;
  /** In how many ms to look again; null: with the next event. */
  pause: number | null;
  /** An entry of the audit log. */
  audit?: Record<string, unknown> | undefined;
}

/** Returns what logs, lists and the audit log may name of the address of a hook. */
const hostOf = (url: string): string => new URL(url).host;

const idNow = (): string =>
  BigInt(`0x${randomBytes(ID_BYTES).toString('hex')}`)
    .toString(36)
    .padStart(8, '0');

/** Adds a hook. Resolves with its id. Throws `not_owner`, or `bad_request` if the room has too many. */
export async function addHook(
  store: Store,
  actor: Actor,
  given: Pick<HookDefinition, 'url' | 'shape' | 'secret' | 'bots'>,
): Promise<string> {
  const id = idNow();
  const definition: HookDefinition = { ...given, by: actor.by, at: Date.now() };
  await setHook(store, actor, { action: 'add', id, host: hostOf(given.url), definition });
  return id;
}

/** Removes a hook, or lets one go on that has ended. Throws `not_owner`, or `bad_request` for an unknown id. */
export async function switchHook(store: Store, actor: Actor, id: string, on: boolean): Promise<void> {
  const definition = await store.redis.hget(store.keys.rules(actor.room), `out:${id}`);
  const host = definition === null ? '' : hostOf((JSON.parse(definition) as HookDefinition).url);
  await setHook(store, actor, { action: on ? 'resume' : 'remove', id, host });
}

interface HookChange {
  action: 'add' | 'remove' | 'resume';
  id: string;
  host: string;
  definition?: HookDefinition;
}

async function setHook(store: Store, actor: Actor, { action, id, host, definition }: HookChange): Promise<void> {
  const { keys, redis } = store;
  const { room, by, owner } = actor;
  const outcome = await run(redis, 'set-hook-out', {
    rules: keys.rules(room),
    roster: keys.roster(room),
    log: keys.log(room),
    delivered: keys.delivered(room),
    hooks: keys.hooksOut(keys.roomShard(room)),
    user: by.id,
    ownerHash: hashOrNone(owner),
    room,
    auditEntry: auditText(actor, { what: 'hook', hook: id, host, on: action !== 'remove' }),
    action,
    id,
    definition: definition ? scriptSafeJson(definition) : '',
    hooksMax: HOOKS_OUT_MAX,
  });
  if (outcome === 'not_owner') throw notOwner(room);
  if (outcome === 'no_such_hook') throw new ChatError('bad_request', 'There is no hook with this id.', { field: 'id' });
  if (outcome === 'too_many')
    throw new ChatError('bad_request', `A room can have at most ${HOOKS_OUT_MAX} outgoing hooks.`, { field: 'url' });
}

/** Lists the hooks of a room for its owner, oldest first. Throws `not_owner`. */
export async function listHooks(store: Store, actor: Actor): Promise<OutgoingHook[]> {
  const { role, fields } = await readOverview(store, actor, 0);
  if (role !== 'owner') throw notOwner(actor.room);
  const appended = Number((await store.redis.hget(store.keys.delivered(actor.room), 'appended')) ?? 0);
  return Object.keys(fields)
    .filter((field) => field.startsWith('out:'))
    .map((field) => hookOf(field.slice('out:'.length), fields, appended))
    .sort((a, b) => a.at - b.at);
}

function hookOf(id: string, fields: Record<string, string | undefined>, appended: number): OutgoingHook {
  const { url, shape, bots, by, at } = JSON.parse(fields[`out:${id}`] ?? '{}') as HookDefinition;
  const { sentAt, error, missed, ended } = stateOf(fields[`outState:${id}`]);
  return {
    id,
    shape,
    host: hostOf(url),
    ...(bots && { bots }),
    by,
    at,
    ...(sentAt !== undefined && { sentAt }),
    ...(error && { error }),
    waiting: Math.max(0, appended - positionOf(fields[`outAt:${id}`]).number),
    ...(missed && { missed }),
    ...(ended && { ended }),
  };
}

const stateOf = (text: string | null | undefined): HookState => JSON.parse(text || '{}') as HookState;

function positionOf(text: string | null | undefined): HookPosition {
  const [id = '0-0', number, cut] = (text ?? '').split(' ').filter(Boolean);
  return { id, number: Number(number ?? 0), cut: Number(cut ?? 0) };
}

const positionText = ({ id, number, cut }: HookPosition): string => `${id} ${number} ${cut}`;

/** Finds hooks that are to be looked at. `now`: Redis's time (ms). Throws CircuitOpen while a master is away. */
export async function dueHooks(store: Store, roomShard: number, now: number): Promise<{ room: string; id: string }[]> {
  const { keys, redis, breaker } = store;
  const hooks = keys.hooksOut(roomShard);
  const due = await breaker.run(hooks, () => redis.zrangebyscore(hooks, '-inf', now, 'LIMIT', 0, DUE_MAX));
  return due.map((member) => {
    const [room = '', id = ''] = member.split(' ');
    return { room, id };
  });
}

/**
 * Reads what a hook has to do. It sees the events that all members have, so a failover takes back nothing that was
 * sent. Resolves with null for a hook that is gone or has ended, and in a room that is switched off. `now`: Redis's
 * time (ms).
 */
export async function readHookWork(store: Store, room: string, id: string, now: number): Promise<HookWork | null> {
  const { keys, redis } = store;
  const [[definition, at, state, off], [reached, through, cut]] = await Promise.all([
    redis.hmget(keys.rules(room), `out:${id}`, `outAt:${id}`, `outState:${id}`, 'off'),
    redis.hmget(keys.delivered(room), 'id', 'through', 'cut'),
  ]);
  if (!definition || off) {
    const hooks = keys.hooksOut(keys.roomShard(room));
    await (definition ? redis.zadd(hooks, 'XX', now + OFF_MS, `${room} ${id}`) : redis.zrem(hooks, `${room} ${id}`));
    return null;
  }
  if (stateOf(state).ended) return null;
  const position = positionOf(at);
  const entries = reached ? await redis.xrange(keys.log(room), `(${position.id}`, reached, 'COUNT', PAGE_MAX) : [];
  const last = entries.length === PAGE_MAX ? entries.at(-1) : undefined; // there may be more
  const lastId = last?.[0] ?? reached ?? position.id;
  const end = { id: lastId, number: Number(last?.[1][1] ?? through ?? 0), cut: Number(cut ?? 0) };
  return {
    room,
    id,
    definition: JSON.parse(definition) as HookDefinition,
    state: stateOf(state),
    position,
    events: await eventsOf(store, room, entries),
    end: compareIds(end.id, position.id) > 0 ? end : { ...position, cut: end.cut },
    lost: end.cut > position.cut ? await lostBefore(store, room, position) : 0,
  };
}

/** Returns at most how many events behind a position have left the log before the hook got to them. */
async function lostBefore({ keys, redis }: Store, room: string, position: HookPosition): Promise<number> {
  const [first] = await redis.xrange(keys.log(room), '-', '+', 'COUNT', 1);
  return first && compareIds(first[0], position.id) > 0 ? Math.max(0, Number(first[1][1]) - position.number - 1) : 0;
}

/** Returns the events as members see them now, with their last edits. */
async function eventsOf({ keys, redis }: Store, room: string, entries: [string, string[]][]): Promise<HookEvent[]> {
  if (entries.length === 0) return [];
  const edits = await redis.hmget(keys.edits(room), ...entries.map(([id]) => id));
  return entries.map(([id, [, number, , text = '{}', , only]], i) => ({
    id,
    number: Number(number),
    text: withId(id, withEdit(text, edits[i] ?? '')),
    isPrivate: only !== undefined,
  }));
}

/** Writes what has become of a hook. Resolves with true if it has more to do at once. */
export async function settleHook(store: Store, work: HookWork, step: HookStep): Promise<boolean> {
  const { keys, redis } = store;
  const { room, id, definition } = work;
  const entry = step.audit && { by: 0, what: 'hook', hook: id, host: hostOf(definition.url), ...step.audit };
  const outcome = await run(redis, 'settle-hook-out', {
    rules: keys.rules(room),
    delivered: keys.delivered(room),
    hooks: keys.hooksOut(keys.roomShard(room)),
    room,
    id,
    from: positionText(work.position),
    position: positionText(step.position),
    state: JSON.stringify(step.state),
    pause: step.state.ended ? 'off' : (step.pause ?? ''),
    idle: IDLE_MS,
    auditEntry: entry ? scriptSafeJson(entry) : '',
  });
  return outcome === 'more' || (outcome === 'ok' && step.pause === 0);
}
