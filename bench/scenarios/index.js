/** The scenarios: what each loads the systems with, and what is aimed at. `target` is the least ratio to the floor. */

import { closedLoop, openLoop } from '../load/loads.js';
import { runGrowth } from './growth.js';
import { runIdle } from './idle.js';
import { runModelled } from './modelled.js';
import { runNewcomers } from './newcomers.js';
import { runRounds } from './rounds.js';
import { runSends } from './sends.js';
import { runValues } from './values.js';

export const scenarios = {
  a: {
    title: '200 clients in one room, closed loop, 1 message in flight',
    rooms: 1,
    size: 200,
    load: closedLoop,
    run: runRounds,
    target: 0.55,
  },
  b: {
    title: '1,000 clients in one room, closed loop, 1 message in flight',
    rooms: 1,
    size: 1_000,
    load: closedLoop,
    run: runRounds,
    target: 0.6,
  },
  c: {
    title: '1,000 clients in 100 rooms of 10, closed loop, 100 messages in flight',
    rooms: 100,
    size: 10,
    load: closedLoop,
    run: runRounds,
    target: 0.45,
  },
  d: {
    title: '500 clients in 50 rooms of 10, open loop, 200 messages/s',
    rooms: 50,
    size: 10,
    load: (crowd) => openLoop(crowd, 200),
    run: runRounds,
    target: null,
  },
  idle: { title: 'polls held, no messages, rooms of 10', run: runIdle },
  growth: { title: 'one room growing: CPU of worker and Redis for each recipient', run: runGrowth },
  sends: { title: '1,000 rooms of 2, open loop, as many messages/s as p99 under 250 ms allows', run: runSends },
  model: { title: 'the model of docs/scaling.md beside measurements, closed loop', run: runModelled },
  values: {
    title: '1,000 clients in 100 rooms of 10, closed loop: messages, and values written with `set`',
    run: runValues,
  },
  newcomers: {
    title: 'joins, 20/s on new connections, while c runs at full load on two API processes',
    run: runNewcomers,
  },
};
