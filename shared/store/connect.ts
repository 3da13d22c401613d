/** The store's connections to Redis: those of `redis/connect.ts` for commands, with the store's scripts. */
import { connectCommands, redisTarget } from '../redis/connect.js';
import type { RedisClient } from '../redis/slot-owners.js';
import { scriptsFor } from './scripts.js';

/** For the store of a process. Steps that wait for replicas take a connection of their own: WAIT holds up all others. */
export function connectStore(url: string): RedisClient {
  return connectCommands(url, scriptsFor(redisTarget(url).kind === 'cluster'));
}
