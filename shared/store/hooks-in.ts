/**
 * Incoming webhooks: secret addresses by which other programs write into a room. The room's rules have the SHA-256 of
 * each secret, so a webhook ends with its room, and no export has it. The secret names its room, so that no list of all
 * webhooks is needed.
 */

import { ChatError } from '../protocol/errors.js';
import type { Hook, UserRef } from '../protocol/events.js';
import { HOOK_ID_MIN, HOOKS_MAX, ROOM_NAME } from '../protocol/limits.js';
import { type Actor, auditText, notOwner } from './moderation.js';
import { noSuchHook, numberOf } from './posts.js';
import { saysRole } from './role-names.js';
import { nameOfRole } from './room-names.js';
import { readOverview } from './room-overview.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { hashOrNone, hashToken, randomSecret } from './tokens.js';

/** The field of the rules: hash of the secret, when and by whom it was made, and its name. */
const VALUE = /^(\S+) (\d+) (\d+) (.*)$/s;

function parseHook(id: number, value: string): (Hook & { hash: string }) | null {
  const [, hash = '', at, by, name = ''] = VALUE.exec(value) ?? [];
  return at === undefined ? null : { id, name, at: Number(at), by: Number(by), hash };
}

/** Returns the id under which a webhook writes. It is made of its secret. */
function hookId(hash: string): number {
  return HOOK_ID_MIN + (numberOf(hash) % HOOK_ID_MIN);
}

/**
 * Makes a webhook for the owner of a room. Resolves with it and its secret, which nobody can read later. Throws
 * `not_owner`, `name_taken` for the name of a role, and `bad_request` if there are too many.
 */
export async function makeHook(store: Store, actor: Actor, name: string): Promise<Hook & { secret: string }> {
  if (saysRole(name)) throw await nameOfRole(store, [actor.room], name);
  const secret = `${actor.room}.${randomSecret()}`;
  const hash = hashToken(secret);
  const hook = { id: hookId(hash), name, at: Date.now(), by: actor.by.id };
  await setHook(store, actor, hook.id, `${hash} ${hook.at} ${hook.by} ${name}`);
  return { ...hook, secret };
}

/** Ends a webhook for the owner of its room. Throws `not_owner`, and `bad_request` if there is none with this id. */
export function endHook(store: Store, actor: Actor, id: number): Promise<void> {
  return setHook(store, actor, id, '');
}

async function setHook({ keys, redis }: Store, actor: Actor, id: number, value: string): Promise<void> {
  const { room, by, owner } = actor;
  const outcome = await run(redis, 'set-hook', {
    rules: keys.rules(room),
    roster: keys.roster(room),
    user: by.id,
    ownerHash: hashOrNone(owner),
    auditEntry: auditText(actor, { what: 'incoming', hook: id, on: value !== '' }),
    hook: id,
    value,
    hooksMax: HOOKS_MAX,
  });
  if (outcome === 'not_owner') throw notOwner(room);
  if (outcome === 'too_many')
    throw new ChatError('bad_request', `A room can have at most ${HOOKS_MAX} webhooks. End one first.`, {
      field: 'name',
    });
  if (outcome === 'no_hook')
    throw new ChatError('bad_request', 'The room has no webhook with this id.', { field: 'end' });
}

/** Reads the webhooks of a room for its owner, the oldest first. Throws `not_owner`. */
export async function readHooks(store: Store, actor: Actor): Promise<Hook[]> {
  const { role, fields } = await readOverview(store, actor, 0);
  if (role !== 'owner') throw notOwner(actor.room);
  return Object.entries(fields)
    .flatMap(([field, value]) => {
      const hook = field.startsWith('hook:') ? parseHook(Number(field.slice(5)), value ?? '') : null;
      return hook ? { id: hook.id, name: hook.name, at: hook.at, by: hook.by } : [];
    })
    .sort((a, b) => a.at - b.at || a.id - b.id);
}

/** A webhook that was called. */
export interface CalledHook {
  room: string;
  from: UserRef;
  hash: string;
}

/** Finds a webhook by its secret. Throws `unauthorized` for every secret that is not right. */
export async function findHook({ keys, redis }: Store, secret: string): Promise<CalledHook> {
  const room = secret.slice(0, Math.max(0, secret.lastIndexOf('.')));
  if (!ROOM_NAME.test(room)) throw noSuchHook();
  const hash = hashToken(secret);
  const id = hookId(hash);
  const hook = parseHook(id, (await redis.hget(keys.rules(room), `hook:${id}`)) ?? '');
  if (hook?.hash !== hash) throw noSuchHook();
  return { room, from: { id, name: hook.name, bot: true }, hash };
}
