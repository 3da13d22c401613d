/**
 * What a chat of some size needs, by the measured costs: `node bench/model/model.js` for a table of sizes, or for one with
 * `--polls 100000 --messages 500 --room 20 --shards 64`. The scenario `model` of the bench holds it against measurements.
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fixed, table, whole } from '../report/table.js';
import { costs as measured } from './costs.js';
import { fit } from './fit.js';

/** Of a core, in the long run: above it messages wait for one another. */
const FULL = 0.6;
/** Polls that one API process holds at most by default (`CONNECTIONS`). */
const CONNECTIONS = 20_000;
/** Connections of an API process to Redis: the pool and a handful. */
const POOL = 64 + 4;

/** Shards in which a room of so many members has some, on the average. */
const reached = (/** @type {number} */ shards, /** @type {number} */ room) => shards * (1 - (1 - 1 / shards) ** room);

/** How long (s) a message is under way at part load: so many of those that come evenly it meets there. */
const UNDER_WAY = 0.003;
const meeting = (/** @type {number} */ messages) => 1 + messages * UNDER_WAY;
const PARTS = /** @type {const} */ (['api', 'worker', 'redis']);

/**
 * @typedef {{ polls: number, messages: number, room: number, shards?: number, together?: number }} Load
 * @typedef {Record<typeof PARTS[number], number>} ByPart
 */

/**
 * CPU-seconds a second of each part, for `polls` held, and `messages` a second into rooms of `room` members, `together` of which are under way at a
 * time: where nothing is said of that, as many as come evenly (Little's law).
 *
 * @param {Load} load
 * @param {typeof measured} [costs]
 */
export function predict({ polls, messages, room, shards = 1, together = meeting(messages) }, costs = measured) {
  const deliveries = messages * room;
  const more = messages * (reached(shards, room) - 1);
  return eachPart(
    (part) =>
      (messages * (costs.message[part] + costs.alone[part] / together) +
        more * costs.shard[part] +
        deliveries * costs.delivery[part] +
        polls * costs.poll[part]) /
      1e6,
  );
}

/**
 * The costs that fit what some loads took (`cpu` in CPU-seconds a second); those of shards and of held polls are as they were measured by themselves.
 *
 * @param {(Load & { cpu: ByPart })[]} loads
 */
export function fittedTo(loads) {
  const found = eachPart((part) =>
    fit(
      loads.map((load) => ({ together: meeting(load.messages), ...load })),
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

/** Processes and machines' worth of it. */
export function needs(/** @type {Load} */ load) {
  const cpu = predict(load);
  const count = (/** @type {number} */ seconds) => Math.max(1, Math.ceil(seconds / FULL));
  const api = Math.max(count(cpu.api), Math.ceil(load.polls / CONNECTIONS));
  return {
    ...cpu,
    apis: api,
    workers: count(cpu.worker),
    masters: count(cpu.redis),
    gigabytes: { api: (load.polls * measured.memory.api) / 1e9, redis: (load.polls * measured.memory.redis) / 1e9 },
    redisConnections: api * POOL,
    megabits: (load.messages * load.room * measured.wire * 8) / 1e6,
  };
}

/** Everybody says something every five minutes, in rooms of 20. */
const typical = (/** @type {number} */ polls) => ({
  polls,
  messages: polls / 300,
  room: 20,
  shards: polls > 1e5 ? 64 : 1,
});

function row(/** @type {Load} */ load) {
  const need = needs(load);
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
