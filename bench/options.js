/** What the bench is asked to do. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../scripts/problem.js';
import { root } from '../scripts/project.js';
import { scenarios } from './scenarios/index.js';

export const USAGE = `npm run bench -- [options]
  --scenario a,b   these only, of: ${Object.keys(scenarios).join(', ')}; without it b, c and idle, bounded to some 3 minutes
  --all            the whole table
  --quick          short windows and rounds, and 2,000 held polls instead of 5,000
  --rounds N       rounds of each comparison, 1 to 50
  --seconds N      length of a window of measurement, 1 to 60
  --live on|off    the chat's LIVE setting
  --set A=1,B=2    other settings of the chat
  --compare DIR    also a chat from another folder, which must be built; its settings: --compare-set A=1,B=2
  --node 22,24     the chat on these versions of Node instead: major versions, which npm has, or paths of binaries
  --profile DIR    write CPU profiles of API and worker there; bench/report/profile.js reads them
  --json FILE      write all figures
  --chart FILE     draw the ratios as SVG`;

const TEXT = /** @type {const} */ ({ type: 'string', multiple: false });
const FLAG = /** @type {const} */ ({ type: 'boolean', multiple: false });
const OPTIONS = /** @type {const} */ ({
  scenario: TEXT,
  all: FLAG,
  quick: FLAG,
  rounds: TEXT,
  seconds: TEXT,
  live: TEXT,
  set: TEXT,
  compare: TEXT,
  'compare-set': TEXT,
  node: TEXT,
  profile: TEXT,
  json: TEXT,
  chart: TEXT,
  help: FLAG,
});
const DEFAULT = ['b', 'c', 'idle'];

/** @typedef {Omit<ReturnType<typeof readOptions>, 'nodes'> & { nodes: import('./systems/nodes.js').Node[] }} Options */

/** Throws a Problem, with the usage, for an option that is not known or not allowed. */
export function readOptions(/** @type {string[]} */ args) {
  const values = parse(args);
  const quick = values.quick === true || (values.scenario === undefined && values.all !== true);
  const compared = values.compare !== undefined || values['compare-set'] !== undefined;
  return {
    help: values.help === true,
    scenarios: chosen(values),
    polls: quick ? 2_000 : 5_000,
    rounds: integer(values, 'rounds', quick ? 2 : 3, 50),
    seconds: integer(values, 'seconds', quick ? 4 : 6, 60),
    settings: { LIVE: values.live ?? 'on', ...settings(values.set) },
    compared: compared
      ? {
          dir: builtFolder(values.compare),
          settings: { LIVE: values.live ?? 'on', ...settings(values['compare-set']) },
        }
      : null,
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
    throw new Problem(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

/**
 * @param {ReturnType<typeof parse>} values
 * @returns {[name: string, scenario: import('./scenarios/index.js').Scenario][]}
 */
function chosen(values) {
  if (values.all) return Object.entries(scenarios);
  const names = values.scenario?.split(',') ?? DEFAULT;
  return names.map((name) => {
    const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
    if (scenario === undefined) throw new Problem(`There is no scenario ${name}.\n${USAGE}`);
    return [name, scenario];
  });
}

function builtFolder(/** @type {string | undefined} */ path) {
  if (path === undefined) return root;
  const folder = resolve(path);
  if (!existsSync(join(folder, 'dist/apps/api/main.js')))
    throw new Problem(`${folder} is not a built chat: run "npm run build" there.`);
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

/** @returns {Record<string, string>} */
function settings(text = '') {
  return Object.fromEntries(
    text
      .split(',')
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 1) throw new Problem(`${pair} is no setting: give NAME=value.`);
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
}
