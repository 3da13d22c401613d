/** The HTTP server, and how it listens. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Config, ConfigError } from '../../../shared/config/config.js';
import { ClientAddresses } from '../limits/client-address.js';
import { limitConnections, limitPipelines } from '../limits/connections.js';

/** A send by JSONP carries its text in the URL: 2,000 characters of 12 bytes each, percent-encoded, and data. */
const HEADERS_BYTES_MAX = 65_536;
/** How long a client may use an idle connection again. It is longer than any pause between two polls. */
const KEEP_ALIVE_MS = 65_000;

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
