/** Checks that come before processes are started. A fault that only the host can correct becomes a Problem. */
import { Problem } from '../problem.js';

/** @typedef {typeof import('#dist/shared/config/config.js')} ConfigModule */

/**
 * Runs a check and turns its ConfigError into a Problem. Without this, each process would stop with the same error.
 *
 * @template T
 * @param {(config: ConfigModule) => T | Promise<T>} check
 */
export async function checked(check) {
  const config = await import('#dist/shared/config/config.js');
  try {
    return await check(config);
  } catch (error) {
    throw error instanceof config.ConfigError ? new Problem(error.message) : error;
  }
}

/** Prints a line for each variable that is no setting, but is named almost as one. */
export async function noteNearMisses() {
  const { nearMisses } = await import('#dist/shared/config/near-misses.js');
  for (const text of nearMisses(process.env)) console.error(text);
}

/**
 * Throws a Problem when a Redis cannot be used. The processes would wait for it, but here somebody watches.
 *
 * @param {string} url
 * @param {{ shards: number, redisPrefix: string }} settings
 * @param {boolean} [isOwn] whether pm2 runs it, and not the host
 */
export async function checkHostsRedis(url, { shards, redisPrefix }, isOwn = false) {
  const { checkRedis, unusableText } = await import('#dist/shared/preflight/preflight.js');
  const reason = await checkRedis(url, shards, redisPrefix);
  if (reason === null) return;
  if (!isOwn) throw new Problem(unusableText(url, reason));
  throw new Problem(`The chat's own Redis cannot be used: ${reason}. "npx pm2 restart redis" starts it again.`);
}
