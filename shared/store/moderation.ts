/**
 * Acts of those who keep a room in order, its owner and its moderators: checked, done, told to the room and written down in one step each.
 * Redis holds roles with the room's rules, and both live as long as the room.
 */
import { ChatError } from '../protocol/errors.js';
import type { ChatEvent, Role, UserRef } from '../protocol/events.js';
import { BANS_MAX, MODERATORS_MAX, MUTES_MAX, OFFER_TTL_MS } from '../protocol/limits.js';
import { notAllowed } from './denials.js';
import { eventText, scriptSafeJson } from './event-text.js';
import { eraseLog, ForgetBudget, forgetIn } from './forget.js';
import { foldName } from './names.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashToken } from './tokens.js';

/** Who acts, where, and the owner's token that allows it, where it is not a role. */
export interface Actor {
  room: string;
  by: UserRef;
  owner?: string | undefined;
}

/** What is written down: `what`, and whom or what it concerns. */
export type AuditEntry = { what: string } & Record<string, unknown>;
/** What the room is told, beside who did it. */
export type ModerationEvent = Pick<ChatEvent, 'type'> & Partial<ChatEvent>;

/** What is done about what is said, and a room's rules. `set` takes fields and values, '' to remove one. */
export type RoomAction =
  | ['remove' | 'approve' | 'reject', string]
  | ['clear']
  | ['clear-values']
  | ['set', ...string[]];

/** An act of nobody in the room: what the host does. */
const OPERATOR: UserRef = { id: 0, name: 'host' };

/**
 * Does something about what is said, or sets rules; `least` is the role that it takes. Gives the log id of what was approved.
 * Throws `not_owner`, `bad_request` for a message that is not there.
 */
export async function moderateRoom(
  store: Store,
  act: Actor,
  least: Role,
  line: AuditEntry,
  told: ModerationEvent | null,
  ...step: RoomAction
): Promise<string> {
  return moderateRoomAs(store, act, String(act.by.id), least, line, told, step);
}

/** Switches a room off for everybody, whatever its role: nobody enters, nobody speaks; or on again. Who is in it is told. */
export async function switchRoom(store: Store, room: string, off: boolean): Promise<void> {
  const { keys, redis, config } = store;
  const rules = keys.rules(room);
  const empty = (await redis.hlen(keys.roster(room))) === 0; // then there is nobody to tell
  if (!empty)
    await moderateRoomAs(store, { room, by: OPERATOR }, '', 'owner', { what: 'switch', off }, { type: 'rules', off }, [
      'set',
      'off',
      off ? '1' : '',
    ]);
  else await (off ? redis.hset(rules, 'off', 1) : redis.hdel(rules, 'off'));
  if (off) await redis.persist(rules);
  else if (empty && !(await redis.hexists(rules, 'kept'))) await redis.pexpire(rules, config.roomTtl * 1_000);
}

/** Empties a room's history and takes its values away in the host's name, and tells everybody. */
export async function clearRoom(store: Store, room: string): Promise<void> {
  if ((await store.redis.hlen(store.keys.roster(room))) === 0) return eraseRoom(store, room); // then there is nobody to tell
  await moderateRoomAs(store, { room, by: OPERATOR }, '', 'owner', { what: 'clear' }, { type: 'cleared' }, ['clear']);
  await clearValues(store, { room, by: OPERATOR }, '');
}

async function eraseRoom(store: Store, room: string): Promise<void> {
  const { keys, redis } = store;
  await eraseLog(store, room);
  await redis.unlink(keys.values(room), keys.ownValues(room), keys.pending(room));
  await redis.hdel(keys.delivered(room), 'valueBytes');
  await redis.zrem(keys.valueWeights(keys.roomShard(room)), room);
}

/** Takes all values of a room away, and tells everybody. `user`: its id as text, '' for the host. Throws `not_owner`. */
export async function clearValues(store: Store, act: Actor, user = String(act.by.id)): Promise<void> {
  await moderateRoomAs(store, act, user, 'owner', { what: 'clear', values: true }, { type: 'value' }, ['clear-values']);
}

async function moderateRoomAs(
  store: Store,
  act: Actor,
  user: string,
  least: Role,
  line: AuditEntry,
  told: ModerationEvent | null,
  step: RoomAction,
): Promise<string> {
  const { keys, redis } = store;
  const [outcome, id = ''] = await run<[string, string?]>(
    redis,
    'moderate-room',
    ...roomKeys(store, act.room),
    keys.pending(act.room),
    keys.values(act.room),
    keys.ownValues(act.room),
    keys.valueWeights(keys.roomShard(act.room)),
    user,
    ownerHash(act),
    act.room,
    least,
    auditText(act, line),
    moderationEventText(act, told),
    ...step,
  );
  if (outcome === 'not_owner') throw notOwner(act.room);
  if (outcome === 'off') throw notAllowed('off');
  if (outcome === 'no_such_event')
    throw new ChatError('bad_request', 'id must be the id of a message that is there.', { field: 'id' });
  return id;
}

type MemberAction =
  | ['kick']
  | ['mute', number, '' | 'q', string]
  | ['ban', number, string, string, string, string, string]
  | ['moderate', '1' | '']
  | ['offer', number];
const TARGETS_MAX: Record<MemberAction[0], number> = {
  kick: 0,
  mute: MUTES_MAX,
  ban: BANS_MAX,
  moderate: MODERATORS_MAX,
  offer: 1,
};

