/** The store's connections to Redis: those of `redis/connect.ts` for commands, with the store's scripts. */

import type { RedisClient } from '../redis/client.js';
import { connectCommands, redisTarget } from '../redis/connect.js';
import { scriptsFor } from './scripts.js';

/** Connects a store. Steps that wait for replicas need a connection of their own: a WAIT holds up all others. */
export function connectStore(url: string, prefix = ''): RedisClient {
  return connectCommands(url, scriptsFor(redisTarget(url).kind === 'cluster', prefix));
}
