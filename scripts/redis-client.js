/** A few questions to a Redis, for the start. ioredis is loaded late: these scripts are read before it is installed. */
const PATIENCE = 5_000;

/**
 * Sends commands, one after the other, and gives their replies. Throws the connection's error at once.
 *
 * @param {string} url
 * @param {...[name: string, ...args: string[]]} commands
 */
export async function ask(url, ...commands) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
  });
  /** @type {Error | null} */
  let reason = null;
  redis.on('error', (error) => (reason = error));
  try {
    await redis.connect();
    return await Promise.all(commands.map(([name, ...args]) => redis.call(name, ...args)));
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}
