/** Limits what connections alone may cost: how many there are, and how long one may leave its answers unread. */
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../../../shared/config/config.js';
import type { ClientAddresses } from './client-address.js';
import { KeyedSemaphore } from './keyed-semaphore.js';

/** Closes connections above the limits at once, and those that do not read their answers. Node limits slow requests. */
export function limitConnections(server: Server, addresses: ClientAddresses, config: Config): void {
  if (!config.rateLimits) return;
  const open = new Set<Socket>();
  // behind proxies all connections come from them
  const openByAddress = new KeyedSemaphore(config.trustProxy > 0 ? config.connections : config.addressConnections);
  server.prependListener('connection', (socket) => {
    const address = addresses.ofPeer(socket);
    if (open.size >= config.connections || !openByAddress.tryAcquire(address)) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      openByAddress.release(address);
    });
  });
  const timer = setInterval(closeStuck, config.clientTimeout * 500, open);
  server.once('close', () => clearInterval(timer));
}

/** Requests of one connection that may wait behind others. No browser sends any; each may make an answer to keep. */
const PIPELINED_MAX = 32;

/** Closes a connection on which too many requests wait for the answers before theirs. */
export function limitPipelines(listener: RequestListener): RequestListener {
  const queued = new WeakMap<Socket, number>();
  return (req, res) => {
    if (res.socket !== null) return listener(req, res); // no other request of this connection is open
    const { socket } = req;
    const waiting = (queued.get(socket) ?? 0) + 1;
    if (waiting > PIPELINED_MAX) return void socket.destroy(); // Node still reads the requests that came with it
    queued.set(socket, waiting);
    res.once('close', () => queued.set(socket, (queued.get(socket) ?? 1) - 1));
    listener(req, res);
  };
}

/** The bytes that each connection had read at the last look, while it had more to read. -1: it had nothing more. */
const readAtLastLook = new WeakMap<Socket, number>();

/** Closes connections that have read nothing between two looks, although something waits for them. */
function closeStuck(open: Set<Socket>): void {
  for (const socket of open) {
    const read = socket.writableLength > 0 ? socket.bytesWritten : -1;
    if (read >= 0 && readAtLastLook.get(socket) === read) socket.destroy();
    else readAtLastLook.set(socket, read);
  }
}
