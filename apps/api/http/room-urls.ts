/**
 * Every room is an address. At `/r/<room>` a browser finds the room's page, and a program what happens in the room. A
 * program posts a message there, too. `/h/<secret>` is an incoming webhook.
 */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { Context } from '../context.js';
import { checkParameters } from '../operations/parameters/check.js';
import { fromQuery, parseQuery } from '../operations/parameters/query.js';
import { checkAndRun } from './dispatch.js';
import { EVENT_STREAM } from './event-stream.js';
import { Exchange, type Monitoring } from './exchange.js';
import { readHookBody, readPostBody } from './post-body.js';
import { sendPreflight } from './response.js';
import { type Format, RoomStream } from './room-stream.js';

const ADDRESS = /^\/([rh])\/([^/]+)$/;
const NDJSON = /\bapplication\/(?:x-)?ndjson\b/i;
const HTML = /\b(?:text\/html|application\/xhtml\+xml)\b/i;
/** Browsers, crawlers, and programs that show a preview of a link. They get the page, whatever they accept. */
const PAGE_READER = /mozilla|bot\b|crawler|spider|preview|facebook|whatsapp|\+https?:/i;

/** The headers by which a client gets the page, or what happens in the room. */
export const DECIDING_HEADERS = ['Accept', 'User-Agent', 'Sec-Fetch-Mode'];

/** Passes on what is no such address, and everything for which there is the page of the room. */
export function roomUrls(context: Context, monitoring: Monitoring): Middleware {
  return (ctx, next) => {
    const [, kind, name = ''] = ADDRESS.exec(ctx.path) ?? [];
    const { req, res, querystring } = ctx;
    const format = req.method === 'GET' ? formatFor(req) : null;
    if (kind === undefined || (kind === 'r' && (req.method === 'HEAD' || (req.method === 'GET' && !format))))
      return next();
    ctx.respond = false;
    if (req.method === 'OPTIONS') sendPreflight(res);
    else if (kind === 'r' && format) listen(new RoomStream(context, monitoring, res, format), name, querystring);
    else void post(new Exchange(context, monitoring, res, 'post'), kind, name, querystring);
    return undefined;
  };
}

/** Returns the form in which a client wants to listen. Null: it wants the page. */
function formatFor({ headers }: IncomingMessage): Format | null {
  const { accept = '' } = headers;
  if (EVENT_STREAM.test(accept)) return 'event-stream';
  if (NDJSON.test(accept)) return 'ndjson';
  const isBrowser = headers['sec-fetch-mode'] !== undefined || PAGE_READER.test(headers['user-agent'] ?? '');
  return HTML.test(accept) || isBrowser ? null : 'ndjson';
}

function listen(stream: RoomStream, room: string, query: string): void {
  const { req, socket } = stream.res;
  try {
    // Node does not tell a response that waits behind another one that its client has gone
    if (socket === null)
      throw new ChatError('bad_request', 'Another request of this connection is open. Use a new one to listen.', {
        field: 'connection',
      });
    const raw = withKey(inRoom(room, query), req.headers.authorization);
    // EventSource opens the address that it knows again and again, so its header tells more than the address
    const lastEventId = req.headers['last-event-id'];
    if (lastEventId !== undefined && lastEventId !== '') raw.since = lastEventId;
    void stream.listen(checkParameters('listen', raw));
  } catch (error) {
    stream.fail(error);
  }
}

async function post(exchange: Exchange, kind: string, name: string, query: string): Promise<void> {
  const { req } = exchange.res;
  try {
    if (req.method !== 'POST') throw wrongMethod(kind);
    exchange.context.admission.precheck('post', req);
    if (kind === 'r') {
      const raw = withKey(inRoom(name, query), req.headers.authorization);
      checkAndRun('post', merged(raw, await readPostBody(req)), exchange);
    } else {
      const raw = merged({ hook: name }, fromQuery(parseQuery(query)));
      checkAndRun('post', merged(raw, await readHookBody(req)), exchange);
    }
  } catch (error) {
    exchange.fail(error);
  }
}

function inRoom(room: string, query: string): Record<string, unknown> {
  return merged({ room }, fromQuery(parseQuery(query)));
}

/** Returns the parameters of both places. Throws `bad_request` for one that is in both. */
function merged(one: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const [twice] = Object.keys(other).filter((field) => Object.hasOwn(one, field));
  if (twice !== undefined)
    throw new ChatError('bad_request', `${twice.slice(0, 64)} was given more than once.`, {
      field: twice.slice(0, 64),
    });
  return Object.assign(Object.create(null), one, other) as Record<string, unknown>;
}

/** Takes the key of the room from `Authorization: Bearer <key>`, so that it need not be in the address. */
function withKey(raw: Record<string, unknown>, header: string | undefined): Record<string, unknown> {
  if (header === undefined) return raw;
  const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (key === undefined)
    throw new ChatError('bad_request', 'Authorization must be "Bearer" followed by the room\'s key.', {
      field: 'authorization',
    });
  return merged(raw, { key });
}

function wrongMethod(kind: string): ChatError {
  return kind === 'r'
    ? new ChatError('method_not_allowed', 'Use GET to listen, and POST to post a message.', {
        field: 'method',
        allow: 'GET, HEAD, POST, OPTIONS',
      })
    : new ChatError('method_not_allowed', 'Use POST to call a webhook.', { field: 'method', allow: 'POST, OPTIONS' });
}
