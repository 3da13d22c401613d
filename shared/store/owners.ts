/**
 * The owner of a room: who made it, and has the token that its making gave. Redis holds the SHA-256 of it, with the room's
 * rules; both live as long as the room.
 */
import { ChatError } from '../protocol/errors.js';
import type { ChatEvent, UserRef } from '../protocol/events.js';
import { SHARED_ROOM } from '../protocol/limits.js';
import { eventText, scriptSafeJson } from './event-text.js';
import { run, type Argument } from './scripts.js';
import type { Store } from './store.js';
import { hashToken, randomSecret } from './tokens.js';

/** Who acts, where, and the owner's token that allows it. */
export interface Act {
  room: string;
  by: UserRef;
  owner: string;
}

/** A token for the owner of a room that may be made now; none for a room that belongs to everybody. */
export function ownerToken(room: string): string | undefined {
  return SHARED_ROOM.test(room) ? undefined : randomSecret();
}

/** What is done, for the owner's list: `what`, and whom or what it concerns. No names: those go with their users. */
type Line = { what: string } & Record<string, unknown>;
/** What the room is told, beside who did it. */
type Told = Pick<ChatEvent, 'type'> & Partial<ChatEvent>;
/** `set` takes fields and values, '' to remove one, `in <ms>` for a time from now on. */
type Step = ['remove', string] | ['clear'] | ['set', ...string[]] | ['note'];

/**
 * Does what only the owner may, and writes it down. Throws `not_owner`, `bad_request` for a message that is not there.
 */
export async function govern({ keys, redis }: Store, { room, by, owner }: Act, line: Line, told: Told | null, ...step: Step): Promise<void> {
  const text = told ? eventText({ ...{ type: told.type, room, from: by }, ...told }) : ''; // in this order: `forget` goes by it
  const steps: Argument[] = step;
  const outcome = await run<string>(redis, 'govern', keys.rules(room), keys.log(room), keys.delivered(room), keys.dirty(keys.roomShard(room)),
    hashToken(owner), room, scriptSafeJson({ by: by.id, ...line }), text, ...steps);
  if (outcome === 'not_owner') throw notOwner(room);
  if (outcome === 'no_such_event') throw new ChatError('bad_request', 'id must be the id of a message that is in the history.', { field: 'id' });
}

/** What the owner has done, newest last, as JSON text. Throws `not_owner`. */
export async function readAudit({ keys, redis }: Store, room: string, owner: string): Promise<string> {
  const [hash, lines] = await redis.hmget(keys.rules(room), 'owner', 'audit');
  if (hash !== hashToken(owner)) throw notOwner(room);
  return `[${(lines ?? '').replaceAll('\n', ',')}]`;
}

/** A member by its id. Throws `no_such_user`. */
export async function member({ keys, redis }: Store, room: string, id: number): Promise<UserRef> {
  const name = await redis.hget(keys.roster(room), String(id));
  if (name === null) throw new ChatError('no_such_user', `There is no user ${id} in the room ${room}.`, { field: 'user' });
  return { id, name };
}

function notOwner(room: string): ChatError {
  return new ChatError('not_owner', `This is not the token of the owner of ${room}.`, { field: 'owner' });
}
