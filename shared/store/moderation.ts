/**
 * Moderation: what owners and moderators do in a room. Each action is checked, done, told to the room and written into
 * the audit log in one step. Redis keeps the roles with the room's rules, and both live as long as the room.
 */
import { ChatError } from '../protocol/errors.js';
import type { ChatEvent, Role, UserRef } from '../protocol/events.js';
import { MODERATORS_MAX, MUTES_MAX, OFFER_TTL_MS, VOICES_MAX } from '../protocol/limits.js';
import { notAllowed } from './denials.js';
import { eventText, scriptSafeJson } from './event-text.js';
import { eraseLog } from './forget.js';
import { foldName } from './nicknames.js';
import { run } from './scripts.js';
import { expireRoom } from './stays.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

/** A user who moderates a room. */
export interface Actor {
  room: string;
  by: UserRef;
  /** The owner's token, for a user without a role. */
  owner?: string | undefined;
}

/** An entry of the audit log: `what` was done, and to whom or with what. */
type AuditEntry = { what: string } & Record<string, unknown>;
/** The event that the room is told, beside the actor. */
type ModerationEvent = Pick<ChatEvent, 'type'> & Partial<ChatEvent>;

/** An action about messages, or about a room's values or rules. */
type RoomAction =
  | { name: 'remove' | 'approve' | 'reject'; messageId: string }
  | { name: 'clear' | 'clear-values' }
  | { name: 'set'; fields: readonly RuleField[] };

/** A field of a room's rules. `value` '' removes it. */
export interface RuleField {
  field: string;
  value: string;
}

/** One step of moderation. */
interface Moderation<Action> {
  action: Action;
  /** The role that it takes. */
  least: Role;
  audit: AuditEntry;
  /** The event for the room; null: nobody is told. */
  event: ModerationEvent | null;
}

/** Stands in the audit log for what the operator does. */
export const OPERATOR: UserRef = { id: 0, name: 'host' };

/**
 * Runs one moderation step on messages, values or rules of a room. Resolves with the log id of a message that was
 * approved, else ''. Throws `not_owner`, `bad_request` for a message that is not there, `not_allowed` in a room that is
 * switched off.
 */
export async function moderateRoom(store: Store, actor: Actor, step: Moderation<RoomAction>): Promise<string> {
  return moderateRoomAs(store, actor, String(actor.by.id), step);
}

/** As `moderateRoom`, by the operator. Nobody asks for its role. */
export async function moderateAsOperator(
  store: Store,
  room: string,
  step: Omit<Moderation<RoomAction>, 'least'>,
): Promise<void> {
  await moderateRoomAs(store, { room, by: OPERATOR }, '', { ...step, least: 'owner' });
}

/**
 * Switches a room off: nobody enters and nobody speaks, whatever its role. Or switches it on again. Its members are
 * told.
 */
export async function switchRoom(store: Store, room: string, off: boolean): Promise<void> {
  const { keys, redis } = store;
  const rules = keys.rules(room);
  const empty = (await redis.hlen(keys.roster(room))) === 0; // then there is nobody to tell
  if (empty) await (off ? redis.hset(rules, 'off', 1) : redis.hdel(rules, 'off'));
  else
    await moderateAsOperator(store, room, {
      action: { name: 'set', fields: [{ field: 'off', value: off ? '1' : '' }] },
      audit: { what: 'switch', off },
      event: { type: 'rules', off },
    });
  if (off) await redis.persist(rules);
  else await expireRoom(store, room);
}

/** Deletes a room's history and values for the operator, and tells the room. */
export async function clearRoom(store: Store, room: string): Promise<void> {
  // then there is nobody to tell
  if ((await store.redis.hlen(store.keys.roster(room))) === 0) return eraseRoom(store, room);
  await moderateAsOperator(store, room, {
    action: { name: 'clear' },
    audit: { what: 'clear' },
    event: { type: 'cleared' },
  });
  await moderateAsOperator(store, room, CLEAR_VALUES);
}

async function eraseRoom(store: Store, room: string): Promise<void> {
  const { keys, redis } = store;
  await eraseLog(store, room);
  await redis.unlink(keys.values(room), keys.ownValues(room), keys.pending(room), keys.delayed(room));
  await redis.hdel(keys.delivered(room), 'valueBytes');
  await redis.zrem(keys.valueWeights(keys.roomShard(room)), room);
}

