/** Reads a room's rules and roles, for its members and for moderators. */
import type { Audit, Role, RoomRules, RoomView, UserRef } from '../protocol/events.js';
import { MEMBERS_MAX } from '../protocol/limits.js';
import { type Actor, notOwner } from './moderation.js';
import { readReports } from './reports.js';
import { pairs, run } from './scripts.js';
import { stayOf } from './stays.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

/** Users with voice that `audit` names. */
const VOICES_SHOWN_MAX = 100;

type Fields = Record<string, string | undefined>;

/** The fields that `summary` reads, in its order. */
const RULE_FIELDS = [
  'slow',
  'delay',
  'readonly',
  'closed',
  'links',
  'values',
  'hold',
  'listed',
  'private',
  'names',
  'stay',
];

/** A room's members, rules and roles. `count`: of the members, when that is more than one answer names. */
export type RoomSummary = Pick<
  RoomView,
  'members' | 'count' | 'rules' | 'role' | 'moderators' | 'owners' | 'voice' | 'stay'
>;

/** Reads a public room as a member sees it, its members sorted by id. A rule that is not set is absent. */
export async function readSummary({ keys, redis }: Store, room: string, reader: number): Promise<RoomSummary> {
  const [count, flat, set, roleList, voice] = await run(redis, 'summary', {
    roster: keys.roster(room),
    rules: keys.rules(room),
    membersMax: MEMBERS_MAX,
    reader,
  });
  const members = pairs(flat).map(([id, name]) => ({ id: Number(id), name }));
  const roles = pairs(roleList).map(([id, role]) => ({ id: Number(id), role: role as Role }));
  const moderators = roles.map(({ id }) => id);
  const owners = roles.filter(({ role }) => role === 'owner').map(({ id }) => id);
  const own = roles.find(({ id }) => id === reader)?.role;
  const fields = Object.fromEntries(RULE_FIELDS.map((field, i) => [field, set[i] ?? undefined]));
  const rules = rulesOf(fields);
  const stay = stayOf(fields.stay);
  // while every message waits for approval, names are not told either
  const named = rules.hold && !own ? members.filter(({ id }) => id === reader || moderators.includes(id)) : members;
  return {
    members: named.sort((a, b) => a.id - b.id).slice(0, MEMBERS_MAX),
    ...((count > MEMBERS_MAX || named !== members) && { count }),
    ...(Object.keys(rules).length > 0 && { rules }),
    ...(own && { role: own }),
    ...(moderators.length > 0 && { moderators }),
    ...(owners.length > 0 && { owners }),
    ...(voice === 1 && { voice: true as const }),
    ...(own === 'owner' && stay && { stay }),
  };
}

function rulesOf({
  slow,
  delay,
  readonly,
  closed,
  links,
  values,
  hold,
  listed,
  private: noPrivate,
  names,
}: Fields): RoomRules {
  return {
    ...(slow && { slow: Number(slow) / 1_000 }),
    ...(Number(delay) > 0 && { delay: Number(delay) / 1_000 }),
    ...(readonly && { readonly: true }),
    ...(closed && { closed: true }),
    ...(links && { links: false }),
    ...(values && { values: values as 'own' | 'roles' }),
    ...(hold === 'all' && { hold }),
    ...(listed && { listed: false }),
    ...(noPrivate && { private: false }),
    ...(names && { names: 'asked' }),
  };
}

function idsOf(fields: string[], prefix: string): number[] {
  return fields
    .filter((field) => field.startsWith(prefix))
    .map((field) => Number(field.slice(prefix.length)))
    .sort((a, b) => a - b);
}

interface Overview {
  role: Role;
  now: number;
  fields: Fields;
  /** The oldest held messages, `<id> <JSON text>`. */
  held: string[];
  /** How many messages are held. */
  heldCount: number;
}

