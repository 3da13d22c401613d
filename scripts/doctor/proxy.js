/** The way from outside: what a proxy in front of the chat does to its requests. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { reasonOf } from '../problem.js';
import { bad, good, note } from './findings.js';

/**
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {{ token: string, cursor: string, room: { name: string } }} Guest
 * @typedef {{ events: { id: string, text?: string }[] }} Events
 */

const PATIENCE = 10_000;
/** Characters of address: a message of 1,600 emoji by JSONP. */
const LONG = 20_000;
/** ms from a message's acceptance to a poll that waits for it. */
const PROMPT = 1_000;
const SOON = 14 * 86_400_000;

/**
 * Looks at the chat through `url`. `hold`: seconds for which polls have to be held; `counted` says by which address joins are counted.
 *
 * @param {string} url
 * @param {number} hold
 * @param {(url: string) => Promise<Finding | null>} counted
 * @returns {Promise<Finding[]>}
 */
export async function checkThrough(url, hold, counted) {
  const reached = await checkReach(url);
  if (reached.verdict === 'bad') return [reached];
  /** @type {(Finding | null)[]} */
  const findings = [
    reached,
    ...(await checkTls(url)),
    await checkLength(url),
    await checkHeaders(url),
    await checkAdmin(url),
    await counted(url),
  ];
  const guest = await call(url, 'join', { room: `doctor-${Date.now().toString(36)}` }).catch(() => null);
  if (guest?.ok) {
    findings.push(await checkDelivery(url, guest), await checkCache(url, guest), await checkHold(url, guest, hold));
    await call(url, 'leave', { token: guest.token }).catch(() => null);
  } else {
    findings.push(bad(`A guest cannot join: ${guest?.error.message ?? 'no answer'}`));
  }
  return findings.filter((one) => one !== null);
}

const get = (/** @type {string} */ address) =>
  fetch(address, { signal: AbortSignal.timeout(PATIENCE), redirect: 'manual' });

/**
 * The JSON that an operation answers. Rejects when something in between answers instead, or nobody.
 *
 * @param {string} url
 * @param {string} operation
 * @param {object} parameters
 * @param {{ ms?: number, headers?: Record<string, string> }} [how]
 */
export async function call(url, operation, parameters, { ms = PATIENCE, headers = {} } = {}) {
  const answer = await fetch(`${url}/api/${operation}`, {
    method: 'POST',
    body: JSON.stringify(parameters),
    headers,
    signal: AbortSignal.timeout(ms),
  });
  const text = await answer.text();
  if (!text.startsWith('{"ok":')) throw new Error(`HTTP ${answer.status}`);
  return JSON.parse(text);
}

async function checkReach(/** @type {string} */ url) {
  const from = performance.now();
  const answer = await get(`${url}/health`).catch((error) => error);
  const took = Math.round(performance.now() - from);
  if (answer instanceof Error) return bad(`${url} cannot be reached: ${reasonOf(answer)}.`);
  const body = await answer.json().catch(() => null);
  if (body?.ok) return good(`${url} is reached, in ${took} ms.`);
  if (body?.reason) return bad(`${url} is reached, but Redis is away: ${body.reason}.`);
  return bad(
    `${url}/health answers ${answer.status}, and not from the chat: let the proxy pass on everything below ${url}/.`,
  );
}

async function checkTls(/** @type {string} */ url) {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'http:')
    return [note('It is plain HTTP: pages on HTTPS, which most are, cannot use it. Give it a certificate.')];
  const socket = connect({
    host: hostname,
    port: Number(port || 443),
    servername: hostname,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE) });
    return [checkCertificate(socket.getPeerCertificate()), checkProtocol(socket.alpnProtocol)];
  } catch (error) {
    return [bad(`Its certificate is not accepted: ${reasonOf(error)}.`)];
  } finally {
    socket.destroy();
  }
}

function checkCertificate(/** @type {import('node:tls').PeerCertificate} */ { valid_to: until }) {
  const left = Date.parse(until) - Date.now();
  return left > SOON
    ? good(`Its certificate is good until ${until}.`)
    : bad(`Its certificate ends on ${until}: renew it.`);
}

function checkProtocol(/** @type {string | false | null} */ protocol) {
  if (protocol === 'h2') return good('It speaks HTTP/2: tabs and polls share one connection.');
  return note(
    'It speaks HTTP/1.1 only: browsers open six connections, and each tab holds one of them. Switch HTTP/2 on in the proxy.',
  );
}

