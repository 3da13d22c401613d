/**
 * A chat on Socket.IO with its Redis adapter. It checks nothing and keeps nothing. A message is answered and has the
 * same fields as in the chat. Its packages are in the folder that PACKAGES names.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const KEEP_ALIVE_MS = 65_000;
const { PACKAGES, PORT, REDIS_PORT } = process.env;
const load = createRequire(`${PACKAGES}/`);
const { Server } = load('socket.io');
const { createAdapter } = load('@socket.io/redis-adapter');
const { Redis } = load('ioredis');

const publisher = new Redis(Number(REDIS_PORT));
const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true });
const io = new Server(server, { serveClient: false, adapter: createAdapter(publisher, publisher.duplicate()) });
let lastUser = 0;
let lastMs = 0;
let sequence = 0;

io.on('connection', (/** @type {any} */ socket) => {
  lastUser += 1;
  const user = { id: lastUser, name: '' };
  socket.on(
    'join',
    async (/** @type {string} */ room, /** @type {string} */ name, /** @type {(answer: object) => void} */ answer) => {
      user.name = name;
      await socket.join(room);
      answer({ ok: true, user });
    },
  );
  socket.on(
    'send',
    (/** @type {string} */ room, /** @type {string} */ text, /** @type {(answer: object) => void} */ answer) => {
      const id = nextId();
      io.to(room).emit('message', { id, at: lastMs, type: 'message', room, from: user, text });
      answer({ ok: true, id, at: lastMs });
    },
  );
});

function nextId() {
  const now = Date.now();
  sequence = now === lastMs ? sequence + 1 : 0;
  lastMs = now;
  return `${now}-${sequence}`;
}

server.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
