/** A chat on Faye with its Redis engine. Its packages are in the folder that PACKAGES names. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const KEEP_ALIVE_MS = 65_000;
const POLL_S = 25;
const { PACKAGES, PORT, REDIS_PORT } = process.env;
const load = createRequire(`${PACKAGES}/`);
const { NodeAdapter } = load('faye');

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true });
const engine = { type: load('faye-redis'), host: '127.0.0.1', port: Number(REDIS_PORT) };
new NodeAdapter({ mount: '/faye', timeout: POLL_S, engine }).attach(server);
server.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
