/** Checks the way from outside: what a proxy in front of the chat does to requests and answers. */

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

const TIMEOUT_MS = 10_000;
/** A message of 1,600 emoji sent by JSONP has an address of about this many characters. */
const ADDRESS_CHARACTERS = 20_000;
/** A waiting poll gets a message within this time after its acceptance, unless something holds it back. */
const DELIVERY_MAX_MS = 1_000;
/** A certificate should be renewed this long before it expires. */
const RENEWAL_MS = 14 * 86_400_000;
/** After this time the server holds the poll that waits for the message. */
const HELD_AFTER_MS = 200;
const POLL_S = 5;
/** The browser library gives streams up whose first bytes take longer. */
const FIRST_BYTE_MAX_MS = 5_000;

/**
 * Resolves with the findings about the chat at `url`. Polls have to be held for `hold` seconds. `checkAddress` checks
 * by which address the chat counts joins.
 *
 * @param {string} url
 * @param {number} hold
 * @param {(url: string) => Promise<Finding | null>} checkAddress
 * @returns {Promise<Finding[]>}
 */
export async function checkThrough(url, hold, checkAddress) {
  const reached = await checkReach(url);
  if (reached.verdict === 'bad') return [reached];
  /** @type {(Finding | null)[]} */
  const findings = [
    reached,
    ...(await checkTls(url)),
    await checkLength(url),
    await checkHeaders(url),
    await checkAdmin(url),
    await checkAddress(url),
  ];
  const guest = await call(url, 'join', { room: `doctor-${Date.now().toString(36)}` }).catch(() => null);
  if (guest?.ok) {
    const delivery = await checkDelivery(url, guest);
    findings.push(
      delivery,
      await checkStream(url, guest, delivery !== NOTHING_CAME),
      await checkCache(url, guest),
      await checkHold(url, guest, hold, delivery !== NOTHING_CAME),
    );
    await call(url, 'leave', { token: guest.token }).catch(() => null);
  } else {
    findings.push(bad(`A guest cannot join: ${guest?.error.message ?? 'there is no answer.'}`));
  }
  return findings.filter((one) => one !== null);
}

/** If no message comes at all, the proxy's buffers are not the reason. */
const NOTHING_CAME = bad(
  'A waiting poll does not get a message.',
  'See whether a worker runs, and whether the proxy cuts polls off.',
);

const get = (/** @type {string} */ address) =>
  fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });

/**
 * Resolves with the JSON that an operation answers. Rejects when there is no answer, or when it is not the chat's.
 *
 * @param {string} url
 * @param {string} operation
 * @param {object} parameters
 * @param {{ timeoutMs?: number, headers?: Record<string, string> }} [options]
 */
