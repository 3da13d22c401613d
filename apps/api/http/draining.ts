/** How a process ends without failing a request. */
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** How long idle connections stay open while draining, so that no request on its way meets a closed one. */
const LINGER_MS = 1_500;

/**
 * Whether this process is draining. Every response then closes its connection, so that no request meets a closing
 * socket.
 */
export const draining = { now: false };

/**
 * Takes no more connections and closes each one after its next answer. Resolves when the last one is closed.
 * `http.Server.close` would destroy idle connections at once and race with requests on them; `net.Server.close` does
 * not.
 */
export async function drainServer(server: Server): Promise<void> {
  draining.now = true;
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  const timer = setTimeout(() => server.closeIdleConnections(), LINGER_MS);
  await closed;
  clearTimeout(timer);
}
