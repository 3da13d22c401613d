/** Paths of the project, for scripts that run before anything is installed or built. */
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem, reasonOf } from './problem.js';

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Returns the path of a file or folder of the project. */
export const inProject = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** True in the installed npm package. It is built already, and npm replaces its folder. */
export const isInstalled = root.split(sep).includes('node_modules');

/** The folder that the chat runs in: the clone, or for the npm package the current folder. */
export const home = isInstalled ? process.cwd() : root;

/** The folder of all data: `.data`, or `DATA_DIR` (tests have their own). */
export const dataDir = resolve(home, process.env.DATA_DIR || '.data');

/** pm2's own folder. It is not the host's `~/.pm2`, so that two clones never meet. */
export const pm2Home = isInstalled || process.env.DATA_DIR ? join(dataDir, 'pm2') : inProject('.pm2');

/** The builds that `npm run deploy` has made, and the lock of such commands. */
export const releases = isInstalled ? join(dataDir, 'releases') : inProject('releases');

/** Returns the command line of `npm run <name>`, or for the npm package that of its command. */
export function commandLine(/** @type {string} */ name, options = '') {
  if (isInstalled) return `npx nobackend-chat ${name} ${options}`.trim();
  return `npm run ${name} ${options && `-- ${options}`}`.trim();
}

/** @type {Record<string, string>} */
const REASONS = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not write to it',
  EPERM: 'this user may not write to it',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
};

/** Creates a folder that the chat writes to. Throws a Problem when it cannot be used. */
export function ensureFolder(/** @type {string} */ folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = reasonOf(error);
    throw new Problem(
      `The folder ${folder} cannot be used: ${REASONS[reason] ?? reason}. ` +
        'Correct that, or set DATA_DIR to another folder.',
    );
  }
}

/** Returns true in the file that Node was started with, and false in a file that is imported. */
export function isMain(/** @type {string} */ url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}
