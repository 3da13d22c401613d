/**
 * What fan-out costs for each recipient as a room grows: CPU of worker and Redis. The members are put into Redis by the
 * store itself and do not poll, as joins in one room cost the square of its size in `joined` events.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.js';
import { withCrowds } from './line-up.js';
import { Seeder } from './seed.js';

const SIZES = [10, 100, 1_000, 10_000];
/** Messages of one size: enough for the clock of /proc, and at most so many copies in Redis. */
const COPIES = 150_000;
const MESSAGES_MIN = 15;
const MESSAGES_MAX = 800;
const PATIENCE = 20_000;
const WARM_UP = 20;

export function runGrowth(_, options, say) {
  return withCrowds(options, { floor: false }, async (crowds) => {
    const rows = [];
    for (const { system } of crowds) {
      const seeder = await Seeder.open(system.dir, system.probe.url);
      for (const size of SIZES) {
        say(`${system.name}: a room of ${size.toLocaleString('en')}`);
        rows.push(await measureRoom(system, seeder, size));
      }
      seeder.close();
    }
    return rows;
  });
}

async function measureRoom(system, seeder, size) {
  const room = `size-${size}`;
  const token = await seeder.fill(room, size);
  const connection = new Connection(system.ports[0]);
  const sendOne = async () => {
    const sent = performance.now();
    const answer = await connection.call(`/jsonp/send?callback=f&token=${token}&room=${room}&text=${'x'.repeat(100)}`);
    if (!answer.ok) throw new Error(`send was refused: ${answer.error.code}`);
    await seeder.delivered(room, sent + PATIENCE);
    return performance.now() - sent;
  };
  for (let i = 0; i < Math.min(WARM_UP, MESSAGES_MIN); i += 1) await sendOne();
  await sleep(1_100); // the sweep and what it leaves to do
  await system.probe.forgetSlow();
  const before = system.cpu();
  const messages = Math.max(MESSAGES_MIN, Math.min(MESSAGES_MAX, Math.floor(COPIES / size)));
  const times = [];
  for (let i = 0; i < messages; i += 1) times.push(await sendOne());
  const after = system.cpu();
  connection.end();
  const us = (part) => (after[part] - before[part]) * 1e6 / messages;
  return {
    system: system.name, size, messages, perMessage: { worker: us('worker'), redis: us('redis') },
    perRecipient: (us('worker') + us('redis')) / size, longestBlock: await system.probe.longestBlock(),
    p50: times.sort((a, b) => a - b)[times.length >> 1],
  };
}
