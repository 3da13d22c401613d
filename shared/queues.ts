/** The queues between API processes and workers: names, jobs and options. */
import { type JobsOptions, Queue, type Telemetry } from 'bullmq';
import type { Config } from './config/config.js';
import type { RedisClient } from './redis/client.js';

const FANOUT = 'fanout';
export const UPKEEP = 'upkeep';
export const HOOKS = 'hooks';

/**
 * Returns the names of the fan-out queues: one, or several on different nodes of a cluster. A room may be in any of
 * them, because a job only asks to look for undelivered events.
 */
export function fanOutQueueNames({ fanOutQueues }: Config): string[] {
  return fanOutQueues === 1 ? [FANOUT] : Array.from({ length: fanOutQueues }, (_, number) => `${FANOUT}-${number}`);
}

/** In a cluster all keys of a queue are in one slot. */
export function queueOptions(
  name: string,
  connection: RedisClient,
  { redisPrefix }: Pick<Config, 'redisPrefix'>,
): { connection: RedisClient; prefix: string } {
  const prefix = `${redisPrefix}bull`;
  return { connection, prefix: connection.isCluster ? `${prefix}:{${name}}` : prefix };
}

/** "Advance these rooms", not "deliver this message": the room's log says what there is to deliver. */
export interface FanOutJob {
  rooms: string[];
  /** Of a lease: the slice of the rooms that its worker advances until the slice is quiet. */
  slice?: number;
}

/** "Look at this hook", not "send this message". */
export interface HookJob {
  room: string;
  /** Of the hook. */
  id: string;
}

/**
 * Returns the options of the job of a lease. Of each slice one job waits at a time. The worker that takes it removes
 * the id (`job.removeDeduplicationKey`), so that another one can be added if that worker dies.
 */
export function leaseOptions(slice: number): JobsOptions {
  return { deduplication: { id: `lease-${slice}` } };
}

/** Opens a queue with a small history: the logs of the rooms tell what was done. */
export function openQueue<Data>(
  name: string,
  connection: RedisClient,
  config: Pick<Config, 'redisPrefix'>,
  telemetry?: Telemetry,
): Queue<Data> {
  return new Queue<Data>(name, {
    ...queueOptions(name, connection, config),
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
