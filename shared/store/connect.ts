/** The store's connections to Redis: those of `redis/connect.ts` for commands, with the store's scripts. */
import { connectCommands, placeOf } from '../redis/connect.js';
import type { RedisClient } from '../redis/owners.js';
import { scriptsFor } from './scripts.js';

/** For the store of a process. */
export function connectStore(url: string): RedisClient {
  return connectCommands(url, scriptsFor(placeOf(url).kind === 'cluster'));
}

/** For steps that wait for replicas: WAIT would hold up everybody else's commands. */
export const connectDurable = connectStore;
