/**
 * What the parts were measured to cost (docs/performance.md says when and on what): CPU in us on one core, memory in
 * bytes. Messages and deliveries by the scenario `model` of 2026-11-28, which prints them; held polls by idle of 2026-11-24.
 */
export const costs = {
  /** A message, whoever gets it. */
  message: { api: 119, worker: 37, redis: 85 },
  /** A message that is under way alone, beside that: those that are so together share it (a job, the calls of scripts, a process that wakes). */
  alone: { api: 1_125, worker: 1_152, redis: 960 },
  /** A message for one recipient, with the poll that takes it. */
  delivery: { api: 28.4, worker: 1.5, redis: 5.8 },
  /** Each shard beyond the first in which a message has recipients: scenario c with SHARDS=16 beside SHARDS=1. */
  shard: { api: 4, worker: 13, redis: 18 },
  /** A held poll for a second, renewed every 25 s, its user's `seen` and its renewal by the worker's expiry. */
  poll: { api: 7.2, worker: 1.2, redis: 1.8 },
  /** Resident for a held poll, its connection and its user. */
  memory: { api: 10_750, redis: 1_950 },
  /** In a room's log, and in each inbox until it is acknowledged: a message of 100 characters. */
  event: 300,
  /** On the wire for a delivery: the request, the answer's headers and that message. */
  wire: 900,
};
