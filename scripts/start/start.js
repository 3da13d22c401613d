/**
 * `npm start`: prepares what is missing, checks what could go wrong, then runs everything in the foreground until
 * Ctrl-C. Settings are environment variables; `DATA_DIR` moves all that is kept out of the project's `.data`.
 */
import { stopCommand } from '../command.js';
import { Problem, report } from '../problem.js';
import { dataDir, ensureFolder, pm2Home } from '../project.js';
import { endLeftovers } from './leftovers.js';
import { choosePort } from './own-redis.js';
import { Pm2 } from './pm2.js';
import { refusal } from './ports.js';
import { prepare } from './prepare.js';

/** A socket's path may have 103 bytes on macOS, 107 on Linux; the longest here is pm2's `rpc.sock`. */
const LONGEST_HOME = 103 - '/rpc.sock'.length;
const PARENT_INTERVAL = 500;

/** @typedef {typeof import('#dist/shared/config/config.js')} ConfigModule */

const redisUrl = process.env.REDIS_URL;
/** @type {Pm2 | null} */
let pm2 = null;
/** @type {Promise<void> | null} */
let stopping = null;

async function start() {
  checkFolder();
  await prepare({ redis: !redisUrl });
  const { port, shards } = await settled(readSettings);
  await endLeftovers();
  await checkPort(port);
  await (redisUrl ? settled(() => checkHostsRedis(redisUrl, shards)) : choosePort());
  if (stopping) return;
  pm2 = new Pm2(await surroundings());
  await pm2.ready(() => healthy(port));
  if (stopping) return;
  await noteEndOfLife();
  console.log(`nobackend-chat is ready at http://localhost:${port}`);
  await pm2.ended;
  if (!stopping) throw new Problem('pm2 ended by itself, so everything was ended.');
}

function checkFolder() {
  for (const folder of redisUrl ? [pm2Home] : [dataDir, pm2Home]) ensureFolder(folder);
  if (Buffer.byteLength(pm2Home) <= LONGEST_HOME) return;
  throw new Problem(`${pm2Home} is too long a path for pm2's sockets: move the project to a shorter one.`);
}

/** Says so when the Node in use gets no more fixes. */
async function noteEndOfLife() {
  const { endOfLifeNotice } = await import('#dist/shared/node-version.js');
  const notice = endOfLifeNotice();
  if (notice) console.log(notice);
}

/**
 * What the processes would refuse to start with is a Problem here instead of a crash of each of them.
 *
 * @template T
 * @param {(config: ConfigModule) => T | Promise<T>} check
 */
async function settled(check) {
  const config = await import('#dist/shared/config/config.js');
  try {
    return await check(config);
  } catch (error) {
    throw error instanceof config.ConfigError ? new Problem(error.message) : error;
  }
}

function readSettings(/** @type {ConfigModule} */ { readConfig, readStartConfig }) {
  readStartConfig(process.env);
  const config = readConfig(process.env);
  if (config.port === 0) throw new Problem('PORT=0 is not allowed: give a whole number from 1 to 65535.');
  return config;
}

/** Here somebody waits in front of it: what the processes would wait for is said at once. */
async function checkHostsRedis(/** @type {string} */ url, /** @type {number} */ shards) {
  const { checkRedis, unusableText } = await import('#dist/shared/preflight/preflight.js');
  const reason = await checkRedis(url, shards);
  if (reason !== null) throw new Problem(unusableText(url, reason));
}

async function checkPort(/** @type {number} */ port) {
  const code = await refusal(port);
  if (code === 'EADDRINUSE')
    throw new Problem(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  if (code !== null) throw new Problem(`Port ${port} cannot be used (${code}): set PORT to another one.`);
}

/** The environment of pm2 and all it starts, beside our own. */
async function surroundings() {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}; // they write into a pipe and cannot know
  // at the terminal somebody waits for the end, and no load balancer
  return {
    PM2_HOME: pm2Home,
    PM2_DISABLE_VERSION_CHECK: '1',
    LOG_FORMAT: process.env.LOG_FORMAT || 'text',
    DRAIN_NOTICE: '0',
    ...colour,
  };
}

async function healthy(/** @type {number} */ port) {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => null,
  );
  return answer?.status === 200;
}

/**
 * Ends everything, once: Ctrl-C arrives twice, from the terminal and from npm.
 *
 * @param {{ mute?: boolean }} [how]
 */
function stop(how) {
  stopping ??= end(how);
  return stopping;
}

async function end(/** @type {{ mute?: boolean } | undefined} */ how) {
  await stopCommand();
  await pm2?.stop(how);
}

/** The end by a signal: what runs is ended, then we are. */
async function onSignal() {
  const running = pm2 !== null;
  await stop();
  process.exit(running ? 0 : 130);
}

/** npm that is killed tells nobody: without it, nobody would ever end us. */
function endWithNpm() {
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && onSignal(), PARENT_INTERVAL).unref();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
for (const stream of [process.stdout, process.stderr]) stream.on('error', onSignal); // who reads our output has gone
if (process.env.npm_lifecycle_event === 'start') endWithNpm();

start().catch(async (error) => {
  if (stopping) return;
  await stop({ mute: true });
  report(error);
  process.exit();
});
