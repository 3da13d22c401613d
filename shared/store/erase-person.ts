/** The host removes everything that a person has written into a room, by the name that the messages show. */
import type { ChatEvent, UserRef } from '../protocol/events.js';
import { ForgetBudget, forgetIn } from './forget.js';
import { moderateAsOperator, moderationEventText, OPERATOR } from './moderation.js';
import { foldName } from './nicknames.js';
import { readReactingUsers } from './reactions.js';
import type { Store } from './store.js';

/** Users of one call. Each of them costs steps through the whole log, and an event for the room. */
const USERS_MAX = 100;
/** Events of the log that one command reads, of 12 KB at most. */
const PAGE_COUNT = 50;

/**
 * Removes all messages of the users who were in a room under a name (as nicknames are compared), whatever name they
 * had when they wrote, and tells the room. A worker does the rest, if it is more than one request should do. Resolves
 * with how many users it found: `more` if there are others yet. `now`: Redis's time.
 */
export async function erasePerson(
  store: Store,
  room: string,
  name: string,
  now: number,
): Promise<{ users: number; more: boolean }> {
  const { keys, redis } = store;
  const found = await writersOf(store, room, foldName(name));
  const users = found.slice(0, USERS_MAX);
  const isEmpty = (await redis.exists(keys.roster(room))) === 0; // then there is nobody to tell
  const budget = new ForgetBudget();
  for (const user of users) {
    const removed = { type: 'removed', user: { id: user, name: `#${user}` } } as const; // the name goes, too
    const event = isEmpty ? '' : moderationEventText({ room, by: OPERATOR }, removed);
    await redis.hset(keys.forgetting(keys.roomShard(room)), `${user} message ${room}`, `0-0 + ${now} ${event}`);
    if (budget.steps > 0) await forgetIn(store, room, { user, scope: 'message' }, budget);
  }
  if (users.length > 0 && !isEmpty)
    await moderateAsOperator(store, room, {
      action: { name: 'set', fields: [] },
      audit: { what: 'remove' },
      event: null,
    });
  return { users: users.length, more: found.length > users.length };
}

/** Resolves with the ids of the users who had this name in the room and have written something that is still there. */
async function writersOf(store: Store, room: string, folded: string): Promise<number[]> {
  const [named, writers] = [new Set<number>(), new Set<number>()];
  for await (const { type, from } of eventsOf(store, room)) {
    if (type === 'message') writers.add(from.id);
    if (foldName(from.name) === folded) named.add(from.id);
  }
  return [...named].filter((id) => writers.has(id));
}

type Written = Pick<ChatEvent, 'type' | 'from'>;

/** Yields the events of a room's log, the messages that wait, the reactions, and the pinned message. */
async function* eventsOf(store: Store, room: string): AsyncGenerator<Written> {
  const { keys, redis } = store;
  for (let from = '-'; ; ) {
    const entries = await redis.xrange(keys.log(room), from, '+', 'COUNT', PAGE_COUNT);
    for (const [id, fields] of entries) {
      yield JSON.parse(fields[3] ?? '') as ChatEvent;
      from = `(${id}`;
    }
    if (entries.length < PAGE_COUNT) break;
  }
  for (const list of [keys.pending(room), keys.delayed(room)])
    for (const message of await redis.lrange(list, 0, -1))
      yield JSON.parse(message.slice(message.indexOf('{'))) as Written;
  for (const from of await readReactingUsers(store, room)) yield { type: 'message', from };
  const pin = await redis.hget(keys.values(room), '@pin');
  const { from } = (JSON.parse(pin?.slice(pin.indexOf(' ') + 1) ?? 'null') ?? {}) as { from?: Partial<UserRef> };
  if (typeof from?.id === 'number' && typeof from.name === 'string')
    yield { type: 'message', from: { id: from.id, name: from.name } };
}
