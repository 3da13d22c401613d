/** The format of the data in Redis. A version must not write into data of a format that it does not know. */
import { ConfigError } from '../config/config.js';
import type { RedisClient } from '../redis/client.js';
import type { Keys } from '../store/keys.js';

/**
 * The format that this version reads and writes. Raise it when an older version would do harm to the data, and migrate
 * the former format here. Format 1 is all data until 0.2.0, which has no number: workers complete it while they run.
 */
export const FORMAT_VERSION = 1;
/** It stands in place of the number while a backup is restored. */
export const RESTORING = 'restoring';

/** Notes the format of the data. Throws ConfigError if a newer version has written it. */
export async function checkFormat(redis: RedisClient, keys: Keys): Promise<void> {
  await redis.set(keys.format, FORMAT_VERSION, 'NX');
  const text = await redis.get(keys.format);
  if (text === RESTORING) {
    throw new ConfigError(
      'A restore into the Redis of REDIS_URL has not ended. Wait for it, or run "npm run restore -- FILE --replace".',
    );
  }
  const format = Number(text);
  if (format === FORMAT_VERSION) return;
  throw new ConfigError(
    `The Redis of REDIS_URL holds data of format ${format}, and this version knows only format ${FORMAT_VERSION}: ` +
      'run the version that wrote it or a newer one, or use an empty Redis.',
  );
}
