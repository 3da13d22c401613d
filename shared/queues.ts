/** The queues between API processes and workers: their names, what a job carries, their options. */
import { Queue, type Telemetry } from 'bullmq';
import type { Config } from './config/config.js';
import type { RedisClient } from './redis/slot-owners.js';

const FANOUT = 'fanout';
export const UPKEEP = 'upkeep';

/** One, or several that are on different nodes of a cluster. Rooms may be in any of them: a job only asks for what is to be done. */
export function fanOutQueueNames({ fanOutQueues }: Config): string[] {
  return fanOutQueues === 1 ? [FANOUT] : Array.from({ length: fanOutQueues }, (_, number) => `${FANOUT}-${number}`);
}

/** In a cluster all keys of a queue are in one slot. */
export function queueOptions(name: string, connection: RedisClient): { connection: RedisClient; prefix?: string } {
  return connection.isCluster ? { connection, prefix: `bull:{${name}}` } : { connection };
}

/** "Advance these rooms", not "deliver this message": what there is to deliver, the room's log says. */
export interface FanOutJob {
  rooms: string[];
}

/** A queue whose history stays small: what was done is in the logs of the rooms. */
export function openQueue<Data>(name: string, connection: RedisClient, telemetry?: Telemetry): Queue<Data> {
  return new Queue<Data>(name, {
    ...queueOptions(name, connection),
    ...(telemetry && { telemetry }),
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: {
      removeOnComplete: { count: 100 },
      removeOnFail: { count: 500 },
      attempts: 3,
      backoff: { type: 'exponential', delay: 200 },
    },
  });
}
