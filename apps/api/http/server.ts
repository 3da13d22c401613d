/** The HTTP server, and its end without a failed request. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { type Config, ConfigError } from '../../../shared/config/config.js';
import { ClientAddresses } from '../limits/client-address.js';
import { limitPipelines, limitConnections } from '../limits/connections.js';
import { draining } from './response.js';

/** A send by JSONP carries its text in the URL: 2,000 characters of 12 bytes each, percent-encoded, and data. */
const HEADERS_BYTES_MAX = 65_536;
/** How long (ms) clients may use an idle connection again; longer than any poll they wait between. */
const KEEP_ALIVE_MS = 65_000;
/** Idle connections are kept so long (ms) while draining, so that no request on its way meets a closed one. */
const LINGER_MS = 1_500;

/** Node looks so often (ms) for requests that are too slow; its own 30 s would double the time they have. */
const CHECK_EVERY_MS = 5_000;

/** Throws ConfigError when the port cannot be had. */
export async function listen(listener: RequestListener, config: Config): Promise<Server> {
  const patience = config.clientTimeout * 1_000;
  const server = createServer(
    {
      maxHeaderSize: HEADERS_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      headersTimeout: patience,
      requestTimeout: patience,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, patience),
    },
    limitPipelines(listener),
  );
  limitConnections(server, new ClientAddresses(config.trustProxy), config);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, config.port)));
    server.listen(config.port, resolve);
  });
  return server;
}

function refusal(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new ConfigError(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  return new ConfigError(`Port ${port} cannot be used (${error.code}): set PORT to another one.`);
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * Takes no more connections, closes each after its next answer, and is done when the last is closed.
 * `http.Server.close` would destroy idle connections at once and race with requests on them; `net.Server.close` does not.
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
