/**
 * Sends one letter. A stranger has chosen the address, so nothing here trusts it: the name is looked up once, every
 * address that it has must be allowed, and the connection goes to one of those. Redirects are not followed, and neither
 * a slow nor a huge answer costs more than its limit.
 */
import { Resolver } from 'node:dns/promises';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { HOOK_AGENT } from '../../../shared/hooks/agent.js';
import type { Reach } from '../../../shared/hooks/networks.js';
import { literalAddress } from '../../../shared/hooks/url.js';
import type { Letter } from './letter.js';

/** For all of it: name, connection, answer. Receivers answer within a second, or queue what they get. */
const TIME_MAX_MS = 10_000;
/** Bytes of an answer that are read, so that the receiver sees its answer taken. Nobody looks at them. */
const ANSWER_BYTES_MAX = 65_536;
/** Of one question to one name server. `dns.lookup` would take a thread for as long as a stranger's server likes. */
const DNS_TIMEOUT_MS = 2_000;
/** The longest pause that a receiver may ask for. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * The outcome of a letter. `refused`: the receiver does not want it, so another try will hardly help. `gone`: it wants
 * nothing any more. Messages are for the owner, and have no part of the address.
 */
export type Outcome =
  | { kind: 'sent' }
  | { kind: 'gone' | 'refused'; message: string }
  | { kind: 'failed'; message: string; retryAfterMs?: number };

/** The codes of DNS for a name that has no address. Every other error is one of DNS, and may pass. */
const NO_ADDRESS_CODES = ['ENOTFOUND', 'ENODATA'];

/** DNS has failed, so nobody knows whether the name has an address. */
class NoAnswerOfDns extends Error {}

/** Resolves with the addresses of a name, none if it has none. It reads no `/etc/hosts`. Rejects while DNS fails. */
export async function resolveName(
  name: string,
  resolver: Pick<Resolver, 'resolve4' | 'resolve6'> = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 }),
): Promise<string[]> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const isKnown = (answer: PromiseSettledResult<string[]>): boolean =>
    answer.status === 'fulfilled' || NO_ADDRESS_CODES.includes((answer.reason as { code?: string }).code ?? '');
  if (addresses.length === 0 && !answers.every(isKnown)) throw new NoAnswerOfDns();
  return addresses;
}

/** How letters are sent. Tests have other names and less time. */
export interface Sending {
  reach: Reach;
  resolve?: (name: string) => Promise<string[]>;
  timeMaxMs?: number;
}

/** Sends a letter. Never rejects. */
export async function send(
  letter: Letter,
  { reach, resolve = resolveName, timeMaxMs = TIME_MAX_MS }: Sending,
): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeMaxMs);
  try {
    const literal = literalAddress(letter.url);
    const addresses = literal === null ? await inTime(resolve(letter.url.hostname), signal) : [literal];
    const denied = denialOf(letter.url, addresses, reach);
    if (denied !== null) return { kind: 'refused', message: denied };
    return outcomeOf(await post(letter, addresses, signal));
  } catch (error) {
    return { kind: 'failed', message: wordsFor(error, timeMaxMs) };
  }
}

/** Returns why a letter may not go to these addresses, or null. One that is not allowed is enough. */
function denialOf({ protocol }: URL, addresses: readonly string[], reach: Reach): string | null {
  if (addresses.length === 0) return 'DNS has no address for the name of the receiver.';
  const reaches = addresses.map((address) => reach.of(address));
  if (reaches.includes('none')) return 'The receiver is in a network that hooks may not reach.';
  return protocol === 'http:' && reaches.includes('public') ? 'The receiver needs an address with https.' : null;
}

async function inTime<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

/** Posts a letter to one of these addresses. Resolves with the head of the answer. */
function post({ url, headers, body }: Letter, addresses: readonly string[], signal: AbortSignal) {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const lookup = ((_name, { all }, tell) => {
    const [first] = found;
    if (all) tell(null, found);
    else tell(null, first?.address ?? '', first?.family);
  }) as LookupFunction;
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'user-agent': HOOK_AGENT, 'content-length': Buffer.byteLength(body) },
    lookup,
    agent: false, // a connection of its own, to an address that was checked for this letter
    signal,
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestHttp(url, options) : requestHttps(url, options);
    request.on('response', (answer) => {
      drain(answer);
      resolve(answer);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Takes the beginning of an answer, and lets the rest go. */
function drain(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) answer.destroy();
  });
  answer.on('error', () => undefined); // its head has said it all
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Outcome {
  const message = `The receiver answered ${statusCode}.`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'sent' };
  if (statusCode === 410) return { kind: 'gone', message };
  if (statusCode >= 300 && statusCode < 400)
    return { kind: 'refused', message: `The receiver answered ${statusCode}, and hooks follow no redirects.` };
  const isPassing = statusCode >= 500 || statusCode === 408 || statusCode === 425 || statusCode === 429;
  return isPassing
    ? { kind: 'failed', message, ...retryAfterOf(headers['retry-after']) }
    : { kind: 'refused', message };
}

/** Reads `Retry-After`: seconds, or a date. */
function retryAfterOf(text: string | undefined): { retryAfterMs?: number } {
  if (text === undefined) return {};
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return ms > 0 ? { retryAfterMs: Math.min(ms, RETRY_AFTER_MAX_MS) } : {};
}

/** Returns an error in words, without the address. */
function wordsFor(error: unknown, timeMaxMs: number): string {
  const { name, code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT')
    return `The receiver did not answer within ${timeMaxMs / 1_000} s.`;
  if (error instanceof NoAnswerOfDns) return 'DNS does not answer for the name of the receiver.';
  if (code === 'ECONNREFUSED') return 'Nobody listens at the address of the receiver.';
  if (/CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code)) return 'The certificate of the receiver is not valid.';
  return `The connection to the receiver failed${/^[A-Z_0-9]{1,40}$/.test(code) ? ` (${code})` : ''}.`;
}
