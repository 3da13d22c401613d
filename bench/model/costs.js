/**
 * The measured costs of each part: CPU in microseconds on one core, memory in bytes. docs/performance.md says when and
 * on which machine. Messages and deliveries are from the scenario `model` of 2026-11-28, which prints them. Held polls
 * are from the scenario `idle` of 2026-11-24.
 */
export const costs = {
  /** CPU of a message, however many members get it. */
  message: { api: 119, worker: 37, redis: 85 },
  /**
   * More CPU of a message that is in flight alone. Messages that are in flight together share it: a job, the calls of
   * scripts, the waking of a process.
   */
  alone: { api: 1_125, worker: 1_152, redis: 960 },
  /** CPU of the delivery of a message to one member, with the poll that takes it. */
  delivery: { api: 28.4, worker: 1.5, redis: 5.8 },
  /** CPU of each further shard in which a message has recipients: scenario c with SHARDS=16 compared with SHARDS=1. */
  shard: { api: 4, worker: 13, redis: 18 },
  /** CPU of a held poll in one second: its renewal every 25 s, and the expiry job that looks at its user. */
  poll: { api: 7.2, worker: 1.2, redis: 1.8 },
  /** Resident memory of a held poll, its connection and its user. */
  memory: { api: 10_750, redis: 1_950 },
  /** Memory of a message of 100 characters in the room's log, and in each inbox until it is acknowledged. */
  event: 300,
  /** Bytes on the wire for a delivery: the request, the headers of the answer, and that message. */
  wire: 900,
};
