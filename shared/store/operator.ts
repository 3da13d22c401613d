/**
 * The operator's switches, which every API process heeds, and the log of the operator's actions.
 */
import type { OperatorAction, OperatorActionName, SwitchedOff } from '../protocol/admin.js';
import { ChatError } from '../protocol/errors.js';
import { publish } from './signals.js';
import type { Store } from './store.js';

/** Entries at a time. It is more than a person switches by hand. */
const SWITCHED_MAX = 1_000;
const ACTIONS_MAX = 200;

type SwitchKind = SwitchedOff['kind'];

const field = (kind: SwitchKind, name: string): string => `${kind} ${name}`;

/**
 * Switches something off for `seconds`, or with null until it is switched on, and tells all processes. Throws
 * `bad_request` when too many things are off.
 */
export async function switchOff(
  { keys, redis }: Store,
  kind: SwitchKind,
  name: string,
  seconds: number | null,
): Promise<void> {
  const since = Date.now();
  const off: SwitchedOff = { kind, name, since, until: seconds === null ? null : since + seconds * 1_000 };
  if ((await redis.hlen(keys.switched)) >= SWITCHED_MAX)
    throw new ChatError('bad_request', `${SWITCHED_MAX} things are switched off already. Switch some on first.`);
  await redis.hset(keys.switched, field(kind, name), JSON.stringify(off));
  await publish(redis, keys.switchChannel, kind);
}

/** Switches something on, and tells all processes. Does nothing when it is on. */
export async function switchOn({ keys, redis }: Store, kind: SwitchKind, name: string): Promise<void> {
  await redis.hdel(keys.switched, field(kind, name));
  await publish(redis, keys.switchChannel, kind);
}

/** Reads what is off now, the newest first. */
export async function readSwitched({ keys, redis }: Store): Promise<SwitchedOff[]> {
  const entries = Object.values(await redis.hgetall(keys.switched)).map((text) => JSON.parse(text) as SwitchedOff);
  return entries.filter(isOff).sort((a, b) => b.since - a.since);
}

/** Removes entries whose time is over. */
export async function removeExpiredSwitches({ keys, redis }: Store): Promise<void> {
  const entries = Object.entries(await redis.hgetall(keys.switched));
  const over = entries.filter(([, text]) => !isOff(JSON.parse(text) as SwitchedOff)).map(([name]) => name);
  if (over.length > 0) await redis.hdel(keys.switched, ...over);
}

const isOff = ({ until }: SwitchedOff): boolean => until === null || until > Date.now();

export async function recordOperatorAction(
  { keys, redis }: Store,
  by: string,
  act: OperatorActionName,
  on: string,
  seconds?: number,
): Promise<void> {
  const line: OperatorAction = { at: Date.now(), by, act, on, ...(seconds !== undefined && { seconds }) };
  await redis
    .multi()
    .lpush(keys.operatorActions, JSON.stringify(line))
    .ltrim(keys.operatorActions, 0, ACTIONS_MAX - 1)
    .exec();
}

/** Reads what the operator did, the newest first. */
export async function readOperatorActions({ keys, redis }: Store): Promise<OperatorAction[]> {
  return (await redis.lrange(keys.operatorActions, 0, -1)).map((text) => JSON.parse(text) as OperatorAction);
}
