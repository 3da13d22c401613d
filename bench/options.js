/** Reads the command line of the bench. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../scripts/problem.js';
import { root } from '../scripts/project.js';
import { WAYS } from './load/crowd.js';
import { scenarios } from './scenarios/index.js';

const SCENARIOS = Object.entries(scenarios).map(([name, { title }]) => `  ${name.padEnd(18)}${title}`);

export const USAGE = `Usage: npm run bench -- [options]

Measures what a delivered message costs the chat. Most scenarios also measure the floor: the least that
a chat by long polls or streams on Node's http module can cost. Without --scenario and --all, the bench runs b, c and
idle as with --quick, which takes about 6 minutes.

Options:
  --scenario a,b    Run these scenarios only. Their names are below.
  --all             Run all scenarios.
  --quick           Measure for a shorter time and in fewer rounds; hold 2,000 polls instead of 5,000;
                    join 1,000 people instead of 5,000; watch a chat without users for 15 s instead of 30.
  --rounds N        Repeat each comparison N times, 1 to 50. Default: 3, with --quick 2.
  --seconds N       Measure for N seconds in each round, 1 to 60. Default: 6, with --quick 4.
  --way poll,stream How clients get events. Both: each system runs once with each, in the same run.
                    Default: poll; idle takes both.
  --live on|off     The setting LIVE of the chat. Default: on.
  --set A=1,B=2     Other settings of the chat.
  --compare DIR     Measure a second chat beside it, from another folder. Run "npm run build" there first.
  --compare-set A=1 Settings of the second chat. Without --compare, it is from this folder.
  --peers           Measure Socket.IO (polling and WebSocket, Redis adapter) and Faye (long polls, Redis engine)
                    beside the chat in a, b, c and d. They are fetched from npm into a temporary folder.
  --node 22,24      Run the chat on these versions of Node. A major version is fetched from npm; anything
                    else is the path of a Node.
  --profile DIR     Write CPU profiles of API and worker to DIR. "node bench/report/profile.js DIR" shows them.
  --json FILE       Write all results to FILE.
  --chart FILE      Draw the deliveries per CPU-second to FILE, as SVG.
  --help            Show this text.

Scenarios (closed loop: a room's next message is sent when all its members have the last one; open loop:
messages are sent at a fixed rate):
${SCENARIOS.join('\n')}`;

const HINT = '"npm run bench -- --help" lists all options and scenarios.';
const ROUNDS_MAX = 50;
const SECONDS_MAX = 60;
const TEXT = /** @type {const} */ ({ type: 'string', multiple: false });
const FLAG = /** @type {const} */ ({ type: 'boolean', multiple: false });
const OPTIONS = /** @type {const} */ ({
  scenario: TEXT,
  all: FLAG,
  quick: FLAG,
  rounds: TEXT,
  seconds: TEXT,
  way: TEXT,
  live: TEXT,
  set: TEXT,
  compare: TEXT,
  'compare-set': TEXT,
  peers: FLAG,
  node: TEXT,
  profile: TEXT,
  json: TEXT,
  chart: TEXT,
  help: FLAG,
});
const DEFAULT = ['b', 'c', 'idle'];

/**
 * @typedef {import('./systems/nodes.js').Node} Node
 * @typedef {import('./systems/peers.js').Peer} Peer
 * @typedef {Omit<ReturnType<typeof readOptions>, 'nodes' | 'peers'> & { nodes: Node[], peers: Peer[] }} Options
 */

/** Returns what the command line asks for. Throws a Problem for an option that is unknown or not allowed. */
export function readOptions(/** @type {string[]} */ args) {
  const values = parse(args);
  const quick = values.quick === true || (values.scenario === undefined && values.all !== true);
  const compared = values.compare !== undefined || values['compare-set'] !== undefined;
  return {
    help: values.help === true,
    scenarios: chosen(values),
    polls: quick ? 2_000 : 5_000,
    nobodySeconds: quick ? 15 : 30,
    joins: quick ? 1_000 : 5_000,
    rounds: integer(values, 'rounds', quick ? 2 : 3, ROUNDS_MAX),
    seconds: integer(values, 'seconds', quick ? 4 : 6, SECONDS_MAX),
    ways: ways(values.way),
    settings: { LIVE: values.live ?? 'on', ...settings(values.set) },
    compared: compared
      ? {
          dir: builtFolder(values.compare),
          settings: { LIVE: values.live ?? 'on', ...settings(values['compare-set']) },
        }
      : null,
    peers: peers(values),
    nodes: values.node?.split(',') ?? [],
    profile: values.profile ?? null,
    json: values.json ?? null,
    chart: values.chart ?? null,
  };
}

function parse(/** @type {string[]} */ args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\n${HINT}`);
  }
}

/**
 * Returns the scenarios to run.
 *
 * @param {ReturnType<typeof parse>} values
 * @returns {[name: string, scenario: import('./scenarios/index.js').Scenario][]}
 */
function chosen(values) {
  if (values.all) return Object.entries(scenarios);
  const names = values.scenario?.split(',') ?? DEFAULT;
  return names.map((name) => {
    const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
    if (scenario === undefined) throw new Problem(`There is no scenario ${name}. ${HINT}`);
    return [name, scenario];
  });
}

/** Returns true when the peers are asked for. Throws a Problem when no chosen scenario has them. */
function peers(/** @type {ReturnType<typeof parse>} */ values) {
  if (!values.peers) return false;
  if (chosen(values).some(([, { peers: takesPeers }]) => takesPeers)) return true;
  throw new Problem(`--peers needs one of the scenarios a, b, c and d. ${HINT}`);
}

/** Returns the ways that clients get events, or null when the scenario chooses them. */
function ways(/** @type {string | undefined} */ text) {
  if (text === undefined) return null;
  return text.split(',').map((name) => {
    const way = WAYS.find((one) => one === name);
    if (way === undefined) throw new Problem(`--way must be ${WAYS.join(' or ')}, or both. ${HINT}`);
    return way;
  });
}

/** Returns the folder of the second chat. Throws a Problem when it is not built. */
function builtFolder(/** @type {string | undefined} */ path) {
  if (path === undefined) return root;
  const folder = resolve(path);
  if (!existsSync(join(folder, 'dist/apps/api/main.js')))
    throw new Problem(`There is no built chat in ${folder}. Run "npm ci && npm run build" there.`);
  return folder;
}

/**
 * @param {ReturnType<typeof parse>} values
 * @param {'rounds' | 'seconds'} name
 * @param {number} fallback
 * @param {number} max
 */
function integer(values, name, fallback, max) {
  const text = values[name] ?? String(fallback);
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > max)
    throw new Problem(`--${name} must be a whole number from 1 to ${max}.`);
  return Number(text);
}

/**
 * Returns the settings in a text such as `A=1,B=2`.
 *
 * @returns {Record<string, string>}
 */
function settings(text = '') {
  return Object.fromEntries(
    text
      .split(',')
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 1) throw new Problem(`${pair} is not a setting. Write it as NAME=value.`);
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
}
