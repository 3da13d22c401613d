/** Checks that send requests to the server. */
import { POLL_TIMEOUT_DEFAULT_S, POLL_TIMEOUT_MAX_S } from '../../../shared/protocol/limits.js';
import type { Answers } from '../client/answers.js';
import { asFailure, Failure } from '../client/errors.js';
import { fetchTransport } from '../client/transport/fetch.js';
import { jsonpTransport } from '../client/transport/jsonp.js';
import type { Transport } from '../client/transport/transport.js';
import { bad, type Finding, good, type Listener, note } from './findings.js';

const REQUEST_TIMEOUT_MS = 8_000;
/** A clock that is wrong by less than this does not make times look odd. */
const CLOCK_OFF_MAX_MS = 60_000;
/**
 * Lengths of addresses to try. A message of 2,000 characters takes 2,100 in plain letters and up to 24,000 in emoji.
 */
const LENGTHS = [2_000, 4_000, 8_000, 16_000, 32_000];
/** Addresses of this length hold any message. */
const ENOUGH_CHARACTERS = 32_000;
/** Addresses of this length hold most messages. */
const FAIR_CHARACTERS = 8_000;

async function tryTransport(transport: Transport): Promise<{ ms: number; failure: Failure | null }> {
  const startedAt = Date.now();
  const failure = await transport.call('rooms', {}, REQUEST_TIMEOUT_MS).done.then(() => null, asFailure);
  return { ms: Date.now() - startedAt, failure: failure?.code === 'network' ? failure : null };
}

/** Tries both transports. Resolves with the one to go on with, or with null if the server cannot be reached. */
export async function checkReach(server: string, { begun, found }: Required<Listener>): Promise<Transport | null> {
  const scripts = jsonpTransport(server, '');
  const fetching = fetchTransport(server);
  begun('script tags');
  const viaScript = await tryTransport(scripts);
  found(
    viaScript.failure
      ? bad(
          'script tags',
          `Script tags cannot reach ${server}. If this page has a Content-Security-Policy, add ${server} to its script-src.`,
        )
      : good('script tags', `Script tags reach the server. The answer took ${viaScript.ms} ms.`),
  );
  begun('fetch');
  const viaFetch = await tryTransport(fetching);
  found(
    viaFetch.failure
      ? note(
          'fetch',
          `fetch cannot reach the server, so the library uses script tags. If this page has a Content-Security-Policy, add ${server} to its connect-src.`,
        )
      : good('fetch', `fetch reaches the server. The answer took ${viaFetch.ms} ms.`),
  );
  if (!viaFetch.failure) return fetching;
  return viaScript.failure ? null : scripts;
}

export async function checkLength(server: string): Promise<Finding> {
  const transport = jsonpTransport(server, '');
  let longest = 0;
  for (const tried of LENGTHS) {
    // the server refuses the parameter by its name, so the whole address has reached it
    const failure = await transport
      .call('rooms', { pad: 'x'.repeat(tried) }, REQUEST_TIMEOUT_MS)
      .done.then(() => null, asFailure);
    if (failure?.code === 'network') break;
    longest = tried;
  }
  return lengthFinding(longest);
}

function lengthFinding(longest: number): Finding {
  const text = longest.toLocaleString('en');
  if (longest >= ENOUGH_CHARACTERS)
    return good('long addresses', `Addresses of ${text} characters work. A script tag can carry any message.`);
  if (longest >= FAIR_CHARACTERS)
    return note(
      'long addresses',
      `Addresses of up to ${text} characters work. A script tag cannot carry a long message in emoji or Chinese.`,
    );
  return bad(
    'long addresses',
    `Only addresses of up to ${text} characters work. Something between you and the server refuses longer ones. A script tag cannot carry long messages here.`,
  );
}

export async function checkClock(joined: Answers['join'], askedAt: number): Promise<Finding> {
  const last = joined.room.history[joined.room.history.length - 1];
  const now = (askedAt + Date.now()) / 2;
  const offMs = last ? now - last.at : 0;
  if (Math.abs(offMs) < CLOCK_OFF_MAX_MS) return good('clock', "This computer's clock and the server's clock agree.");
  const minutes = Math.round(Math.abs(offMs) / 60_000);
  return note(
    'clock',
    `This computer's clock is ${minutes} min ${offMs > 0 ? 'ahead of' : 'behind'} the server's. The times of messages will look wrong.`,
  );
}

/** Polls as the guest until a poll is held, and sees how long the network lets it wait. */
export async function checkHold(transport: Transport, guest: Answers['join']): Promise<Finding> {
  const { token } = guest;
  let { cursor } = guest;
  let startedAt = 0;
  let failure: Failure | null = null;
  // polls with events, such as the guest's own entry, are answered at once; the first poll without events is held
  // for as long as the server holds any: half of its USER_TTL, by default 45 s
  for (let events = 1; events > 0; ) {
    startedAt = Date.now();
    const answer = await transport
      .call('poll', { token, cursor, timeout: POLL_TIMEOUT_MAX_S }, (POLL_TIMEOUT_MAX_S + 10) * 1_000)
      .done.catch(asFailure);
    failure = answer instanceof Failure ? answer : null;
    events = answer instanceof Failure ? 0 : answer.events.length;
    cursor = answer instanceof Failure ? cursor : answer.cursor;
  }
  return holdFinding(failure, Math.round((Date.now() - startedAt) / 1_000));
}

function holdFinding(failure: Failure | null, seconds: number): Finding {
  if (!failure)
    return good('long holds', `A request can stay open for ${seconds} s. Messages arrive as soon as they are sent.`);
  if (seconds >= POLL_TIMEOUT_DEFAULT_S)
    return good(
      'long holds',
      `Requests are cut after ${seconds} s. The library keeps them open for ${POLL_TIMEOUT_DEFAULT_S} s only, so that does no harm.`,
    );
  return note(
    'long holds',
    `Something between you and the server cuts requests after ${seconds} s. The library notices this and asks more often.`,
  );
}
