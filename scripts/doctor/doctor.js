/**
 * `npm run doctor` checks everything that a host can get wrong, and says in plain words what to change. Start it with
 * the settings of the chat. `-- --url https://chat.example.org` also checks the way through the proxy in front, and
 * `-- --alert` sends an alert as a test. The exit code is 1 when something is bad.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { asScript } from '../command.js';
import { Problem } from '../problem.js';
import { commandLine, inProject } from '../project.js';
import { appendOnlyFolder, logFile, running, silentPort } from '../start/own-redis.js';
import { reasonInLog } from '../start/redis-log.js';
import { checkAddress } from './address.js';
import { checkAlerts } from './alerts.js';
import { bad, line, note } from './findings.js';
import { checkMachine } from './machine.js';
import { checkThrough } from './proxy.js';
import { checkRedisOf } from './redis.js';
import { checkSettings } from './settings.js';

const USAGE = commandLine('doctor', '[--url https://chat.example.org] [--hold 25] [--alert]');

async function doctor() {
  const { url, hold, alert } = readOptions();
  const settings = await readSettings();
  const silent = process.env.REDIS_URL ? null : await silentPort();
  const redisUrl = process.env.REDIS_URL || (silent ? null : await ownRedisUrl());
  const all = [
    ...show('This machine', await checkMachine(settings)),
    ...show('Settings', [...(await checkSettings(settings)), ...(await checkAlerts(settings, alert))]),
    ...show(
      'Redis',
      redisUrl ? await checkRedisOf(redisUrl, settings, !process.env.REDIS_URL) : [await withoutRedis(silent)],
    ),
    ...(url ? show(`Through ${url}`, await checkThrough(url, hold, checkAddress(redisUrl, settings))) : []),
  ];
  conclude(all, url);
}

function readOptions() {
  const { url = '', hold, alert } = parseOptions();
  const address = url.replace(/\/+$/, '');
  if (address !== '' && !/^https?:$/.test(URL.canParse(address) ? new URL(address).protocol : ''))
    throw new Problem(`--url ${url} is not an http or https address. Usage: ${USAGE}`);
  if (!/^\d+$/.test(hold)) throw new Problem(`--hold must be a whole number of seconds. Usage: ${USAGE}`);
  return { url: address, hold: Number(hold), alert };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string' },
        hold: { type: 'string', default: '25' },
        alert: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\nUsage: ${USAGE}`);
  }
}

/** Resolves with all settings. Throws a Problem for the first one that is not allowed. */
async function readSettings() {
  if (!existsSync(inProject('dist/shared/config/config.js')))
    throw new Problem('The chat is not built. Run "npm ci && npm run build".');
  const { ConfigError, readConfig, readStartConfig } = await import('#dist/shared/config/config.js');
  try {
    return { ...readConfig(process.env), ...readStartConfig(process.env) };
  } catch (error) {
    throw error instanceof ConfigError ? new Problem(error.message) : error;
  }
}

async function ownRedisUrl() {
  const redis = await running();
  return redis && `redis://127.0.0.1:${redis.port}`;
}

/**
 * Resolves with the finding when the chat's own Redis cannot be asked.
 *
 * @param {number | null} silent the port of a Redis that accepts connections but does not answer
 */
async function withoutRedis(silent) {
  if (silent)
    return bad(
      `The chat's own Redis at 127.0.0.1:${silent} does not answer within 5 s: it hangs or is paused.`,
      'End that process and start the chat again; its data are kept.',
    );
  const log = await readFile(logFile, 'utf8').catch(() => null);
  const ended = log === null || /bye bye/.test(log.trimEnd().split('\n').at(-1) ?? '');
  if (!ended)
    return bad(`The chat's own Redis does not run: ${reasonInLog(log, appendOnlyFolder)}.`, `Its log is ${logFile}.`);
  return note(
    "The chat's own Redis does not run, and REDIS_URL is not set.",
    'Start the chat to have its Redis checked.',
  );
}

/**
 * Prints the findings of one section and returns them.
 *
 * @param {string} title
 * @param {import('./findings.js').Finding[]} findings
 */
function show(title, findings) {
  console.log(title);
  for (const finding of findings) console.log(line(finding, process.stdout.isTTY));
  console.log('');
  return findings;
}

/**
 * Prints the sum and sets the exit code.
 *
 * @param {import('./findings.js').Finding[]} findings
 * @param {string} url
 */
function conclude(findings, url) {
  const count = (/** @type {'note' | 'bad'} */ verdict) => findings.filter((one) => one.verdict === verdict).length;
  const [harmful, doubtful] = [count('bad'), count('note')];
  console.log(harmful + doubtful === 0 ? 'All is well.' : `Bad: ${harmful}. Notes: ${doubtful}.`);
  if (!url) console.log(`To check the way through a proxy: ${USAGE}`);
  process.exitCode = harmful > 0 ? 1 : 0;
}

asScript(doctor);