/** Does something about one user. Throws `not_owner`, `not_allowed` for who has a role, `bad_request` when there are too many already. */
async function moderateMember(
  store: Store,
  act: Actor,
  least: Role,
  target: UserRef,
  told: ModerationEvent | null,
  line: AuditEntry,
  ...[what, ...values]: MemberAction
): Promise<void> {
  const { id, name } = target;
  const { keys } = store;
  const outcome = await run<string>(
    store.redis,
    'moderate-member',
    ...roomKeys(store, act.room),
    keys.forgetting(keys.roomShard(act.room)),
    act.by.id,
    ownerHash(act),
    act.room,
    least,
    auditText(act, { ...line, user: id, ...(name && { name }) }),
    moderationEventText(act, told),
    id,
    what,
    TARGETS_MAX[what],
    ...values,
  );
  if (outcome === 'not_owner') throw notOwner(act.room);
  if (outcome === 'role') throw notAllowed('role');
  if (outcome === 'too_many')
    throw new ChatError('bad_request', `There are ${TARGETS_MAX[what]} already, the most a room may have.`, {
      field: 'user',
    });
}

/** Writes down that a member is sent out, if that is allowed. */
export function auditKick(store: Store, act: Actor, target: UserRef): Promise<void> {
  return moderateMember(store, act, 'moderator', target, null, { what: 'kick' }, 'kick');
}

/** Keeps a user from speaking for so many s, and tells it; `quiet`: does not. 0 ends it, and tells who knew of it. */
export function muteUser(store: Store, act: Actor, target: UserRef, seconds: number, quiet: boolean): Promise<void> {
  const told: ModerationEvent | null = quiet ? null : { type: 'muted', user: target, seconds };
  return moderateMember(
    store,
    act,
    'moderator',
    target,
    told,
    { what: 'mute', seconds, ...(quiet && { quiet }) },
    'mute',
    seconds * 1_000,
    quiet ? 'q' : '',
    target.name,
  );
}

/** How a user is banned: for how many s, 0 to end it, and whether all that it has said goes too. */
export interface Ban {
  seconds: number;
  messages: boolean;
}

/**
 * Lets nobody in that is this user, or has its nickname or its address. With `messages` it is noted that they go, and `removeMessagesOf`
 * does it; should nobody call that, a worker does.
 */
export async function banUser(store: Store, act: Actor, target: UserRef, { seconds, messages }: Ban): Promise<void> {
  const [address] = seconds > 0 ? await store.redis.hmget(store.keys.user(target.id), 'address') : [];
  const told = messages ? moderationEventText(act, { type: 'removed', user: target }) : '';
  const line = auditText(act, { what: 'remove', user: target.id, name: target.name });
  await moderateMember(
    store,
    act,
    'moderator',
    target,
    null,
    { what: 'ban', seconds },
    'ban',
    seconds * 1_000,
    address ?? '',
    foldName(target.name),
    target.name,
    told,
    line,
  );
}

/**
 * Removes all messages of a user who was banned with them from the room's log and from what waits, and tells everybody. Returns how many
 * bytes it looked at. Repeating it does no harm.
 */
export async function removeMessagesOf(store: Store, { room }: Actor, target: UserRef): Promise<number> {
  const budget = new ForgetBudget();
  await forgetIn(store, room, { user: target.id, scope: 'message' }, budget);
  return budget.bytesRead;
}

/** Makes a member a moderator, or ends that. */
export function setModerator(store: Store, act: Actor, target: UserRef, on: boolean): Promise<void> {
  return moderateMember(
    store,
    act,
    'owner',
    target,
    { type: 'moderator', user: target, on },
    { what: 'moderate', on },
    'moderate',
    on ? '1' : '',
  );
}

/** Offers the room to a member, for `OFFER_TTL`; an earlier offer is void. */
export function offerRoom(store: Store, act: Actor, target: UserRef): Promise<void> {
  return moderateMember(
    store,
    act,
    'owner',
    target,
    { type: 'offered', user: target },
    { what: 'handover' },
    'offer',
    OFFER_TTL_MS,
  );
}

/** A member by its id. Throws `no_such_user`. */
export async function findMember({ keys, redis }: Store, room: string, id: number): Promise<UserRef> {
  const name = await redis.hget(keys.roster(room), String(id));
  if (name === null) throw noSuchMember(room, id);
  return { id, name };
}

export function noSuchMember(room: string, id: number): ChatError {
  return new ChatError('no_such_user', `There is no user ${id} in the room ${room}.`, { field: 'user' });
}

export function notOwner(room: string): ChatError {
  return new ChatError('not_owner', `Only who keeps the room ${room} in order may do this.`, { field: 'owner' });
}

export function roomKeys({ keys }: Store, room: string): string[] {
  return [keys.rules(room), keys.roster(room), keys.log(room), keys.delivered(room), keys.dirty(keys.roomShard(room))];
}

export const ownerHash = ({ owner }: Pick<Actor, 'owner'>): string => (owner === undefined ? '' : hashToken(owner));

const auditText = ({ by }: Actor, line: AuditEntry): string =>
  scriptSafeJson({ by: by.id, ...(by.id > 0 && { byName: by.name }), ...line });

/** In this order: `forget` goes by it. */
export function moderationEventText({ room, by }: Actor, told: ModerationEvent | null): string {
  return told ? eventText({ ...{ type: told.type, room, from: by }, ...told }) : '';
}
