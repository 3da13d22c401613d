/** The wire, as plainly as a test can speak it: one call in any of the ways, over kept connections. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.js';

export type Way = 'jsonp' | 'api-post' | 'api-get';
export type Parameters = Record<string, unknown>;

export interface Failure {
  code: ErrorCode;
  status: number;
  message: string;
  field?: string;
  suggestion?: string;
  retryAfter?: number;
  reason?: string;
}

/** The part of an answer that every operation has. The rest is the operation's own. */
export type Body<Fields> = ({ ok: true } & Fields) | { ok: false; error: Failure };

export interface Answer<Fields> {
  status: number;
  headers: IncomingHttpHeaders;
  body: Body<Fields>;
}

interface Response {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const CALLBACK = 'cb';

/** Lets go of the connections that nobody uses: a process that ends would wait 1.5 s for a last request on them. */
export function dropIdle(): void {
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

/**
 * Calls an operation of the API at `url`. Rejects only when the connection fails, or the answer has not the form it
 * must have.
 */
export async function call<Fields = Record<string, unknown>>(
  url: string,
  op: string,
  params: Parameters = {},
  { way = 'api-post', signal }: { way?: Way; signal?: AbortSignal } = {},
): Promise<Answer<Fields>> {
  const { status, headers, text } = await ways[way](url, op, params, signal);
  if (BY_PROXY.has(status) && headers['content-type']?.startsWith('text/html'))
    throw new NoHost(`a proxy answered ${status}`);
  return { status, headers, body: JSON.parse(way === 'jsonp' ? unwrapped(text) : text) as Body<Fields> };
}

/** Statuses that proxies answer themselves when no host does. For a client they are like a failed connection. */
const BY_PROXY = new Set([502, 503, 504]);
class NoHost extends Error {
  readonly code = 'ECONNPROXY';
}

const ways: Record<Way, (url: string, op: string, params: Parameters, signal?: AbortSignal) => Promise<Response>> = {
  jsonp: (url, op, params, signal) =>
    fetchText('GET', `${url}/jsonp/${op}?${query({ callback: CALLBACK, ...params })}`, signal),
  'api-get': (url, op, params, signal) => fetchText('GET', `${url}/api/${op}?${query(params)}`, signal),
  'api-post': (url, op, params, signal) => fetchText('POST', `${url}/api/${op}`, signal, JSON.stringify(params)),
};

/** Parameters as a query has them: text, and `data` as JSON text. */
function query(params: Parameters): URLSearchParams {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  return new URLSearchParams(
    given.map(([name, value]) => [name, name === 'data' || name === 'value' ? JSON.stringify(value) : String(value)]),
  );
}

/** The argument of the callback. The form is exact: `/**` + `/cb(...);` and nothing around it. */
function unwrapped(text: string): string {
  const argument = new RegExp(`^/\\*\\*/${CALLBACK}\\((.*)\\);$`, 's').exec(text)?.[1];
  if (argument === undefined) throw new Error(`not a JSONP answer: ${text}`);
  return argument;
}

/** One request, with its whole answer as text. */
export function fetchText(method: string, url: string, signal?: AbortSignal, body?: string): Promise<Response> {
  const headers =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers, signal }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (data: string) => (text += data))
        .on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

/** An answer that said no, thrown by whoever expected a yes. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(op: string, failure: Failure) {
    super(`${op}: ${failure.code}: ${failure.message}`);
    this.failure = failure;
  }

  get mayRetry(): boolean {
    return ERRORS[this.failure.code].retry;
  }
}

/** As `call`, but gives the body of a yes and throws a no. */
export async function ask<Fields>(
  url: string,
  op: string,
  params: Parameters = {},
  options: { way?: Way; signal?: AbortSignal } = {},
) {
  const { body } = await call<Fields>(url, op, params, options);
  if (!body.ok) throw new Refused(op, body.error);
  return body;
}
