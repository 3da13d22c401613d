/**
 * Predicts from the measured costs what a chat of some size needs. `node bench/model/model.js` prints a table of sizes;
 * `--polls 100000 --messages 500 --room 20 --shards 64` prints one size. The scenario `model` of the bench compares the
 * predictions with measurements.
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fixed, table, whole } from '../report/table.js';
import { costs as measured } from './costs.js';
import { fitCosts } from './fit.js';

/** A process should use this part of a core in the long run. Above it, messages wait for one another. */
const CORE_USE_MAX = 0.6;
/** An API process holds this many polls at most by default (`CONNECTIONS`). */
const POLLS_PER_API_MAX = 20_000;
/** Connections of an API process to Redis: the pool (`POLL_CONNECTIONS`) and some more. */
const REDIS_CONNECTIONS_PER_API = 64 + 4;
/** At part load, a message is in flight for this time. */
const IN_FLIGHT_S = 0.003;

/** Returns the average number of shards in which a room of this size has members. */
const shardsReached = (/** @type {number} */ shards, /** @type {number} */ room) =>
  shards * (1 - (1 - 1 / shards) ** room);

/** Returns how many messages are in flight together when they come evenly (Little's law). */
const inFlight = (/** @type {number} */ messages) => 1 + messages * IN_FLIGHT_S;

/**
 * @typedef {{ polls: number, messages: number, room: number, shards?: number, together?: number }} Load
 * @typedef {Record<'api' | 'worker' | 'redis', number>} ByPart
 */

/**
 * Returns the CPU-seconds per second of each part, for `polls` held polls and `messages` a second into rooms of `room`
 * members. `together` messages are in flight at the same time.
 *
 * @param {Load} load
 * @param {typeof measured} [costs]
 */
export function predict({ polls, messages, room, shards = 1, together = inFlight(messages) }, costs = measured) {
  const deliveries = messages * room;
  const furtherShards = messages * (shardsReached(shards, room) - 1);
  return eachPart(
    (part) =>
      (messages * (costs.message[part] + costs.alone[part] / together) +
        furtherShards * costs.shard[part] +
        deliveries * costs.delivery[part] +
        polls * costs.poll[part]) /
      1e6,
  );
}

/**
 * Returns costs that fit some measured loads (`cpu` in CPU-seconds per second). The costs of shards and of held polls
 * stay as they are in costs.js.
 *
 * @param {(Load & { cpu: ByPart })[]} loads
 */
export function fittedTo(loads) {
  const found = eachPart((part) =>
    fitCosts(
      loads.map((load) => ({ together: inFlight(load.messages), ...load })),
      loads.map(({ cpu, polls }) => cpu[part] - (polls * measured.poll[part]) / 1e6),
    ),
  );
  return {
    ...measured,
    message: eachPart((part) => found[part].message),
    alone: eachPart((part) => found[part].alone),
    delivery: eachPart((part) => found[part].delivery),
  };
}

/**
 * @template T
 * @param {(part: keyof ByPart) => T} of
 */
function eachPart(of) {
  return { api: of('api'), worker: of('worker'), redis: of('redis') };
}

/** Returns the processes, memory and connections that a load needs. */
export function needsOf(/** @type {Load} */ load) {
  const cpu = predict(load);
  const count = (/** @type {number} */ seconds) => Math.max(1, Math.ceil(seconds / CORE_USE_MAX));
  const api = Math.max(count(cpu.api), Math.ceil(load.polls / POLLS_PER_API_MAX));
  return {
    ...cpu,
    apis: api,
    workers: count(cpu.worker),
    masters: count(cpu.redis),
    gigabytes: { api: (load.polls * measured.memory.api) / 1e9, redis: (load.polls * measured.memory.redis) / 1e9 },
    redisConnections: api * REDIS_CONNECTIONS_PER_API,
    megabits: (load.messages * load.room * measured.wire * 8) / 1e6,
  };
}

/** Returns a typical load: every user sends a message every five minutes, in rooms of 20. */
const typical = (/** @type {number} */ polls) => ({
  polls,
  messages: polls / 300,
  room: 20,
  shards: polls > 1e5 ? 64 : 1,
});

function row(/** @type {Load} */ load) {
  const need = needsOf(load);
  return [
    whole(load.polls),
    whole(load.messages),
    whole(load.messages * load.room),
    need.apis,
    need.workers,
    need.masters,
    fixed(need.gigabytes.api),
    fixed(need.gigabytes.redis),
    whole(need.redisConnections),
    whole(need.megabits),
  ];
}

function print(/** @type {Load[]} */ loads) {
  console.log(
    table(
      [
        'held polls',
        'messages/s',
        'deliveries/s',
        'API processes',
        'workers',
        'Redis masters',
        'GB: API',
        'Redis',
        'connections to Redis',
        'Mbit/s',
      ],
      loads.map(row),
    ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({ options: { polls: text, messages: text, room: text, shards: text } });
  const polls = Number(values.polls ?? 0);
  if (values.polls === undefined) print([1e4, 1e5, 1e6, 1e7].map(typical));
  else
    print([
      {
        ...typical(polls),
        ...(values.messages && { messages: Number(values.messages) }),
        ...(values.room && { room: Number(values.room) }),
        ...(values.shards && { shards: Number(values.shards) }),
      },
    ]);
}