export async function call(url, operation, parameters, { timeoutMs = TIMEOUT_MS, headers = {} } = {}) {
  const answer = await fetch(`${url}/api/${operation}`, {
    method: 'POST',
    body: JSON.stringify(parameters),
    headers,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await answer.text();
  if (!text.startsWith('{"ok":')) throw new Error(`HTTP ${answer.status}`);
  return JSON.parse(text);
}

async function checkReach(/** @type {string} */ url) {
  const from = performance.now();
  const answer = await get(`${url}/health`).catch((error) => error);
  const took = Math.round(performance.now() - from);
  if (answer instanceof Error)
    return bad(
      `${url} cannot be reached (${reasonOf(answer)}).`,
      'See whether the proxy runs, and check its DNS name and the firewall.',
    );
  const body = await answer.json().catch(() => null);
  if (body?.ok) return good(`${url} answers in ${took} ms.`);
  if (body?.reason) {
    const { stateText } = await import('#dist/shared/redis/reasons.js');
    return bad(`The chat at ${url} runs, but not its Redis. ${stateText(body.reason)}.`, 'Repair that first.');
  }
  return bad(
    `Something other than the chat answers at ${url}/health (HTTP ${answer.status}).`,
    `Let the proxy pass everything below ${url}/ to the chat.`,
  );
}

async function checkTls(/** @type {string} */ url) {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'http:')
    return [note('The address is plain HTTP, so pages on HTTPS cannot use the chat.', 'Get a certificate.')];
  const socket = connect({
    host: hostname,
    port: Number(port || 443),
    servername: hostname,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return [checkCertificate(socket.getPeerCertificate()), checkProtocol(socket.alpnProtocol)];
  } catch (error) {
    return [bad(`The certificate is not accepted (${reasonOf(error)}).`, 'Replace it, or complete its chain.')];
  } finally {
    socket.destroy();
  }
}

function checkCertificate(/** @type {import('node:tls').PeerCertificate} */ { valid_to: until }) {
  return Date.parse(until) - Date.now() > RENEWAL_MS
    ? good(`The certificate is valid until ${until}.`)
    : bad(`The certificate expires on ${until}.`, 'Renew it.');
}

function checkProtocol(/** @type {string | false | null} */ protocol) {
  if (protocol === 'h2') return good('The proxy speaks HTTP/2, so all tabs and polls share one connection.');
  return note(
    'The proxy speaks only HTTP/1.1: a browser opens six connections, and each tab holds one of them.',
    'Turn on HTTP/2 in the proxy.',
  );
}

/** The chat's error names the parameter that it refuses, which shows that the whole address has arrived. */
async function checkLength(/** @type {string} */ url) {
  const addresses = `Addresses of ${ADDRESS_CHARACTERS.toLocaleString('en')} characters`;
  const answer = await get(`${url}/jsonp/rooms?callback=f&pad=${'x'.repeat(ADDRESS_CHARACTERS)}`).catch(() => null);
  const text = await answer?.text().catch(() => '');
  if (text?.includes('"field":"pad"')) return good(`${addresses} get through.`);
  return bad(
    `${addresses} do not get through (${answer?.status ?? 'no answer'}), so long messages sent by JSONP are lost.`,
    'Set "large_client_header_buffers 4 64k" in nginx, or "tune.bufsize 69632" in HAProxy.',
  );
}

async function checkHeaders(/** @type {string} */ url) {
  const { headers } = await get(`${url}/api/rooms`);
  /** @type {[name: string, value: string][]} */
  const wanted = [
    ['Access-Control-Allow-Origin', '*'],
    ['Cache-Control', 'no-store'],
  ];
  const [name, value] = wanted.find((one) => headers.get(one[0]) !== one[1]) ?? [];
  if (name === undefined) return good('The headers that allow other pages and forbid caches get through.');
  const found = headers.get(name);
  return bad(
    `The header ${name} should be "${value}", but it is ${found === null ? 'missing' : `"${found}"`}.`,
    'Let the proxy leave that header alone.',
  );
}

async function checkAdmin(/** @type {string} */ url) {
  const { status } = await get(`${url}/metrics`);
  if (status === 200)
    return bad('Anybody can read /metrics here without a password.', 'See whether the proxy adds the password.');
  return status === 401 ? good('/metrics asks for the password.') : good('/metrics cannot be reached from here.');
}

/**
 * Checks how long a waiting poll takes to get a message.
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
  await sleep(HELD_AFTER_MS);
  const sent = await call(url, 'send', { token, room: room.name, text }).catch(() => null);
  const accepted = performance.now();
  if (!sent?.ok) return bad(`The chat refuses a message: ${sent?.error.message ?? 'there is no answer.'}`);
  const came = await waiting;
  if (came === null) return NOTHING_CAME;
  const took = Math.max(0, Math.round(came - accepted));
  return took < DELIVERY_MAX_MS
    ? good(`A waiting poll gets a message after ${took} ms: nothing holds answers back.`)
    : bad(
        `A waiting poll gets a message only after ${took} ms, probably because the proxy buffers answers.`,
        'Set "proxy_buffering off" in nginx.',
      );
}

/**
 * Polls until an answer is the wanted one, and moves `guest.cursor` along. Throws when it does not come in time.
 *
 * @param {string} url
 * @param {Guest} guest
 * @param {(answer: Events) => boolean} isWanted
 */
async function pollUntil(url, guest, isWanted) {
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end; ) {
    const answer = await call(url, 'poll', { token: guest.token, cursor: guest.cursor, timeout: POLL_S });
    if (!answer.ok) throw new Error(answer.error.code);
    guest.cursor = answer.cursor;
    if (isWanted(answer)) return;
  }
  throw new Error('it did not come');
}

/**
 * Checks that a stream begins at once, and brings a message as soon as it is accepted.
 *
 * @param {string} url
 * @param {Guest} guest
 * @param {boolean} pollsGetMessages
 */
async function checkStream(url, { token, cursor, room }, pollsGetMessages) {
  const message = `stream ${Math.random()}`;
  const closing = new AbortController();
  const close = () => closing.abort();
  let timer = setTimeout(close, FIRST_BYTE_MAX_MS);
  let hasBegun = false;
  try {
    const { body } = await fetch(`${url}/api/stream?${new URLSearchParams({ token, cursor })}`, closing);
    let sentAt = 0;
    let text = '';
    for await (const part of body ?? []) {
      text += Buffer.from(part).toString();
      if (!hasBegun) {
        clearTimeout(timer);
        timer = setTimeout(close, pollsGetMessages ? TIMEOUT_MS : POLL_S * 1_000);
        hasBegun = true;
        sentAt = performance.now();
        await call(url, 'send', { token, room: room.name, text: message });
      }
      if (text.includes(message))
        return good(`A stream brings a message after ${Math.round(performance.now() - sentAt)} ms.`);
    }
  } catch {
    // it has been closed here, or it broke
  } finally {
    clearTimeout(timer);
    close();
  }
  if (hasBegun && !pollsGetMessages)
    return note(
      'A stream does not bring a message either.',
      'So the reason is not the way of streams through the proxy.',
    );
  const trouble = hasBegun ? 'does not bring a message' : `does not begin within ${FIRST_BYTE_MAX_MS / 1_000} s`;
  return note(
    `A stream ${trouble}, probably because the proxy buffers or compresses it. So the browser library polls.`,
    'Set "proxy_buffering off" in nginx, or let it see the header X-Accel-Buffering. Do not compress text/event-stream.',
  );
}

/**
 * Asks for the same address twice, and changes the answer in between.
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
    return good('Nothing between here and the chat caches answers.');
  return bad(
    'The same answer comes twice, so something between here and the chat caches answers.',
    'Turn that cache off for the chat.',
  );
}

/**
 * Checks that an idle poll is held to its end.
 *
 * @param {string} url
 * @param {Guest} guest
 * @param {number} hold
 * @param {boolean} pollsGetMessages else there is nothing to wait for before
 */
async function checkHold(url, guest, hold, pollsGetMessages) {
  if (pollsGetMessages)
    await pollUntil(url, guest, ({ events }) => events.some((event) => event.text === 'once more')).catch(() => null);
  const from = performance.now();
  const answer = await call(
    url,
    'poll',
    { token: guest.token, cursor: guest.cursor, timeout: hold },
    { timeoutMs: hold * 1_000 + TIMEOUT_MS },
  ).catch((error) => error);
  const seconds = Math.round((performance.now() - from) / 1_000);
  if (answer.ok && seconds >= hold) return good(`A poll is held for ${seconds} s.`);
  const end = answer.ok === undefined ? `cut off (${reasonOf(answer)})` : 'answered';
  return bad(
    `A poll that should be held for ${hold} s is ${end} after ${seconds} s, so messages come late.`,
    'Set "proxy_read_timeout 75s" in nginx, or "timeout server 75s" in HAProxy.',
  );
}
