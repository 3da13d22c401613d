/**
 * `npm run deploy` brings a new version, or other settings, into the chat that pm2 runs from this folder. A process of
 * the new version has to be ready beside the running ones first. Then one process after the other is replaced. If
 * something fails, the former version goes on, and the exit code is 1. Settings are environment variables. Those that
 * are not given stay. `-- --wait 60`: a new process may make no progress for so many seconds.
 */
import { parseArgs } from 'node:util';
import { asScript } from '../command.js';
import { takeLock } from '../lock.js';
import { Problem } from '../problem.js';
import { checked, checkHostsRedis, noteNearMisses } from '../start/checks.js';
import { prepare } from '../start/prepare.js';
import { keepFormer, newRelease, prune, restoreFormer } from './releases.js';
import { Replacement } from './replacement.js';
import { connectRunning } from './running.js';
import { tryOut } from './trial.js';

/** Processes are replaced in this order. */
const NAMES = ['api', 'worker'];
const WAIT_S = 30;

async function deploy() {
  const waitMs = readWait() * 1_000;
  takeLock('deploy');
  const pm2 = await connectRunning();
  try {
    await rollOut(pm2, waitMs);
  } finally {
    pm2.disconnect();
  }
  console.log('The new version runs.');
}

/**
 * @param {import('./replacement.js').RunningPm2} pm2
 * @param {number} waitMs
 */
async function rollOut(pm2, waitMs) {
  const before = await pm2.list();
  keepFormer(before);
  try {
    await prepare({ redis: false });
    const environments = NAMES.map((name) => environmentOf(before, name));
    const hasOwnRedis = !process.env.REDIS_URL && (await pm2.hasRedis());
    for (const env of environments) await checkSettings(env, hasOwnRedis);
    await noteNearMisses();
    const release = newRelease();
    restoreFormer();
    const apps = await appsIn(release, environments);
    for (const app of apps) {
      console.log(`Trying a process "${app.name}" of the new version ...`);
      await tryOut(app, waitMs);
    }
    await new Replacement(pm2, waitMs).replace(apps);
    release.install();
  } catch (error) {
    restoreFormer();
    if (error instanceof Problem) throw new Problem(`${error.message} The former version goes on.`);
    throw error;
  }
  await pm2.saveIfSaved();
  prune(await pm2.list(), pm2.home);
}

/** Returns the seconds for which a new process may make no progress. */
function readWait() {
  const { wait } = parseArgs({ options: { wait: { type: 'string' } } }).values;
  if (wait === undefined) return WAIT_S;
  if (/^[1-9]\d{0,3}$/.test(wait)) return Number(wait);
  throw new Problem(`--wait ${wait} is not allowed: give a whole number of seconds from 1 to 9999.`);
}

/**
 * Returns the settings of the running processes of an app, with ours over them. Variables of npm and pm2 are no
 * settings.
 *
 * @param {import('./running.js').Managed[]} processes
 * @param {string} app
 * @returns {Record<string, string | undefined>}
 */
function environmentOf(processes, app) {
  const running = processes.find(({ name }) => name === app) ?? processes[0];
  const { unique_id: _id, NODE_APP_INSTANCE: _instance, ...all } = { ...running?.pm2_env.env, ...process.env };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !/^(npm_|PM2_|INIT_CWD$)/i.test(name)));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} hasOwnRedis
 */
async function checkSettings(env, hasOwnRedis) {
  const settings = await checked(({ readConfig, readStartConfig }) => {
    readStartConfig(env);
    return readConfig(env);
  });
  await checked(() => checkHostsRedis(settings.redisUrl, settings, hasOwnRedis));
}

/**
 * Resolves with the apps of ecosystem.config.js that are replaced, with the scripts of a release. That file reads our
 * own environment.
 *
 * @param {ReturnType<typeof newRelease>} release
 * @param {NodeJS.ProcessEnv[]} environments by NAMES
 * @returns {Promise<import('./replacement.js').App[]>}
 */
async function appsIn(release, environments) {
  Object.assign(process.env, environments[0]);
  const { apps } = await import('../../ecosystem.config.js');
  const all = /** @type {import('./replacement.js').App[]} */ (/** @type {unknown} */ (apps));
  return NAMES.flatMap((name, number) =>
    all
      .filter((app) => app.name === name)
      .map((app) => ({ ...app, script: release.path(app.script), env: { ...environments[number], ...app.env } })),
  );
}

asScript(deploy);
