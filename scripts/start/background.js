/** `--background`: pm2 runs everything for good. It is the host's own pm2 (`~/.pm2`, or PM2_HOME). */
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { homeOfRunning } from '../deploy/running.js';
import { Problem } from '../problem.js';
import { commandLine, inProject, root } from '../project.js';
import { untilReady } from './pm2.js';

/** The names of ecosystem.config.js. */
const NAMES = ['api', 'worker', 'redis'];
const pm2Folder = process.env.PM2_HOME || join(homedir(), '.pm2');

/** Throws a Problem when the chat runs already, or would not stay. */
export async function checkBackground() {
  if (root.split(sep).includes('_npx'))
    throw new Problem('npx may remove this copy at any time. Run "npm install nobackend-chat" in this folder first.');
  if ((await homeOfRunning()) !== null)
    throw new Problem(
      `The chat of this folder runs already. "${commandLine('deploy')}" brings other settings into it.`,
    );
}

/**
 * Starts everything, and resolves when it is ready. Throws a Problem, and leaves no process, if that fails.
 *
 * @param {number} port
 * @param {() => Promise<boolean>} isHealthy
 */
export async function startInBackground(port, isHealthy) {
  for (const name of Object.keys(process.env)) if (/^(npm_|INIT_CWD$)/i.test(name)) delete process.env[name];
  Object.assign(process.env, { PM2_PROGRAMMATIC: 'true', PM2_DISABLE_VERSION_CHECK: '1' });
  const { default: pm2 } = await import('pm2');
  await promisify(pm2.connect.bind(pm2))();
  const all = /** @type {() => Promise<import('./pm2.js').Managed[]>} */ (promisify(pm2.list.bind(pm2)));
  const list = async () => (await all()).filter(({ name }) => NAMES.includes(name));
  try {
    const [other] = await list();
    if (other) {
      const advice = 'Set PM2_HOME to another folder, here and for all commands of this chat.';
      throw new Problem(`Your pm2 in ${pm2Folder} runs another process "${other.name}". ${advice}`);
    }
    await run(pm2, list, isHealthy);
  } finally {
    pm2.disconnect();
  }
  console.log(`nobackend-chat runs in the background at http://localhost:${port}`);
  console.log('Its log: "npx pm2 logs". After a reboot too: "npx pm2 save" and "npx pm2 startup".');
  console.log(`End it: "npx pm2 delete ${NAMES.join(' ')}".`);
  process.exit(); // pm2 keeps its sockets
}

/**
 * @param {typeof import('pm2')} pm2
 * @param {() => Promise<import('./pm2.js').Managed[]>} list
 * @param {() => Promise<boolean>} isHealthy
 */
async function run(pm2, list, isHealthy) {
  // it resolves when all processes are ready, which may be never
  const failed = promisify(pm2.start.bind(pm2))(/** @type {any} */ (inProject('ecosystem.config.js'))).then(
    () => new Promise(() => {}),
    (error) => Promise.reject(new Problem(`pm2 cannot start the chat: ${error?.message ?? error}.`)),
  );
  try {
    await Promise.race([failed, untilReady(list, isHealthy, `the files in ${join(pm2Folder, 'logs')}`)]);
  } catch (error) {
    for (const { pm_id } of await list()) await promisify(pm2.delete.bind(pm2))(pm_id);
    throw error;
  }
}
