/** Sends rubbish, and says what is wrong with the reply. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.js';
import type { Rubbish } from './rubbish.js';

/** How long an answer is waited for: a poll that is held is given up, as by a client that goes. */
const PATIENCE_MS = 400;
const agent = new Agent({ keepAlive: true, maxSockets: 50 });

/** A reply: status 0 when the connection was closed or no answer came in time. */
export interface Reply {
  status: number;
  type: string;
  text: string;
}

const NOTHING: Reply = { status: 0, type: '', text: '' };

/** Sends one; gives what came back. */
export function sendRubbish(url: string, { method, path, headers, body }: Rubbish): Promise<Reply> {
  return new Promise((resolve) => {
    const sent = request(url, { method, path, headers, agent, timeout: PATIENCE_MS }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (data: string) => (text += data))
        .on('error', () => undefined);
      response.on('close', () =>
        resolve(
          response.complete
            ? { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }
            : NOTHING,
        ),
      );
    });
    sent
      .on('error', () => resolve(NOTHING))
      .on('upgrade', (_, socket) => socket.destroy())
      .on('timeout', () => sent.destroy());
    sent.end(body ?? undefined);
  });
}

const OPERATION = /^\/(?:jsonp|api)\//;

/** Why a reply is not what an operation may answer; '' when it is, or when no operation was asked. */
export function faultOf({ method, path }: Rubbish, { status, type, text }: Reply): string {
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (
    status === 0 ||
    !OPERATION.test(path) ||
    ['OPTIONS', 'HEAD'].includes(method) ||
    type === '' ||
    type.startsWith('text/')
  )
    return ''; // broken HTTP, or an address that is none
  const script = /^\/\*\*\/[\w$.[\]]{1,128}\(([^<>\u2028\u2029]*)\);$/.exec(text)?.[1];
  if (type.startsWith('application/javascript'))
    return script === undefined ? 'no call of a function' : faultOfBody(script, null);
  return faultOfBody(text, status);
}

/** The envelope of every answer; its error's status is the HTTP status, except by JSONP. */
function faultOfBody(text: string, status: number | null): string {
  const body = parsed(text);
  if (body?.ok === true) return status === null || status === 200 ? '' : `ok with status ${status}`;
  const { code, status: said, message } = body?.error ?? {};
  if (body?.ok !== false || code === undefined || typeof message !== 'string') return 'no envelope';
  if (!Object.hasOwn(ERRORS, code) || ERRORS[code].status !== said) return `code ${code} with status ${said}`;
  return status === null || status === said ? '' : `HTTP status ${status} for ${said}`;
}

function parsed(
  text: string,
): { ok?: unknown; error?: { code?: ErrorCode; status?: number; message?: unknown } } | null {
  try {
    return JSON.parse(text) as object | null;
  } catch {
    return null;
  }
}

/** Writes bytes to a socket; gives all that came back until it was closed. */
export function sendRaw(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket
      .setEncoding('latin1')
      .on('data', (data: string) => (text += data))
      .on('error', () => undefined)
      .on('close', () => resolve(text));
  });
}
