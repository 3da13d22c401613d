/** Finds free TCP ports. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { reasonOf } from '../problem.js';

/** These ports are below those of outgoing connections, so that none of those has taken the port at the next start. */
const PORT_MIN = 20_000;
const PORT_MAX = 30_000;

/**
 * Resolves with a free loopback port. It is random, so that two projects that start together hardly choose the same.
 */
export async function randomPort() {
  for (;;) {
    const port = randomInt(PORT_MIN, PORT_MAX);
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
 * Resolves with the reason why no server can listen on a port (`EADDRINUSE`, `EACCES`), or with null when one can.
 * Without `host` it asks about all addresses.
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
