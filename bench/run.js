/** `npm run bench`: loads the chat and a bare Node `http` floor in the same run, and says what a delivery costs each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { report as reportProblem } from '../scripts/problem.js';
import { readOptions, USAGE } from './options.js';
import { drawChart } from './report/chart.js';
import { report } from './report/report.js';
import { scenarios } from './scenarios/index.js';
import { findNodes } from './systems/nodes.js';
import { pinGenerator } from './systems/processes.js';

async function run(options) {
  if (options.help) return console.log(USAGE);
  options.nodes = await findNodes(options.nodes);
  pinGenerator();
  if (options.profile) await mkdir(options.profile, { recursive: true });
  const machine = `Node ${process.version}, ${cpus()[0].model}; all server processes on one core, the load on another`;
  const results = {};
  console.log(machine);
  for (const name of options.names) {
    const began = Date.now();
    const say = (text) =>
      console.log(`[${name} ${String(Math.round((Date.now() - began) / 1_000)).padStart(3)} s] ${text}`);
    results[name] = await scenarios[name].run(scenarios[name], options, say);
    console.log(report(name, scenarios[name], results[name]));
  }
  await write(options, machine, results);
  if (faulty(results)) process.exitCode = 1;
}

async function write({ json, chart, profile }, machine, results) {
  const all = { machine, at: new Date().toISOString(), results };
  if (json) await writeFile(json, `${JSON.stringify(all, null, 2)}\n`);
  if (chart) await writeFile(chart, drawChart(all, scenarios));
  if (profile) await writeFile(join(profile, 'windows.json'), JSON.stringify(windowsOf(results)));
}

/** When each system was measured, by which a profile's samples are chosen. */
function windowsOf(results) {
  return Object.entries(results).flatMap(([scenario, rows]) =>
    rows
      .filter((row) => row.system === 'chat' && row.rounds)
      .flatMap(({ rounds }) => rounds.map(({ from, to, deliveries }) => ({ scenario, from, to, deliveries }))),
  );
}

/** True when a message was lost, doubled or out of order. */
function faulty(results) {
  return Object.values(results)
    .flat()
    .some(({ lost = 0, doubled = 0, outOfOrder = 0 }) => lost + doubled + outOfOrder > 0);
}

try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  reportProblem(error);
}
process.exit();
