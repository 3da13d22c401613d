/**
 * The floor: the least that a chat by long polls or by streams costs on Node's `http` module. It is one process that
 * keeps everything in memory, checks nothing and limits nothing. Its answers to join, send and poll have the same form
 * as those of the API, with an inbox and a cursor for each user that polls. Every answer is one write with ready-made
 * headers. An event is serialised once. A stream is one write for each event and user, without an inbox.
 */
import { createServer } from 'node:http';

const KEEP_ALIVE_MS = 65_000;
/** One timer for all held polls looks at this interval whether their time is up. */
const SWEEP_MS = 500;
const POLL_S = 25;
/** Whether members hear of joins. */
const TELLS_JOINS = process.env.JOINED === 'on';
const TOKEN_PADDING = '.aaaaaaaaaaaaaaaaaaaaaaaa';

/**
 * @typedef {{ id: number, name: string, inbox: string[], acknowledged: number, lastId: string,
 *   res: import('node:http').ServerResponse | null, deadline: number,
 *   stream: import('node:http').ServerResponse | null }} User
 */

/** @type {Map<string, User>} */
const users = new Map();
/** @type {Map<string, User[]>} */
const rooms = new Map();
/**
 * Users with a held poll. They are not in the order of their deadlines, since timeouts differ.
 *
 * @type {Set<User>}
 */
const held = new Set();
let lastUser = 0;
let lastMs = 0;
let sequence = 0;

/** @type {Record<string, (res: import('node:http').ServerResponse, url: string) => void>} */
const operations = { join, send, poll, stream, leave };

/**
 * @param {import('node:http').ServerResponse} res
 * @param {string} url
 */
