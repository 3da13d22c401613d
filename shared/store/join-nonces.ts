/**
 * Joins that may be repeated: the same nonce gives the same user. Redis holds only the SHA-256 of the nonce, with the
 * user's id and a salt. The token is made from nonce and salt. So only a client with the nonce gets the token again,
 * and nobody gets it once the salt has expired.
 */
import { ChatError } from '../protocol/errors.js';
import { NONCE_TTL_MS } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Store } from './store.js';
import { derivedSecret, hashToken, randomSecret } from './tokens.js';
import { createUser, eraseUser, type NewUser, newcomerSeen } from './users.js';

/** The user that an earlier join with the same nonce has made. */
export interface EarlierJoin {
  /** The value in Redis: `<id> <salt>`, '' for nothing. */
  text: string;
  /** Null when the user has ended, or was never made. */
  user: NewUser | null;
}

/** Finds the user that an earlier join with this nonce has made. */
export async function findJoined(store: Store, nonce: string): Promise<EarlierJoin> {
  return resume(store, nonce, (await store.redis.get(joinedKey(store, nonce))) ?? '');
}

/** Resolves with the user that a nonce has made, or makes it. */
export async function createUserOnce(store: Store, name: string, nonce: string, former: EarlierJoin): Promise<NewUser> {
  const { user } = former.user ? former : await make(store, name, nonce, former.text);
  if (user) return user;
  throw new ChatError('unavailable', 'Another join with the same id has just failed. Try again.', { retryAfter: 1 });
}

/** Makes the user. Of several joins at the same moment, one makes the user for all. */
async function make(store: Store, name: string, nonce: string, formerText: string): Promise<EarlierJoin> {
  const salt = randomSecret();
  const user = await createUser(store, name, derivedSecret(nonce, salt));
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
