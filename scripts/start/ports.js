/** Which TCP ports can be had. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { reasonOf } from '../problem.js';

/** Below the ports that systems give to outgoing connections, so that none of these sits there at the next start. */
const LOWEST = 20_000;
const HIGHEST = 30_000;

/** A free loopback port; random, so that two projects that start at once hardly choose the same. */
export async function randomPort() {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port, '127.0.0.1')) return port;
  }
}

/**
 * @param {number} port
 * @param {string} [host]
 */
export async function isFree(port, host) {
  return (await refusal(port, host)) === null;
}

/**
 * Why a port cannot be listened on (`EADDRINUSE`, `EACCES`), or null when it can. No host means all addresses.
 *
 * @param {number} port
 * @param {string} [host]
 */
export async function refusal(port, host) {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    server.close();
  }
}
