/** Asks a Redis a few questions at the start. ioredis is imported late, because the start installs it first. */
const TIMEOUT_MS = 5_000;

/**
 * Sends commands one after the other and resolves with their replies. Rejects at once with an error of the connection.
 *
 * @param {string} url
 * @param {...[name: string, ...args: string[]]} commands
 */
export async function ask(url, ...commands) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  /** @type {Error | null} */
  let failure = null;
  redis.on('error', (error) => (failure = error));
  try {
    await redis.connect();
    return await Promise.all(commands.map(([name, ...args]) => redis.call(name, ...args)));
  } catch (error) {
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}
