/**
 * `npm run bench` loads the chat and the floor in the same run, and prints what a delivery costs each of them. `--help`
 * explains the options. Words of the bench:
 *
 * - A *system* is what is measured: the floor (floor.js), the chat, a second chat, or a peer (peers.js). Its *parts*
 *   are its processes: API, worker and Redis.
 * - The *crowd* of a system are all its clients. The *generator* is this process, which plays them.
 * - A *window* is one measurement. In a *round*, each system has one window, one after the other.
 * - *Efficiency* is deliveries per CPU-second; one delivery is one message to one client.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { report as reportProblem } from '../scripts/problem.js';
import { readOptions, USAGE } from './options.js';
import { drawChart } from './report/chart.js';
import { scenarios } from './scenarios/index.js';
import { findNodes } from './systems/nodes.js';
import { installPeers } from './systems/peers.js';
import { pinGenerator } from './systems/processes.js';

/**
 * @typedef {import('./options.js').Options} Options
 * @typedef {Record<string, import('./scenarios/index.js').Row[]>} Results the rows of each scenario
 */

async function run(/** @type {string[]} */ args) {
  const asked = readOptions(args);
  if (asked.help) return console.log(USAGE);
  const peers = asked.peers ? await installPeers() : [];
  const options = { ...asked, nodes: await findNodes(asked.nodes), peers };
  pinGenerator();
  if (options.profile) await mkdir(options.profile, { recursive: true });
  const machine = `Node ${process.version}, ${cpus()[0]?.model}; all servers on one core, the generator on another`;
  /** @type {Results} */
  const results = {};
  console.log(machine);
  for (const [name, scenario] of options.scenarios) {
    const began = Date.now();
    const say = (/** @type {string} */ text) =>
      console.log(`[${name} ${String(Math.round((Date.now() - began) / 1_000)).padStart(3)} s] ${text}`);
    const { rows, tables } = await scenario.play(options, say);
    results[name] = rows;
    console.log(`\n${name}: ${scenario.title}\n${tables}\n`);
  }
  await write(options, machine, results);
  if (faulty(results)) process.exitCode = 1;
}

/**
 * @param {Options} options
 * @param {string} machine
 * @param {Results} results
 */
async function write({ json, chart, profile }, machine, results) {
  const all = { machine, at: new Date().toISOString(), results };
  if (json) await writeFile(json, `${JSON.stringify(all, null, 2)}\n`);
  if (chart) await writeFile(chart, drawChart(all, scenarios));
  if (profile) await writeFile(join(profile, 'windows.json'), JSON.stringify(windowsOf(results)));
}

/** Returns when the chat was measured. profile.js takes only the samples of these windows. */
function windowsOf(/** @type {Results} */ results) {
  return Object.entries(results).flatMap(([scenario, rows]) =>
    rows
      .filter((row) => row.system.startsWith('chat'))
      .flatMap(({ rounds = [] }) => rounds.map(({ from, to, deliveries }) => ({ scenario, from, to, deliveries }))),
  );
}

/** Returns true when the chat or the floor lost or doubled a message, or gave it out of order. */
function faulty(/** @type {Results} */ results) {
  return Object.values(results)
    .flat()
    .filter(({ peer }) => !peer)
    .some(({ lost = 0, doubled = 0, outOfOrder = 0 }) => lost + doubled + outOfOrder > 0);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  reportProblem(error);
}
process.exit();
