/**
 * `node bench/report/profile.js DIR` shows where the CPU time went while the bench measured. It reads the profiles that
 * `npm run bench -- --profile DIR` wrote, and prints shares of a process's busy time by package and by function.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asScript } from '../../scripts/command.js';
import { Problem } from '../../scripts/problem.js';
import { table } from './table.js';

const ROWS_MAX = 30;
const IDLE = new Set(['(idle)', '(root)']);

/**
 * The owner of a function, by its file. The first pattern that fits counts.
 *
 * @type {[RegExp, string][]}
 */
const OWNERS = [
  [/\/node_modules\/(koa|koa-compose|parseurl|cookies|keygrip|on-finished|statuses|accepts|http-errors)\//, 'koa'],
  [/\/node_modules\/(delegates|type-is|encodeurl|content-disposition|destroy|vary)\//, 'koa'],
  [/\/node_modules\/(ioredis|redis-parser|@ioredis|standard-as-callback|denque|cluster-key-slot)\//, 'ioredis'],
  [/\/node_modules\/(bullmq|msgpackr)\//, 'bullmq'],
  [/\/node_modules\/(prom-client|tdigest|bintrees)\//, 'prom-client'],
  [/\/node_modules\/valibot\//, 'valibot'],
  [/\/node_modules\/([^/]+)\//, 'other packages'],
  [/\/dist\/(apps|shared)\//, 'our code'],
  [/^node:(internal\/)?_?http/, 'node http'],
  [
    /^node:(internal\/)?(net|stream_base_commons|streams?|events|timers|process|async_hooks|buffer)/,
    'node net, streams, events, timers',
  ],
  [/^node:/, 'other node'],
];

async function showAll() {
  const folder = process.argv[2];
  if (folder === undefined) throw new Problem('Usage: node bench/report/profile.js DIR');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  for (const file of files) await show(folder, file);
}

/**
 * @typedef {{ functionName: string, url: string, lineNumber: number }} Frame
 * @typedef {{ nodes: { id: number, callFrame: Frame }[], samples: number[], timeDeltas: number[],
 *   startTime: number }} Profile
 * @typedef {{ from: number, to: number, deliveries: number }[]} Windows
 */

/**
 * Prints the tables of one process.
 *
 * @param {string} folder
 * @param {string} file
 */
async function show(folder, file) {
  const profile = /** @type {Profile} */ (JSON.parse(await readFile(join(folder, file), 'utf8')));
  const windows = /** @type {Windows} */ (JSON.parse(await readFile(join(folder, 'windows.json'), 'utf8')));
  const { self, busy, deliveries } = selfTimes(profile, windows);
  const entry = profile.nodes.map(({ callFrame }) => callFrame.url).find((url) => url.endsWith('/main.js')) ?? file;
  const rows = (/** @type {Map<string, number>} */ times) =>
    [...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, ROWS_MAX)
      .map(([name, time]) => [name, `${((time / busy) * 100).toFixed(1)} %`, (time / deliveries).toFixed(2)]);
  console.log(`\n${entry}: busy ${(busy / 1e6).toFixed(1)} s, ${(busy / deliveries).toFixed(1)} us per delivery\n`);
  console.log(`${table(['owner', 'share', 'us per delivery'], rows(groupBy(self, ownerOf)))}\n`);
  console.log(table(['function', 'share', 'us per delivery'], rows(groupBy(self, nameOf))));
}

/**
 * Sums up the time of each node of the profile, for the samples that fall into a window.
 *
 * @param {Profile} profile
 * @param {Windows} windows
 */
function selfTimes({ nodes, samples, timeDeltas, startTime }, windows) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  /** @type {Map<Frame, number>} */
  const self = new Map();
  let at = startTime;
  let busy = 0;
  samples.forEach((id, i) => {
    at += timeDeltas[i] ?? 0;
    const frame = byId.get(id);
    const took = timeDeltas[i + 1] ?? 0;
    if (frame === undefined || IDLE.has(frame.functionName) || !windows.some(({ from, to }) => at >= from && at < to))
      return;
    self.set(frame, (self.get(frame) ?? 0) + took);
    busy += took;
  });
  return { self, busy, deliveries: windows.reduce((sum, window) => sum + window.deliveries, 0) };
}

/**
 * @param {Map<Frame, number>} self
 * @param {(frame: Frame) => string} key
 */
function groupBy(self, key) {
  /** @type {Map<string, number>} */
  const groups = new Map();
  for (const [frame, time] of self) groups.set(key(frame), (groups.get(key(frame)) ?? 0) + time);
  return groups;
}

function ownerOf(/** @type {Frame} */ { functionName, url }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  return OWNERS.find(([pattern]) => pattern.test(url))?.[1] ?? 'other';
}

function nameOf(/** @type {Frame} */ { functionName, url, lineNumber }) {
  const place = url === '' ? '' : `${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
  return `${functionName || 'anonymous'} ${place}`;
}

asScript(showAll);
