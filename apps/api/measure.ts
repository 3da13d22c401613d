/** The figures of an API process. */
import type { Queue } from 'bullmq';
import type { Metrics } from '../../shared/metrics.js';
import { countRooms, countUsers } from '../../shared/store/presence.js';
import type { Store } from '../../shared/store/store.js';
import type { Polls } from './polls/polls.js';

/** Connections of an API process beside the pool: store, subscriber, queues. */
const OTHER_CONNECTIONS = 3;

/** Registers the figures; gives what counts each answer. */
export function measure(metrics: Metrics, store: Store, polls: Polls, fanOut: Queue[]): (operation: string, outcome: string) => void {
  const requests = metrics.counter('requests_total', 'Answers by operation and outcome: ok or an error code.', ['operation', 'outcome']);
  metrics.sum('deliveries_total', 'Events given to clients.', () => polls.deliveries);
  metrics.gauge('held_polls', 'Polls held at the moment, by way of waiting.', 'way', () => {
    return { blocking: polls.held.size, live: polls.live.holding };
  });
  metrics.gauge('live_users', 'Users whose inbox is mirrored.', null, () => ({ all: polls.live.mirrors.size }));
  metrics.gauge('redis_connections', 'Connections to Redis.', null, () => ({ all: polls.pool.open + OTHER_CONNECTIONS }));
  metrics.shared('users', 'Users.', () => countUsers(store));
  metrics.shared('rooms', 'Public rooms with members.', () => countRooms(store));
  metrics.shared('fanout_queue_depth', 'Fan-out jobs waiting or under way.', async () => {
    const depths = await Promise.all(fanOut.map((queue) => queue.getJobCountByTypes('waiting', 'active', 'delayed')));
    return depths.reduce((sum, depth) => sum + depth, 0);
  });
  const counted = new Map<string, Map<string, { inc: () => void }>>();
  return (operation, outcome) => {
    const ofOperation = counted.get(operation) ?? new Map<string, { inc: () => void }>();
    const child = ofOperation.get(outcome) ?? requests.labels(operation, outcome);
    if (!ofOperation.has(outcome)) counted.set(operation, ofOperation.set(outcome, child));
    child.inc();
  };
}
