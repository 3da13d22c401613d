/** The clock of Redis. */
import { mastersOf, type RedisClient } from './client.js';

/** Reads the time of Redis (ms), by which `seen` is counted. In a cluster, the master that answers first tells it. */
export async function redisTime({ redis }: { redis: RedisClient }): Promise<number> {
  const [seconds, microseconds] = await Promise.any(mastersOf(redis).map((node) => node.time())).catch(
    ({ errors: [error] }: AggregateError) => {
      throw error;
    },
  );
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}
