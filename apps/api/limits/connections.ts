/** Bounds what connections alone may cost, whoever opens them: how many there are, and how long one may take nothing of what it asked for. */
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../../../shared/config/config.js';
import type { ClientAddresses } from './client-address.js';
import { KeyedSemaphore } from './keyed-semaphore.js';

/** Closes connections beyond the limits at once, and those that do not take their answers; slow requests are Node's part. */
export function limitConnections(server: Server, addresses: ClientAddresses, config: Config): void {
  if (!config.rateLimits) return;
  const open = new Set<Socket>();
  // behind proxies all connections are theirs
  const places = new KeyedSemaphore(config.trustProxy > 0 ? config.connections : config.addressConnections);
  server.prependListener('connection', (socket) => {
    const address = addresses.ofPeer(socket);
    if (open.size >= config.connections || !places.tryAcquire(address)) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      places.release(address);
    });
  });
  const timer = setInterval(closeStuck, config.clientTimeout * 500, open);
  server.once('close', () => clearInterval(timer));
}

/** Requests that may wait behind others of their connection. No browser sends any; each may make an answer that has to be kept. */
const PIPELINED_MAX = 32;

/** Closes a connection on which too many requests wait for the answers before theirs. */
export function limitPipelines(listener: RequestListener): RequestListener {
  const queued = new WeakMap<Socket, number>();
  return (req, res) => {
    if (res.socket !== null) return listener(req, res); // the only one: its connection is its own
    const { socket } = req;
    const waiting = (queued.get(socket) ?? 0) + 1;
    if (waiting > PIPELINED_MAX) return void socket.destroy(); // Node goes on to read what came with it
    queued.set(socket, waiting);
    res.once('close', () => queued.set(socket, (queued.get(socket) ?? 1) - 1));
    listener(req, res);
  };
}

/** Since the last look, by connection: what it had been given then and has not taken. */
const waiting = new WeakMap<Socket, number>();

/** Closes connections that for two looks in a row have taken nothing of what waits for them. */
function closeStuck(open: Set<Socket>): void {
  for (const socket of open) {
    const given = socket.writableLength > 0 ? socket.bytesWritten : -1;
    if (given >= 0 && waiting.get(socket) === given) socket.destroy();
    else waiting.set(socket, given);
  }
}
