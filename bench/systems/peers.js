/** Other servers that a chat can be built on. `--peers` installs them and measures them beside the chat. */
import { run } from '../../scripts/command.js';
import { Problem } from '../../scripts/problem.js';
import { inProject } from '../../scripts/project.js';
import { npm } from '../../scripts/start/prepare.js';
import { temporaryFolder } from './processes.js';
import { startPeer } from './systems.js';

/**
 * faye-redis calls Redis as version 3 of `redis` allowed it. Versions are fixed, so that a comparison can be repeated.
 *
 * @type {{ title: string, packages: string[], program: string, names: Peer['name'][] }[]}
 */
const SERVERS = [
  {
    title: 'Socket.IO',
    packages: ['socket.io@4.8.4', '@socket.io/redis-adapter@8.3.0', 'ioredis@6.0.0'],
    program: inProject('bench/systems/peers/socket-io.js'),
    names: ['socket.io polling', 'socket.io websocket'],
  },
  {
    title: 'Faye',
    packages: ['faye@1.4.3', 'faye-redis@0.2.0', 'redis@3.1.2'],
    program: inProject('bench/systems/peers/faye.js'),
    names: ['faye'],
  },
];

/**
 * @typedef {object} Peer
 * @property {'socket.io polling' | 'socket.io websocket' | 'faye'} name the way that its clients get events, too
 * @property {string} program
 * @property {string} folder where its packages are
 */

/** Resolves with the peers that install and start here. Says which do not. */
export async function installPeers() {
  /** @type {Peer[]} */
  const peers = [];
  for (const server of SERVERS) {
    try {
      peers.push(...(await install(server)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      console.log(`${server.title} is left out, as it does not run on Node ${process.versions.node}: ${error.message}`);
    }
  }
  return peers;
}

/** Fetches a server, and starts it once. Throws a Problem when one of these fails. */
async function install(/** @type {typeof SERVERS[number]} */ { packages, program, names }) {
  const folder = temporaryFolder();
  const how = ['--prefix', folder, '--no-save', '--ignore-scripts', ...packages];
  await run(`Installing ${packages.join(', ')}`, ...npm('install', ...how));
  const peers = names.map((name) => ({ name, program, folder }));
  for (const peer of peers.slice(0, 1)) await (await startPeer(peer)).stop();
  return peers;
}
