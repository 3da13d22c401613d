import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The line that a Redis logs when it can be used. */
export const READY = /Ready to accept connections/;

/** A TCP port that is free on loopback at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