const CLEAR_VALUES = {
  action: { name: 'clear-values' },
  audit: { what: 'clear', values: true },
  event: { type: 'value' },
} as const;

/** Deletes all values of a room, and tells the room. Throws `not_owner`. */
export async function clearValues(store: Store, actor: Actor): Promise<void> {
  await moderateRoom(store, actor, { ...CLEAR_VALUES, least: 'owner' });
}

/** `user`: the id that must have the role; '' for the operator. */
async function moderateRoomAs(
  store: Store,
  actor: Actor,
  user: string,
  { action, least, audit, event }: Moderation<RoomAction>,
): Promise<string> {
  const { keys, redis } = store;
  const { room } = actor;
  const [outcome, id = ''] = await run(redis, 'moderate-room', {
    ...moderationKeys(store, room),
    pending: keys.pending(room),
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    weights: keys.valueWeights(keys.roomShard(room)),
    publicRooms: keys.publicRooms(keys.roomShard(room)),
    ...moderationArguments(actor, least, audit, event),
    user,
    action: action.name,
    messageId: 'messageId' in action ? action.messageId : '',
    fields: action.name === 'set' ? action.fields : [],
  });
  if (outcome === 'not_owner') throw notOwner(room);
  if (outcome === 'off') throw notAllowed('off');
  if (outcome === 'no_such_event')
    throw new ChatError('bad_request', 'There is no message with this id.', { field: 'id' });
  return id;
}

/** An action about one user, and how many users of a room it may concern at a time. */
interface MemberAction {
  name: 'kick' | 'mute' | 'ban' | 'moderate' | 'offer' | 'allow';
  targetsMax: number;
  /** For how long a mute, a ban or an offer lasts; 0 ends a mute or a ban. */
  ms?: number;
  /** Of a mute: the user is not told. */
  quiet?: boolean;
  /** Of a ban: hash of the user's address. */
  address?: string;
  /** Of a ban: the event and the audit entry when the user's messages go, too. */
  removed?: { event: string; entry: string };
  /** Of `moderate` and `allow`: whether the user becomes a moderator or gets voice, or loses it. */
  on?: boolean;
}

/**
 * Runs one moderation step on one user. Throws `not_owner`, `not_allowed` for a user with a role, `bad_request` at its
 * limit.
 */
export async function moderateMember(
  store: Store,
  actor: Actor,
  target: UserRef,
  { action, least, audit, event }: Moderation<MemberAction>,
): Promise<void> {
  const { id, name } = target;
  const { keys } = store;
  const entry = { ...audit, user: id, ...(name && { name }) };
  const outcome = await run(store.redis, 'moderate-member', {
    ...moderationKeys(store, actor.room),
    forgetting: keys.forgetting(keys.roomShard(actor.room)),
    ...moderationArguments(actor, least, entry, event),
    target: id,
    action: action.name,
    targetsMax: action.targetsMax,
    ms: action.ms ?? 0,
    quiet: action.quiet ? 'q' : '',
    name,
    nick: foldName(name),
    address: action.address ?? '',
    on: action.on ? '1' : '',
    removedEvent: action.removed?.event ?? '',
    removedEntry: action.removed?.entry ?? '',
  });
  if (outcome === 'not_owner') throw notOwner(actor.room);
  if (outcome === 'role') throw notAllowed('role');
  if (outcome === 'too_many') {
    const message = `A room can have at most ${action.targetsMax} of these.`;
    throw new ChatError('bad_request', message, { field: 'user' });
  }
}

/** Checks that a member may be sent out, and writes it into the audit log. */
export function auditKick(store: Store, actor: Actor, target: UserRef): Promise<void> {
  return moderateMember(store, actor, target, {
    action: { name: 'kick', targetsMax: 0 },
    least: 'moderator',
    audit: { what: 'kick' },
    event: null,
  });
}

/** How a user is muted. */
export interface Mute {
  /** For how long; 0 ends it. */
  seconds: number;
  /** The user is not told. */
  quiet: boolean;
}

