/** A worker process: builds everything, and shuts down in order. */
import { randomBytes } from 'node:crypto';
import { type Config, readConfig } from '../../shared/config/config.js';
import { logForeignLines } from '../../shared/foreign-lines.js';
import { createLog, eventMark, type Logger } from '../../shared/log.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { queueTelemetry } from '../../shared/metrics/tracing.js';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { HOOKS, type HookJob, openQueue, UPKEEP } from '../../shared/queues.js';
import { Availability } from '../../shared/redis/availability.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { connectSubscriber, connectWorker } from '../../shared/redis/connect.js';
import { finalWrites, onShutdown, refuseStart } from '../../shared/shutdown.js';
import { connectStore } from '../../shared/store/connect.js';
import { createStore, type Store } from '../../shared/store/store.js';
import { VERSION } from '../../shared/version.js';
import { Hooks } from './hooks/hooks.js';
import { FanOut, type FanOutObserver } from './jobs/fan-out.js';
import { Jobs } from './jobs/index.js';
import { repairAfterFailovers } from './jobs/repair.js';
import { sweep } from './jobs/sweep.js';

/** Longer than any job should take. Another worker repeats a job that was left half done. */
const SHUTDOWN_MS = 4_000;
const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const OUTAGE = { meanwhile: 'what was sent is delivered when', failed: 'attempts put off' };
/** Connections besides those of the queues: the store's, and the one of the schedules. */
const OTHER_CONNECTIONS_MAX = 2;

/** For errors that `Availability` reports for the whole process, once. */
const ignore = (): void => undefined;

async function main(config: Config): Promise<void> {
  const log = createLog(config, 'worker');
  logForeignLines(log);
  const connectAnew = () => connectWorker(config.redisUrl).on('error', ignore);
  await checkRedis(config.redisUrl, config.shards, config.redisPrefix);
  const connectOwn = () => connectStore(config.redisUrl, config.redisPrefix);
  const redis = connectOwn();
  // a client of a cluster has connections to all its nodes: all queues share one, besides those on which BullMQ waits
  const shared = redis.isCluster ? connectAnew() : null;
  const connect = () => shared ?? connectAnew();
  const availability = new Availability(redis, log, OUTAGE, config.redisPrefix);
  const failed = (error: unknown): void => availability.failed(error);
  const store = createStore(redis, config, config.redisWait > 0 ? connectOwn().on('error', ignore) : redis);
  const metrics = new Metrics(`worker-${randomBytes(4).toString('hex')}`, store);
  const hooks = config.hooksOut ? openHooks(store, metrics, connect, failed) : null;
  const fanOut = new FanOut(store, observer(metrics, log, hooks));
  const upkeep = openQueue(UPKEEP, connect(), config);
  upkeep.on('error', ignore);
  const subscribe = () => connectSubscriber(config.redisUrl).on('error', ignore);
  const telemetry = await queueTelemetry(config);
  const jobs = new Jobs(store, fanOut, { upkeep, hooks, connect, subscribe, telemetry }, failed);
  metrics.gauge('redis_connections', 'Connections to Redis.', null, () => ({
    all: jobs.connections + OTHER_CONNECTIONS_MAX,
  }));
  onShutdown(log, SHUTDOWN_MS, async () => {
    await jobs.close();
    await finalWrites(metrics.close());
  });
  repairAfterFailovers(store, fanOut, failed);
  redis.on('ready', () => void sweep(store, fanOut).catch(failed));
  await jobs.start();
  await metrics.write().catch(ignore); // so that nobody misses a worker that has just started
  log.info({ version: VERSION }, 'working');
  process.send?.('ready');
}

function openHooks(
  store: Store,
  metrics: Metrics,
  connect: () => RedisClient,
  failed: (error: unknown) => void,
): Hooks {
  const queue = openQueue<HookJob>(HOOKS, connect(), store.config);
  queue.on('error', ignore);
  const counter = metrics.counter('hooks_total', 'Letters of outgoing hooks, and messages that were given up.', [
    'outcome',
  ]);
  return new Hooks(store, { queue, failed, count: (outcome, count) => counter.inc({ outcome }, count) });
}

function observer(metrics: Metrics, log: Logger, hooks: Hooks | null): FanOutObserver {
  const debug = log.isLevelEnabled('debug');
  const events = metrics.counter('fanout_events_total', 'Events copied into all inboxes of their rooms.');
  const delay = metrics.histogram(
    'fanout_delay_seconds',
    'Time from the log to all inboxes, of the oldest event of a batch.',
    BUCKETS_S,
  );
  const duration = metrics.histogram('fanout_duration_seconds', 'Time for one batch of one room.', BUCKETS_S);
  return {
    delivered({ room, ids, hooks: due, moved, ms: took }): void {
      for (const id of due) hooks?.request(room, id);
      events.inc(moved);
      delay.observe(Math.max(0, Date.now() - Number.parseInt(ids[0] ?? '', 10)) / 1_000);
      duration.observe(took / 1_000);
      if (debug) log.debug({ events: ids.map((id) => eventMark(room, id)), took: Math.round(took) }, 'fanned out');
    },
  };
}

try {
  await main(readConfig(process.env));
} catch (error) {
  refuseStart(error, 'The worker');
}