/** Reads what moderators may read of a room. `heldBytes`: the most bytes of held messages. Throws `not_owner`. */
export async function readOverview({ keys, redis }: Store, act: Actor, heldBytes: number): Promise<Overview> {
  const { room, by, owner } = act;
  const [role, now = 0, flat = [], held = [], heldCount = 0] = await run(redis, 'overview', {
    rules: keys.rules(room),
    roster: keys.roster(room),
    pending: keys.pending(room),
    user: by.id,
    ownerHash: hashOrNone(owner),
    bytesMax: heldBytes,
  });
  if (!role) throw notOwner(room);
  const fields: Fields = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1];
  return { role, now, fields, held, heldCount };
}

/**
 * Reads the audit log, and the rules, roles, mutes and bans of a room. `acts`: newest last, as JSON text. Throws
 * `not_owner`.
 */
export async function readAudit(store: Store, act: Actor): Promise<Omit<Audit, 'acts'> & { acts: string }> {
  const { role, now, fields, heldCount } = await readOverview(store, act, 0);
  const reports = await readReports(store, act.room, fields.reports);
  const names = Object.keys(fields);
  const muted = idsOf(names, 'mute:')
    .map((id) => ({ id, ...muteOf(fields[`mute:${id}`]) }))
    .filter(({ until }) => until > now);
  const moderators = await withNames(store, act.room, idsOf(names, 'role:'));
  const voices = voicesOf(fields.voice);
  const stay = stayOf(fields.stay);
  return {
    acts: `[${(fields.audit ?? '').replaceAll('\n', ',')}]`,
    rules: allRulesOf(fields),
    moderators: moderators.map((one) => ({ ...one, role: (fields[`role:${one.id}`] ?? 'moderator') as Role })),
    voices: await withNames(store, act.room, voices.slice(0, VOICES_SHOWN_MAX)),
    ...(voices.length > VOICES_SHOWN_MAX && { voiceIds: voices }),
    muted,
    banned: bansOf(fields.bans ?? '').filter(({ until }) => until > now),
    keys: {
      ...(fields.memberKey && { member: fields.memberKeyHead ?? '' }),
      ...(fields.moderatorKey && { moderator: fields.moderatorKeyHead ?? '' }),
    },
    held: heldCount,
    reports: reports.length,
    role,
    ...(role === 'owner' && stay && { stay }),
  };
}

/** Returns the rules that users with a role see. */
export function allRulesOf(fields: Fields): Audit['rules'] {
  return {
    ...rulesOf(fields),
    words: JSON.parse(fields.words ?? '[]') as string[],
    ...(fields.hold && { hold: fields.hold === 'all' ? ('all' as const) : true }),
  };
}

/** Returns the ids of `,12,57,`. */
function voicesOf(text = ''): number[] {
  return text.split(',').filter(Boolean).map(Number);
}

/** `<until>[ q]<tab><name>` */
function muteOf(text = ''): { name: string; until: number; quiet?: true } {
  const [state = '', name = ''] = text.split('\t');
  const [until, quiet] = state.split(' ');
  return { name, until: Number(until), ...(quiet && { quiet: true }) };
}

function bansOf(lines: string): Audit['banned'] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [until, id, , , name = ''] = line.split('\t');
      return { id: Number(id), name, until: Number(until) };
    });
}

/** Adds the names that users have in the room; '' for a user that is not in it. */
async function withNames({ keys, redis }: Store, room: string, ids: number[]): Promise<UserRef[]> {
  const names = ids.length > 0 ? await redis.hmget(keys.roster(room), ...ids.map(String)) : [];
  return ids.map((id, i) => ({ id, name: names[i] ?? '' }));
}

/** Finds a user's name in the room: now, or when it was muted or banned; '' when the room does not know the user. */
export async function knownUser({ keys, redis }: Store, room: string, id: number): Promise<UserRef> {
  const [name, [mute, bans]] = await Promise.all([
    redis.hget(keys.roster(room), String(id)),
    redis.hmget(keys.rules(room), `mute:${id}`, 'bans'),
  ]);
  const banned = bansOf(bans ?? '').find((one) => one.id === id);
  return { id, name: name ?? (muteOf(mute ?? '').name || banned?.name || '') };
}
