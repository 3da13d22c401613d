import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../../bench/usage.js';
import { startSystem } from '../support/processes.js';
import { address, ATTACKS, room, sampleRubbish, USERS } from './attacks.js';
import { count } from './messages.js';
import { agentOf, ask } from './wire.js';
const system = await startSystem({ apis: 2, workers: 1, env: { TRUST_PROXY: 1 } });
const agent = agentOf(50);
const joined = await Promise.all(Array.from({ length: USERS }, async (_, i) => JSON.parse((await ask(agent, system.urls[i % 2] ?? '', { path: '/api/join', from: address(i), body: JSON.stringify({ room: room(0), name: `evil-${i}` }), whole: true })).text)));
const a = { agent, urls: system.urls, tokens: joined.map((j) => j.token), cursors: joined.map((j) => j.cursor), rubbish: sampleRubbish(joined.map((j) => j.token)) };
const N = Number(process.env['N'] ?? 600);
for (const [name, { once }] of Object.entries(ATTACKS)) {
  const pids = { api: system.apis.map((x) => x.pid), worker: system.workers.map((x) => x.pid), redis: [system.redis.pid], gen: [process.pid] };
  const now = () => Object.fromEntries(Object.entries(pids).map(([k, p]) => [k, p.reduce((s, x) => s + cpuSeconds(x), 0)]));
  const before = now(); const outcomes: Record<string, number> = {};
  for (let i = 0; i < N; i += 20) await Promise.all(Array.from({ length: 20 }, () => once(a).then((o) => count(outcomes, o))));
  await sleep(300);
  const after = now();
  console.log(name.padEnd(32), Object.keys(pids).map((k) => `${k} ${(((after[k] ?? 0) - (before[k] ?? 0)) / N * 1e6).toFixed(0)}us`).join('  '), JSON.stringify(outcomes));
}
await system.stop();
process.exit();
