/** The metrics of an API process. */
import type { Queue } from 'bullmq';
import type { Metrics } from '../../shared/metrics/metrics.js';
import { mastersOf } from '../../shared/redis/client.js';
import { infoNumber } from '../../shared/redis/info.js';
import { countRooms, countUsers } from '../../shared/store/counts.js';
import { timeOf } from '../../shared/store/event-text.js';
import { countStays } from '../../shared/store/stays.js';
import type { Store } from '../../shared/store/store.js';
import { weighValues } from '../../shared/store/values.js';
import { MARKS, type Pressure } from './limits/shares/pressure.js';
import type { Shares } from './limits/shares/shares.js';
import type { Polls } from './polls/polls.js';

/** Connections of an API process besides the pool: store, subscriber, queues. */
const OTHER_CONNECTIONS_MAX = 3;
/** From a hundredth of what a person notices to the length of a fault. */
const BUCKETS_S = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/** Counts an answer. `outcome`: `ok` or the error's code. `limit`: the limit that refused the request. */
type CountAnswer = (operation: string, outcome: string, limit?: string) => void;

/** Registers the metrics. Returns the function that counts each answer. */
export function registerMetrics(metrics: Metrics, store: Store, polls: Polls, fanOut: Queue[]): CountAnswer {
  metrics.externalCounter('deliveries_total', 'Events given to clients.', () => polls.deliveries);
  metrics.gauge('held_polls', 'Polls and streams held at the moment, by their way of waiting.', 'way', () => {
    return { blocking: polls.blocking.size, live: polls.live.holding };
  });
  metrics.gauge('held_streams', 'Streams held at the moment. They are among the held polls.', null, () => ({
    all: polls.streams.size,
  }));
  metrics.gauge('live_users', 'Users whose inbox is mirrored.', null, () => ({ all: polls.live.mirrors.size }));
  metrics.gauge('redis_connections', 'Connections to Redis.', null, () => ({
    all: polls.pool.open + OTHER_CONNECTIONS_MAX,
  }));
  registerSharedMetrics(metrics, store, fanOut);
  return registerAnswerCounter(metrics);
}

/** Registers whether pages are held back, and why. */
export function registerShares(metrics: Metrics, shares: Shares, pressure: Pressure): void {
  metrics.gauge('pages_held_back', 'Pages above their share that are held back, summed over processes.', null, () => ({
    all: shares.heldBack,
  }));
  metrics.gauge('pressure', 'Processes under pressure, by what is above its mark.', 'reason', () =>
    Object.fromEntries(Object.keys(MARKS).map((reason) => [reason, Number(pressure.reason === reason)])),
  );
}

/** Registers what no process knows by itself. */
function registerSharedMetrics(metrics: Metrics, store: Store, fanOut: Queue[]): void {
  metrics.systemGauge('users', 'Users.', () => countUsers(store));
  metrics.systemGauge('rooms', 'Public rooms with members.', () => countRooms(store));
  metrics.systemGauge('staying_rooms', 'Rooms that stay when they are empty.', () => countStays(store));
  metrics.systemGauge('staying_rooms_max', 'How many rooms may stay (OWNED_ROOMS_MAX).', () =>
    Promise.resolve(store.config.ownedRoomsMax),
  );
  metrics.systemGauge('staying_rooms_address_max', 'How many of one address (ADDRESS_OWNED_ROOMS).', () =>
    Promise.resolve(store.config.addressOwnedRooms),
  );
  metrics.systemGauge('fanout_queue_depth', 'Fan-out jobs that wait for a worker.', () =>
    sumOf(fanOut.map((queue) => queue.getJobCountByTypes('waiting', 'delayed'))),
  );
  metrics.systemGauge('fanout_queue_age_seconds', 'Age of the oldest fan-out job that waits for a worker.', async () =>
    Math.max(...(await Promise.all(fanOut.map(ageOf)))),
  );
  metrics.systemGauge(
    'values_bytes',
    'Bytes of the values that rooms remember.',
    async () => (await weighValues(store, 0)).bytes,
  );
  metrics.systemGauge('redis_used_memory_bytes', 'Memory that Redis uses.', () =>
    infoOf(store, 'memory', 'used_memory'),
  );
  metrics.systemGauge('redis_maxmemory_bytes', 'Memory that Redis may use; 0: no limit.', () =>
    infoOf(store, 'memory', 'maxmemory'),
  );
  metrics.systemGauge('redis_clients', 'Connections to Redis, of all clients.', () =>
    infoOf(store, 'clients', 'connected_clients'),
  );
}

async function sumOf(numbers: Promise<number>[]): Promise<number> {
  return (await Promise.all(numbers)).reduce((sum, number) => sum + number, 0);
}

async function ageOf(queue: Queue): Promise<number> {
  const oldest = await queue.getJobs(['waiting'], 0, 0, true); // a lease is under way for some seconds
  // a job that was done meanwhile is undefined
  const times = oldest.flatMap((job) => (job as typeof job | undefined)?.timestamp ?? []);
  return times.length > 0 ? Math.max(0, Date.now() - Math.min(...times)) / 1_000 : 0;
}

/** Resolves with a number from INFO, summed over all masters. Rejects if Redis does not tell it. */
function infoOf({ redis }: Store, section: string, name: string): Promise<number> {
  return sumOf(
    mastersOf(redis).map(async (node) => {
      const value = infoNumber(await node.info(section), name);
      if (value === null) throw new Error(`Redis does not tell its ${name}`);
      return value;
    }),
  );
}

function registerAnswerCounter(metrics: Metrics): CountAnswer {
  const requests = metrics.counter('requests_total', 'Answers by operation and outcome: ok or an error code.', [
    'operation',
    'outcome',
  ]);
  const limited = metrics.counter(
    'rate_limited_total',
    'Answers `rate_limited` by limit; `user` is the rate of one user.',
    ['limit'],
  );
  const counted = new Map<string, Map<string, { inc: () => void }>>();
  return (operation, outcome, limit) => {
    if (limit !== undefined) limited.inc({ limit });
    const ofOperation = counted.get(operation) ?? new Map<string, { inc: () => void }>();
    const child = ofOperation.get(outcome) ?? requests.labels(operation, outcome);
    if (!ofOperation.has(outcome)) counted.set(operation, ofOperation.set(outcome, child));
    child.inc();
  };
}

/**
 * Registers the receipt time. Returns the function that takes events that polls had waited for; the oldest is timed.
 */
export function registerReceiptTimer(metrics: Metrics): (text: string) => void {
  const receipt = metrics.histogram(
    'receipt_seconds',
    'From an event to the answer of a poll that waited for it; one for each process and delivery.',
    BUCKETS_S,
  );
  return (text) => {
    const at = timeOf(text);
    if (at > 0) receipt.observe(Math.max(0, Date.now() - at) / 1_000);
  };
}