/** Keeps a user from speaking, and tells it unless `quiet`. Ending a mute tells a user who knew of it. */
export function muteUser(store: Store, actor: Actor, target: UserRef, { seconds, quiet }: Mute): Promise<void> {
  return moderateMember(store, actor, target, {
    action: { name: 'mute', targetsMax: MUTES_MAX, ms: seconds * 1_000, quiet },
    least: 'moderator',
    audit: { what: 'mute', seconds, ...(quiet && { quiet }) },
    event: quiet ? null : { type: 'muted', user: target, seconds },
  });
}

/**
 * Returns a user as the room may hear of it. Where every message waits for approval, names do not go round it: the name
 * of a user without a role is its id. `hasRole` false: it has none from now on.
 */
export async function asTold(
  { keys, redis }: Store,
  room: string,
  target: UserRef,
  hasRole?: boolean,
): Promise<UserRef> {
  const [hold, role] = await redis.hmget(keys.rules(room), 'hold', `role:${target.id}`);
  return hold === 'all' && !(hasRole ?? role) ? { id: target.id, name: `#${target.id}` } : target;
}

/** Makes a member a moderator, or ends that. */
export async function setModerator(store: Store, actor: Actor, target: UserRef, on: boolean): Promise<void> {
  const user = await asTold(store, actor.room, target, on);
  await moderateMember(store, actor, target, {
    action: { name: 'moderate', targetsMax: MODERATORS_MAX, on },
    least: 'owner',
    audit: { what: 'moderate', on },
    event: { type: 'moderator', user, on },
  });
}

/** Gives a member voice: it may write although the room is read-only. Null: all members of now. Or ends that. */
export async function allowUser(store: Store, actor: Actor, target: UserRef | null, on: boolean): Promise<void> {
  const user = target && (await asTold(store, actor.room, target));
  await moderateMember(store, actor, target ?? { id: 0, name: '' }, {
    action: { name: 'allow', targetsMax: VOICES_MAX, on },
    least: 'moderator',
    audit: { what: 'allow', on },
    event: { type: 'voice', ...(user && { user }), on },
  });
}

/** Offers the room to a member for OFFER_TTL_MS. An earlier offer ends. */
export async function offerRoom(store: Store, actor: Actor, target: UserRef): Promise<void> {
  const user = await asTold(store, actor.room, target);
  await moderateMember(store, actor, target, {
    action: { name: 'offer', targetsMax: 1, ms: OFFER_TTL_MS },
    least: 'owner',
    audit: { what: 'handover' },
    event: { type: 'offered', user },
  });
}

/** Finds a member by its id. Throws `no_such_user`. */
export async function findMember({ keys, redis }: Store, room: string, id: number): Promise<UserRef> {
  const name = await redis.hget(keys.roster(room), String(id));
  if (name === null) throw noSuchMember(room, id);
  return { id, name };
}

export function noSuchMember(room: string, id: number): ChatError {
  return new ChatError('no_such_user', `There is no user ${id} in the room ${room}.`, { field: 'user' });
}

export function notOwner(room: string): ChatError {
  return new ChatError('not_owner', `Only the owner or a moderator of the room ${room} can do this.`, {
    field: 'owner',
  });
}

export function moderationKeys({ keys }: Store, room: string) {
  return {
    rules: keys.rules(room),
    roster: keys.roster(room),
    log: keys.log(room),
    delivered: keys.delivered(room),
    dirty: keys.dirty(keys.roomShard(room)),
  };
}

function moderationArguments(actor: Actor, least: Role, audit: AuditEntry, event: ModerationEvent | null) {
  return {
    user: actor.by.id,
    ownerHash: hashOrNone(actor.owner),
    room: actor.room,
    leastRole: least,
    auditEntry: auditText(actor, audit),
    event: event ? moderationEventText(actor, event) : '',
  };
}

export const auditText = ({ by }: Actor, entry: AuditEntry): string =>
  scriptSafeJson({ by: by.id, ...(by.id > 0 && { byName: by.name }), ...entry });

/** Returns the event's text. It begins with type, room and sender: `forget` relies on this order. */
export function moderationEventText({ room, by }: Actor, event: ModerationEvent): string {
  return eventText({ ...{ type: event.type, room, from: by }, ...event });
}
