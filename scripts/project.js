/** Where things are, for the scripts that run before anything is installed or built. */
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem, reasonOf } from './problem.js';

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** A file or folder of the project. */
export const inProject = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** The folder of everything that is kept: `.data`, or `DATA_DIR` (the tests use one of their own). */
export const dataDir = resolve(root, process.env.DATA_DIR || '.data');

/** pm2's own folder, apart from the host's `~/.pm2`, so that two clones never meet. */
export const pm2Home = process.env.DATA_DIR ? join(dataDir, 'pm2') : inProject('.pm2');

/** @type {Record<string, string>} */
const WHY = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
};

/** Makes a folder that will be written into. Throws a Problem when that cannot be. */
export function ensureFolder(/** @type {string} */ folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = reasonOf(error);
    throw new Problem(
      `The folder ${folder} cannot be used: ${WHY[reason] ?? reason}. Mend that, or set DATA_DIR to another one.`,
    );
  }
}

/** True in the file that node was asked to run, false where it is imported. */
export function isMain(/** @type {string} */ url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}
