/** The HTTP server: how it listens, and how it ends without failing a request. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { type Config, ConfigError } from '../../../shared/config/config.js';
import { ClientAddresses } from '../limits/client-address.js';
import { limitConnections, limitPipelines } from '../limits/connections.js';
import { draining } from './draining.js';

/** A send by JSONP carries its text in the URL: 2,000 characters of 12 bytes each, percent-encoded, and data. */
const HEADERS_BYTES_MAX = 65_536;
/** How long a client may use an idle connection again. It is longer than any pause between two polls. */
const KEEP_ALIVE_MS = 65_000;
/** How long idle connections stay open while draining, so that no request on its way meets a closed one. */
const LINGER_MS = 1_500;

/** How often Node looks for requests that are too slow. Its own 30 s would double the time they have. */
const CHECK_EVERY_MS = 5_000;

/** Resolves with the listening server. Rejects with ConfigError if the port cannot be used. */
export async function listen(listener: RequestListener, config: Config): Promise<Server> {
  const clientTimeoutMs = config.clientTimeout * 1_000;
  const server = createServer(
    {
      maxHeaderSize: HEADERS_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      headersTimeout: clientTimeoutMs,
      requestTimeout: clientTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, clientTimeoutMs),
    },
    limitPipelines(listener),
  );
  limitConnections(server, new ClientAddresses(config.trustProxy), config);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, config.port)));
    server.listen(config.port, resolve);
  });
  return server;
}

function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new ConfigError(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  return new ConfigError(`Port ${port} cannot be used (${error.code}): set PORT to another one.`);
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

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