function join(res, url) {
  const roomName = parameter(url, 'room=') || 'lobby';
  lastUser += 1;
  const user = {
    id: lastUser,
    name: parameter(url, 'name='),
    inbox: [],
    acknowledged: 0,
    lastId: '0-0',
    res: null,
    deadline: 0,
    stream: null,
  };
  const token = user.id + TOKEN_PADDING;
  const room = rooms.get(roomName) ?? [];
  rooms.set(roomName, room);
  room.push(user);
  users.set(token, user);
  const members = room.map(({ id, name }) => ({ id, name }));
  answer(
    res,
    JSON.stringify({
      ok: true,
      user: { id: user.id, name: user.name },
      token,
      cursor: cursorOf(user),
      pollTimeout: POLL_S,
      acks: false,
      room: { name: roomName, members, history: [] },
    }),
  );
  if (TELLS_JOINS) deliver(room, newEvent('joined', roomName, user), user);
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {string} url
 */
function send(res, url) {
  const user = userOf(url);
  const room = parameter(url, 'room=');
  const event = newEvent('message', room, user, { text: decode(parameter(url, 'text=')) });
  answer(res, `{"ok":true,"id":"${event.id}","at":${lastMs}}`);
  deliver(rooms.get(room) ?? [], event);
}

/**
 * Returns an event, serialised.
 *
 * @param {string} type
 * @param {string} room
 * @param {User} user
 */
function newEvent(type, room, { id: userId, name }, more = {}) {
  const id = nextId();
  return { id, text: JSON.stringify({ id, at: lastMs, type, room, from: { id: userId, name }, ...more }) };
}

/**
 * Gives an event to all members but one.
 *
 * @param {User[]} members
 * @param {{ id: string, text: string }} event
 * @param {User | null} but
 */
function deliver(members, { id, text }, but = null) {
  const message = `id: ${id}\ndata: ${eventsBody(id, text)}\n\n`;
  for (const member of members) {
    if (member === but) continue;
    if (member.stream !== null) {
      member.stream.write(message, 'latin1');
      continue;
    }
    member.inbox.push(text);
    member.lastId = id;
    if (member.res !== null) release(member);
  }
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {string} url
 */
function poll(res, url) {
  const user = userOf(url);
  acknowledge(user, parameter(url, 'cursor='));
  user.res = res;
  user.deadline = Date.now() + Number(parameter(url, 'timeout=') || POLL_S) * 1_000;
  if (user.inbox.length > 0 || user.deadline <= Date.now()) release(user);
  else held.add(user);
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {string} url
 */
function stream(res, url) {
  const user = userOf(url);
  user.stream = res;
  res.removeHeader('Transfer-Encoding'); // no chunks, so that a message is one write
  res.writeHead(200, [
    'Cache-Control',
    'no-store',
    'Access-Control-Allow-Origin',
    '*',
    'Content-Type',
    'text/event-stream; charset=utf-8',
    'Connection',
    'close',
  ]);
  // what came between the join and the stream
  res.write(`: this is a stream\n\n${user.inbox.map((text) => `data: ${eventsBody('0', text)}\n\n`).join('')}`);
  user.inbox.length = 0;
}

/**
 * @param {string} cursor
 * @param {string} events
 */
function eventsBody(cursor, events) {
  return `{"ok":true,"cursor":"${cursor}","events":[${events}]}`;
}

/**
 * Ends a user.
 *
 * @param {import('node:http').ServerResponse} res
 * @param {string} url
 */
function leave(res, url) {
  const user = userOf(url);
  users.delete(user.id + TOKEN_PADDING);
  for (const [name, members] of rooms) {
    if (!members.includes(user)) continue;
    const others = members.filter((member) => member !== user);
    if (others.length > 0) rooms.set(name, others);
    else rooms.delete(name);
  }
  answer(res, '{"ok":true}');
}

function userOf(/** @type {string} */ url) {
  const user = users.get(parameter(url, 'token='));
  if (user === undefined) throw new Error(`no user has this token: ${url}`);
  return user;
}

/** Drops the events that a cursor acknowledges. A cursor is `f.<position>.<log id>`. */
function acknowledge(/** @type {User} */ user, /** @type {string} */ cursor) {
  const count = Number(cursor.slice(2, cursor.indexOf('.', 2))) - user.acknowledged;
  if (count <= 0) return;
  if (count >= user.inbox.length) user.inbox.length = 0;
  else user.inbox.splice(0, count);
  user.acknowledged += count;
}

function cursorOf(/** @type {User} */ user) {
  return `f.${user.acknowledged + user.inbox.length}.${user.lastId}`;
}

/** Answers a user's poll with the whole inbox. The inbox keeps the events until the next poll acknowledges them. */
function release(/** @type {User} */ user) {
  const { res, inbox } = user;
  if (res === null) return;
  user.res = null;
  held.delete(user);
  answer(res, eventsBody(cursorOf(user), inbox.join(',')));
}

function answer(/** @type {import('node:http').ServerResponse} */ res, /** @type {string} */ body) {
  const script = `/**/f(${body});`;
  const length = Buffer.byteLength(script);
  res.writeHead(200, [
    'X-Content-Type-Options',
    'nosniff',
    'Cache-Control',
    'no-store',
    'Cross-Origin-Resource-Policy',
    'cross-origin',
    'Content-Type',
    'application/javascript; charset=utf-8',
    'Content-Length',
    length,
  ]);
  res.end(script, length === script.length ? 'latin1' : 'utf8');
}

/** Returns the value of a parameter without parsing the whole query, or '' when it is missing. */
function parameter(/** @type {string} */ url, /** @type {string} */ name) {
  const at = url.indexOf(name);
  if (at < 0) return '';
  const start = at + name.length;
  const end = url.indexOf('&', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

function decode(/** @type {string} */ text) {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function nextId() {
  const now = Date.now();
  sequence = now === lastMs ? sequence + 1 : 0;
  lastMs = now;
  return `${now}-${sequence}`;
}

setInterval(() => {
  const now = Date.now();
  for (const user of held) if (user.deadline <= now) release(user);
}, SWEEP_MS);

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true }, (req, res) => {
  const { url = '' } = req;
  operations[url.slice(url.indexOf('/', 1) + 1, url.indexOf('?'))]?.(res, url);
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
