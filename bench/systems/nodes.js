/** Finds the versions of Node that `--node` names. */
import { execFileSync } from 'node:child_process';
import { nodeBinary } from '../../scripts/node-binaries.js';
import { Problem } from '../../scripts/problem.js';

/** @typedef {{ name: string, binary: string }} Node */

/** Resolves with name and binary of each version. A major version comes from npm; anything else is a path. */
export async function findNodes(/** @type {string[]} */ wanted) {
  /** @type {Node[]} */
  const nodes = [];
  for (const one of wanted) {
    const binary = /^\d+$/.test(one) ? await nodeBinary(one) : one;
    nodes.push({ name: `Node ${versionOf(binary)}`, binary });
  }
  return nodes;
}

function versionOf(/** @type {string} */ binary) {
  try {
    return execFileSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Problem(`${binary} is not a Node: ${error instanceof Error ? error.message : error}`);
  }
}
