import { POLL_TIMEOUT_MAX_S } from '../../../shared/protocol/limits.js';
import type { Answers } from '../client/answers.js';
import { asFailure, Failure } from '../client/errors.js';
import { fetchTransport } from '../client/transport/fetch.js';
import { jsonpTransport } from '../client/transport/jsonp.js';
import type { Transport } from '../client/transport/transport.js';
import { bad, type Finding, good, type Listener, note } from './findings.js';

const REQUEST_TIMEOUT_MS = 8_000;
/** ms that a clock may be off before times look odd. */
const CLOCK_OFF_MAX_MS = 60_000;
/** Characters of address to try. A message of 2,000 characters takes 2,100 in plain letters and up to 24,000 in emoji. */
const LENGTHS = [2_000, 4_000, 8_000, 16_000, 32_000];

async function tryTransport(transport: Transport): Promise<{ ms: number; failure: Failure | null }> {
  const from = Date.now();
  const failure = await transport.call('rooms', {}, REQUEST_TIMEOUT_MS).done.then(() => null, asFailure);
  return { ms: Date.now() - from, failure: failure && failure.code === 'network' ? failure : null };
}

/** Tries both ways. Returns the one to go on with, or null when nothing gets through. */
export async function checkReach(server: string, { begun, found }: Required<Listener>): Promise<Transport | null> {
  const scripts = jsonpTransport(server, '');
  const fetching = fetchTransport(server);
  begun('script tags');
  const viaScript = await tryTransport(scripts);
  found(
    viaScript.failure
      ? bad(
          'script tags',
          `Script tags from ${server} do not get through. If this page has a Content-Security-Policy, add ${server} to its script-src.`,
        )
      : good('script tags', `Script tags get through, in ${viaScript.ms} ms.`),
  );
  begun('fetch');
  const viaFetch = await tryTransport(fetching);
  found(
    viaFetch.failure
      ? note(
          'fetch',
          `fetch does not get through. If this page has a Content-Security-Policy, add ${server} to its connect-src; until then script tags do the work.`,
        )
      : good('fetch', `fetch gets through, in ${viaFetch.ms} ms.`),
  );
  if (!viaFetch.failure) return fetching;
  return viaScript.failure ? null : scripts;
}

export async function checkLength(server: string): Promise<Finding> {
  const transport = jsonpTransport(server, '');
  let longest = 0;
  for (const length of LENGTHS) {
    // the server refuses the parameter by name, which shows that the whole address has reached it
    const failure = await transport
      .call('rooms', { pad: 'x'.repeat(length) }, REQUEST_TIMEOUT_MS)
      .done.then(() => null, asFailure);
    if (failure && failure.code === 'network') break;
    longest = length;
  }
  const text = longest.toLocaleString('en');
  if (longest >= 32_000)
    return good('long addresses', `Addresses of ${text} characters get through: any message fits into a script tag.`);
  if (longest >= 8_000)
    return note(
      'long addresses',
      `Addresses of up to ${text} characters get through: by script tags, a long message in emoji or Chinese may not fit.`,
    );
  return bad(
    'long addresses',
    `Only addresses of up to ${text} characters get through: by script tags, long messages will not arrive. Something between you and the server shortens them.`,
  );
}

export async function checkClock(joined: Answers['join'], askedAt: number): Promise<Finding> {
  const last = joined.room.history[joined.room.history.length - 1];
  const now = (askedAt + Date.now()) / 2;
  const off = last ? Math.round((now - last.at) / 1_000) : 0;
  if (Math.abs(off) * 1_000 < CLOCK_OFF_MAX_MS) return good('clock', 'This computer and the server agree on the time.');
  const minutes = Math.round(Math.abs(off) / 60);
  return note(
    'clock',
    `This computer's clock is ${minutes} min ${off > 0 ? 'ahead of' : 'behind'} the server's: times of messages will look wrong.`,
  );
}

export async function checkHold(transport: Transport, guest: Answers['join']): Promise<Finding> {
  const { token } = guest;
  let { cursor } = guest;
  let from = 0;
  let failure: Failure | null = null;
  // events of the guest's own coming are answered at once; the first poll that finds nothing is the one that is
  // held, as long as the server holds any: for half of its USER_TTL, by default 45 s
  for (let events = 1; events > 0; ) {
    from = Date.now();
    const answer = await transport
      .call('poll', { token, cursor, timeout: POLL_TIMEOUT_MAX_S }, (POLL_TIMEOUT_MAX_S + 10) * 1_000)
      .done.catch(asFailure);
    failure = answer instanceof Failure ? answer : null;
    events = answer instanceof Failure ? 0 : answer.events.length;
    cursor = answer instanceof Failure ? cursor : answer.cursor;
  }
  const seconds = Math.round((Date.now() - from) / 1_000);
  if (!failure)
    return good('long holds', `A request may be held for ${seconds} s here: messages arrive the moment they are sent.`);
  if (seconds >= 25)
    return good(
      'long holds',
      `Requests are cut after ${seconds} s here; the library holds them for 25 s, so that does no harm.`,
    );
  return note(
    'long holds',
    `Something between you and the server cuts requests after ${seconds} s. The library notices and asks more often.`,
  );
}
