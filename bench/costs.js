/**
 * What the parts were measured to cost (docs/performance.md says when and on what): CPU in us on one core at full load, memory in
 * bytes. Fitted to scenarios b and c (rooms of 1,000 and of 10), idle and growth, of one run.
 */
export const costs = {
  /** A message, whoever gets it. */
  message: { api: 228, worker: 88, redis: 121 },
  /** What the messages share that are under way together: a job, the calls of its scripts. */
  together: { api: 0, worker: 0, redis: 0 },
  /** A message for one recipient, with the poll that takes it. */
  delivery: { api: 28.7, worker: 1.9, redis: 5.2 },
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
