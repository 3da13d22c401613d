/**
 * Joins that may be repeated: a nonce gives the same user again. Redis holds only its SHA-256, with the user's id and a
 * salt. The token is made from the nonce and the salt, so that only a client that has the nonce can have the token again,
 * and none once the salt has gone.
 */
import { ChatError } from '../protocol/errors.js';
import { NONCE_TTL_MS } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { derivedSecret, hashToken, randomSecret } from './tokens.js';
import { claimOwnName, createUnnamed, eraseUser, type NewUser, newcomerSeen } from './users.js';

/** What a nonce has made before. */
export interface EarlierJoin {
  /** As Redis keeps it: `<id> <salt>`, '' for nothing. */
  text: string;
  /** Null when it has ended, or was never made. */
  user: NewUser | null;
}

/** Gives what a nonce has made before. */
export async function findJoined(store: Store, nonce: string): Promise<EarlierJoin> {
  return resume(store, nonce, (await store.redis.get(joinedKey(store, nonce))) ?? '');
}

/** Gives the user that a nonce has made, or makes it. Without a name, a guest name is found. Throws `name_taken`. */
export async function createUserOnce(
  store: Store,
  name: string | undefined,
  nonce: string,
  former: EarlierJoin,
): Promise<NewUser> {
  const { user } = former.user ? former : await make(store, name, nonce, former.text);
  if (!user) throw new ChatError('unavailable', 'Another join with this id has just failed.', { retryAfter: 1 });
  return claimOwnName(store, user, name); // a former attempt may have died before it did
}

/** Of several joins at the same moment, one makes the user of all. */
async function make(store: Store, name: string | undefined, nonce: string, formerText: string): Promise<EarlierJoin> {
  const salt = randomSecret();
  const user = await createUnnamed(store, name, derivedSecret(nonce, salt));
  const text = `${user.id} ${salt}`;
  const kept = await run(store.redis, 'remember', {
    joined: joinedKey(store, nonce),
    former: formerText,
    text,
    ttl: NONCE_TTL_MS,
  });
  if (kept === text) return { text, user };
  await eraseUser(store, user.id);
  return resume(store, nonce, kept);
}

async function resume({ keys, redis, config }: Store, nonce: string, text: string): Promise<EarlierJoin> {
  if (text === '') return { text, user: null };
  const [id = '', salt = ''] = text.split(' ');
  const token = `${id}.${derivedSecret(nonce, salt)}`;
  const shard = keys.userShard(Number(id));
  const name = await run(redis, 'resume', {
    user: keys.user(Number(id)),
    seen: keys.seen(shard),
    id,
    tokenHash: hashToken(token),
    seenAgo: newcomerSeen(config),
  });
  return { text, user: name === null ? null : { id: Number(id), name, token } };
}

function joinedKey({ keys }: Store, nonce: string): string {
  return keys.joined(hashToken(nonce));
}
