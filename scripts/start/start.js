/**
 * `npm start` installs and builds what is missing, and checks what could go wrong. Then it runs everything in the
 * foreground until Ctrl-C. Settings are environment variables. `DATA_DIR` is the folder of all data, if not `.data`.
 * `--background` runs it under the host's own pm2 instead, and ends when it is ready.
 */
import { stopCommand } from '../command.js';
import { onEndOfNpm } from '../npm-parent.js';
import { Problem, report } from '../problem.js';
import { dataDir, ensureFolder, pm2Home } from '../project.js';
import { checkBackground, startInBackground } from './background.js';
import { checked, checkHostsRedis, noteNearMisses } from './checks.js';
import { endLeftovers } from './leftovers.js';
import { choosePort } from './own-redis.js';
import { Pm2 } from './pm2.js';
import { refusal } from './ports.js';
import { checkRedisServer, prepare } from './prepare.js';

/**
 * The path of a socket has at most 103 bytes on macOS and 107 on Linux. The longest in this folder is pm2's `rpc.sock`.
 */
const PM2_HOME_MAX_BYTES = 103 - '/rpc.sock'.length;
const HEALTH_TIMEOUT_MS = 2_000;
const background = process.argv.includes('--background');
const redisUrl = process.env.REDIS_URL;
/** @type {Pm2 | null} */
let pm2 = null;
/** @type {Promise<void> | null} */
let stopping = null;

async function start() {
  if (!redisUrl) checkRedisServer();
  if (background) await checkBackground();
  checkFolder();
  await prepare({ redis: !redisUrl });
  const { port, ...settings } = await checked(readSettings);
  await noteNearMisses();
  await endLeftovers();
  await checkPort(port);
  await (redisUrl ? checked(() => checkHostsRedis(redisUrl, settings)) : choosePort());
  if (stopping) return;
  if (background) return startInBackground(port, () => isHealthy(port));
  pm2 = new Pm2(environment());
  await pm2.ready(() => isHealthy(port));
  if (stopping) return;
  await noteEndOfLife();
  console.log(`nobackend-chat is ready at http://localhost:${port}`);
  await pm2.ended;
  if (!stopping)
    throw new Problem('pm2 ended unexpectedly, so everything else was ended too. Look at the output above.');
}

function checkFolder() {
  for (const folder of redisUrl ? [pm2Home] : [dataDir, pm2Home]) ensureFolder(folder);
  if (Buffer.byteLength(pm2Home) <= PM2_HOME_MAX_BYTES) return;
  throw new Problem(`The path ${pm2Home} is too long for the sockets of pm2. Move the project to a shorter path.`);
}

/** Prints a notice when the Node in use gets no more fixes. */
async function noteEndOfLife() {
  const { endOfLifeNotice } = await import('#dist/shared/node-version.js');
  const notice = endOfLifeNotice();
  if (notice) console.log(notice);
}

function readSettings(/** @type {import('./checks.js').ConfigModule} */ { readConfig, readStartConfig }) {
  readStartConfig(process.env);
  const config = readConfig(process.env);
  if (config.port === 0) throw new Problem('PORT=0 is not allowed: give a whole number from 1 to 65535.');
  return config;
}

async function checkPort(/** @type {number} */ port) {
  const code = await refusal(port);
  if (code === 'EADDRINUSE')
    throw new Problem(`Port ${port} is in use. Stop the program that uses it, or set PORT to another port.`);
  if (code !== null) throw new Problem(`Port ${port} cannot be used (${code}). Set PORT to another port.`);
}

/** Returns what pm2 and its processes get beside our own environment. */
function environment() {
  return {
    PM2_HOME: pm2Home,
    PM2_DISABLE_VERSION_CHECK: '1',
    LOG_FORMAT: process.env.LOG_FORMAT || 'text',
    // no load balancer has to notice the end here, and somebody waits for it
    DRAIN_NOTICE: '0',
    // the processes write to a pipe, so they do not see that it leads to a terminal
    ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
  };
}

/** Resolves with true when the chat answers and its Redis can be used. */
async function isHealthy(/** @type {number} */ port) {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, {
    signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
  }).catch(() => null);
  return answer?.status === 200;
}

/**
 * Ends everything, and does so once: Ctrl-C arrives twice, from the terminal and from npm.
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

/** Ends everything after a signal, then this process. */
async function onSignal() {
  const running = pm2 !== null;
  await stop();
  process.exit(running ? 0 : 130);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
for (const stream of [process.stdout, process.stderr]) stream.on('error', onSignal); // its reader has ended
onEndOfNpm(onSignal);

start().catch(async (error) => {
  if (stopping) return;
  await stop({ mute: true });
  report(error);
  process.exit();
});