/** The chat refuses the parameter by name, which shows that the whole address has reached it. */
async function checkLength(/** @type {string} */ url) {
  const answer = await get(`${url}/jsonp/rooms?callback=f&pad=${'x'.repeat(LONG)}`).catch(() => null);
  const text = await answer?.text().catch(() => '');
  if (text?.includes('"field":"pad"')) return good(`Addresses of ${LONG.toLocaleString('en')} characters get through.`);
  return bad(
    `Addresses of ${LONG.toLocaleString('en')} characters do not get through (${answer?.status ?? 'no answer'}): by JSONP, long messages are lost. nginx wants "large_client_header_buffers 4 64k", HAProxy "tune.bufsize 65536".`,
  );
}

async function checkHeaders(/** @type {string} */ url) {
  const { headers } = await get(`${url}/api/rooms`);
  const origin = headers.get('access-control-allow-origin');
  if (origin !== '*')
    return bad(
      `Access-Control-Allow-Origin is "${origin}" and must be "*", once: let the proxy leave that header alone.`,
    );
  if (headers.get('cache-control') !== 'no-store')
    return bad(
      `Cache-Control is "${headers.get('cache-control')}" and must be "no-store": let the proxy leave that header alone.`,
    );
  return good('The headers that let other pages in, and caches not, come through.');
}

async function checkAdmin(/** @type {string} */ url) {
  const { status } = await get(`${url}/metrics`);
  if (status === 200) return bad('/metrics can be read without a password from here: does the proxy add one?');
  return status === 401
    ? good("The host's pages want the password.")
    : good("The host's pages are not to be had from here.");
}

/**
 * A poll waits, a message comes: how long until the poll has it.
 *
 * @param {string} url
 * @param {Guest} guest
 */
async function checkDelivery(url, guest) {
  const { token, room } = guest;
  const text = `doctor ${Math.random()}`;
  const waiting = pollUntil(url, guest, ({ events }) => events.some((event) => event.text === text)).then(
    () => performance.now(),
    () => null,
  );
  await sleep(200); // so that it is held
  const sent = await call(url, 'send', { token, room: room.name, text }).catch(() => null);
  const accepted = performance.now();
  if (!sent?.ok) return bad(`A message is refused: ${sent?.error.message ?? 'no answer'}`);
  const came = await waiting;
  if (came === null)
    return bad('A message does not come to who waits for it: is a worker running? Is the poll cut by the proxy?');
  const took = Math.max(0, Math.round(came - accepted));
  return took < PROMPT
    ? good(`A message is with who waits for it after ${took} ms: nothing holds answers back.`)
    : bad(
        `A message is with who waits for it only after ${took} ms: does the proxy gather answers? nginx wants "proxy_buffering off".`,
      );
}

/**
 * Polls on until an answer is what is looked for; `guest.cursor` goes along.
 *
 * @param {string} url
 * @param {Guest} guest
 * @param {(answer: Events) => boolean} wanted
 */
async function pollUntil(url, guest, wanted) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const answer = await call(url, 'poll', { token: guest.token, cursor: guest.cursor, timeout: 5 });
    if (!answer.ok) throw new Error(answer.error.code);
    guest.cursor = answer.cursor;
    if (wanted(answer)) return;
  }
  throw new Error('it did not come');
}

/**
 * The same address twice, with something new in between.
 *
 * @param {string} url
 * @param {Guest} guest
 */
async function checkCache(url, { token, room }) {
  const address = `${url}/api/history?${new URLSearchParams({ token, room: room.name, limit: '1' })}`;
  const newest = async () => /** @type {Events} */ (await (await get(address)).json()).events[0]?.id;
  const before = await newest().catch(() => null);
  await call(url, 'send', { token, room: room.name, text: 'once more' });
  if (before && before !== (await newest().catch(() => null)))
    return good('Nothing in between keeps answers for later.');
  return bad(
    'The same answer comes twice: something in between keeps answers (a cache). Switch that off for the chat.',
  );
}

/**
 * @param {string} url
 * @param {Guest} guest
 * @param {number} hold
 */
async function checkHold(url, guest, hold) {
  await pollUntil(url, guest, ({ events }) => events.some((event) => event.text === 'once more')).catch(() => null);
  const from = performance.now();
  const answer = await call(
    url,
    'poll',
    { token: guest.token, cursor: guest.cursor, timeout: hold },
    { ms: hold * 1_000 + PATIENCE },
  ).catch((error) => error);
  const seconds = Math.round((performance.now() - from) / 1_000);
  if (answer.ok && seconds >= hold) return good(`A poll is held for ${seconds} s.`);
  const why = answer.ok === undefined ? `cut (${reasonOf(answer)})` : 'answered';
  return bad(
    `A poll that should be held for ${hold} s is ${why} after ${seconds} s: messages come late and connections are wasted. nginx wants "proxy_read_timeout 75s", HAProxy "timeout server 75s".`,
  );
}
