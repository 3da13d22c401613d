/** How well Redis is: how fast it answers, and how full it is. */
import { performance } from 'node:perf_hooks';
import { mastersOf, type RedisClient } from '../../../../shared/redis/client.js';
import { infoNumber } from '../../../../shared/redis/info.js';
import type { RedisLoad } from './pressure.js';

/** Asks all masters at once. The slowest and the fullest one count. Rejects while Redis is away. */
export async function loadOf(redis: RedisClient): Promise<RedisLoad> {
  if (redis.status !== 'ready') throw new Error('Redis is not connected');
  const began = performance.now();
  const infos = await Promise.all(mastersOf(redis).map((node) => node.info('memory')));
  return { redisMs: performance.now() - began, redisMemory: Math.max(0, ...infos.map(memoryIn)) };
}

/** Returns the part of its maximum that a Redis uses; 0 without a maximum. */
function memoryIn(info: string): number {
  const [used, max] = [infoNumber(info, 'used_memory') ?? 0, infoNumber(info, 'maxmemory') ?? 0];
  return max > 0 ? used / max : 0;
}
