/** One sample of the admin page's charts, made from snapshots of all metrics. */
import type { InstanceMetrics, Sample } from '../../../shared/protocol/admin.js';
import { type MetricsSnapshot, quantilesBetween } from './metrics-snapshot.js';

/**
 * Returns what has happened since `before`. Quantiles look back to `earlier`, as two seconds have too few events for a
 * 99th percentile.
 */
export function sampleBetween(now: MetricsSnapshot, before: MetricsSnapshot, earlier: MetricsSnapshot): Sample {
  const seconds = (now.at - before.at) / 1_000;
  const rate = (after: number | null, former: number | null): number =>
    Math.max(0, (after ?? 0) - (former ?? 0)) / seconds;
  const rates = (after: Record<string, number>, former: Record<string, number>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(after)
        .map(([name, count]) => [name, rate(count, former[name] ?? 0)])
        .filter(([, value]) => value !== 0),
    );
  const held = now.by('chat_held_polls', 'way');
  const sends = { operation: 'send', outcome: 'ok' };
  return {
    at: now.at,
    blocking: held.blocking ?? 0,
    live: held.live ?? 0,
    users: now.sum('chat_users'),
    rooms: now.sum('chat_rooms'),
    sends: rate(now.sum('chat_requests_total', sends), before.sum('chat_requests_total', sends)),
    deliveries: rate(now.sum('chat_deliveries_total'), before.sum('chat_deliveries_total')),
    refused: rates(refusals(now), refusals(before)),
    limited: rates(now.by('chat_rate_limited_total', 'limit'), before.by('chat_rate_limited_total', 'limit')),
    receipt: quantilesBetween(earlier, now, 'chat_receipt_seconds'),
    fanOutDelay: quantilesBetween(earlier, now, 'chat_fanout_delay_seconds'),
    fanOutTook: quantilesBetween(earlier, now, 'chat_fanout_duration_seconds'),
    queue: now.sum('chat_fanout_queue_depth'),
    queueAge: now.sum('chat_fanout_queue_age_seconds'),
    redisUsed: now.sum('chat_redis_used_memory_bytes'),
    redisMax: now.sum('chat_redis_maxmemory_bytes'),
    redisClients: now.sum('chat_redis_clients'),
    processes: processesOf(now),
  };
}

const refusals = (snapshot: MetricsSnapshot): Record<string, number> =>
  snapshot.by('chat_requests_total', 'outcome', ({ outcome }) => outcome !== 'ok');

function processesOf(now: MetricsSnapshot): InstanceMetrics[] {
  const delays = now.by('chat_event_loop_delay_seconds', 'process');
  const memories = Object.entries(now.by('chat_memory_bytes', 'process'));
  return memories
    .map(([name, memory]) => ({ name, delay: delays[name] ?? 0, memory }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
