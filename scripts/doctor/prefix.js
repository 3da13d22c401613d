/** Checks REDIS_PREFIX: whether a chat that had none has lost its data by it. */
import { good, note } from './findings.js';

/**
 * Resolves with no finding for a chat without REDIS_PREFIX. If a prefix was given to a chat that had none, its data are
 * no longer found. They may also be those of another chat.
 *
 * @param {import('#dist/shared/redis/client.js').RedisClient} redis
 * @param {import('#dist/shared/store/keys.js').Keys} keys
 */
export async function checkPrefix(redis, keys) {
  if (keys.prefix === '') return [];
  const former = keys.nextUser.slice(keys.prefix.length);
  const [own, unprefixed] = await Promise.all([redis.exists(keys.nextUser), redis.exists(former).catch(() => 0)]);
  if (own === 0 && unprefixed === 1)
    return [
      note(
        `REDIS_PREFIX=${keys.prefix} is new here, and Redis holds data of a chat without a prefix.`,
        'If they are of this chat, start it without REDIS_PREFIX, or it begins without them.',
      ),
    ];
  return [good(`All names in Redis begin with ${keys.prefix} (REDIS_PREFIX).`)];
}
