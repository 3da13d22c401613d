/**
 * Operations over HTTP: `GET /jsonp/<operation>` and `POST /api/<operation>`. Operations that only read also take
 * `GET /api/<operation>`. A plain look-up finds the operation, ahead of all other middleware.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import { ChatError } from '../../../shared/protocol/errors.js';
import { OPERATIONS, type OperationName } from '../../../shared/protocol/operations.js';
import type { Context } from '../context.js';
import { operations } from '../operations/index.js';
import type { Operation } from '../operations/operation.js';
import { checkParameters, type Parameters } from '../operations/parameters/check.js';
import { fromQuery, parseQuery } from '../operations/parameters/query.js';
import { EventStream } from './event-stream.js';
import { Exchange, isOperation, type Monitoring } from './exchange.js';
import { checkCallback } from './jsonp.js';
import { readPlainPoll } from './poll-query.js';
import { readBody } from './request-body.js';
import { sendPreflight } from './response.js';

/** Runs the operation that a path names. Never throws: an error is the answer. */
export type Dispatch = (req: IncomingMessage, res: ServerResponse, path: string, query: string) => void;

const JSONP_PATH = '/jsonp/';
const API_PATH = '/api/';
const STREAM_PATH = '/api/stream';
/** Matches a query that has more than separators. */
const ANY_PAIR = /[^&]/;

export function createDispatch(context: Context, monitoring: Monitoring): Dispatch {
  return (req, res, path, query) => {
    if (path === STREAM_PATH) dispatchStream(new EventStream(context, monitoring, res), req, query);
    else if (path.startsWith(JSONP_PATH))
      dispatchJsonp(new Exchange(context, monitoring, res, path.slice(JSONP_PATH.length)), req, query);
    else void dispatchApi(new Exchange(context, monitoring, res, path.slice(API_PATH.length)), req, query);
  };
}

/** The Koa middleware. It passes everything that is not an operation on. */
export function dispatchOperations(dispatch: Dispatch): Middleware {
  return (ctx, next) => {
    if (!ctx.path.startsWith(JSONP_PATH) && !ctx.path.startsWith(API_PATH)) return next();
    ctx.respond = false; // the answer is written in one piece, without Koa
    dispatch(ctx.req, ctx.res, ctx.path, ctx.querystring);
    return undefined;
  };
}

function dispatchStream(stream: EventStream, req: IncomingMessage, query: string): void {
  if (req.method === 'OPTIONS') return void sendPreflight(stream.res);
  try {
    if (req.method !== 'GET')
      throw new ChatError('method_not_allowed', 'Use GET for a stream.', { field: 'method', allow: 'GET, OPTIONS' });
    // Node does not tell a response that waits behind another one that its client has gone
    if (stream.res.socket === null)
      throw new ChatError('bad_request', 'Another request of this connection is open. Use a new one for a stream.', {
        field: 'connection',
      });
    const raw = withBearer(fromQuery(parseQuery(query)), req.headers.authorization);
    // EventSource opens the address that it knows again and again, so its header tells more than the address
    const lastEventId = req.headers['last-event-id'];
    if (lastEventId !== undefined && lastEventId !== '') raw.cursor = lastEventId;
    const parameters = checkParameters('stream', raw);
    stream.noteParameters(parameters);
    const { admission, polls } = stream.context;
    admission.admit('stream', parameters, stream, () => {
      polls.openStream(parameters.token, parameters.cursor ?? null, stream);
      return null;
    });
  } catch (error) {
    stream.fail(error);
  }
}

function dispatchJsonp(exchange: Exchange, req: IncomingMessage, query: string): void {
  try {
    if (req.method !== 'GET')
      throw new ChatError('method_not_allowed', 'JSONP needs a GET request.', { field: 'method', allow: 'GET' });
    const plain = exchange.name === 'poll' ? readPlainPoll(query) : null;
    if (plain) {
      exchange.callback = plain.callback;
      runOperation('poll', plain.parameters, exchange);
    } else {
      runJsonp(exchange, req, query);
    }
  } catch (error) {
    exchange.fail(error);
  }
}

function runJsonp(exchange: Exchange, req: IncomingMessage, query: string): void {
  const parsed = parseQuery(query);
  exchange.callback = checkCallback(parsed.values.get('callback') ?? []);
  parsed.values.delete('callback');
  parsed.values.delete('_'); // jQuery and others add it against caches
  const operation = operationNamed(exchange.name);
  exchange.context.admission.precheck(operation, req);
  checkAndRun(operation, fromQuery(parsed), exchange);
}

async function dispatchApi(exchange: Exchange, req: IncomingMessage, query: string): Promise<void> {
  if (req.method === 'OPTIONS') return sendPreflight(exchange.res);
  try {
    const operation = operationNamed(exchange.name);
    exchange.context.admission.precheck(operation, req);
    const raw = req.method === 'GET' ? readGet(operation, query) : await readPost(req, operation, query);
    checkAndRun(operation, withBearer(raw, req.headers.authorization), exchange);
  } catch (error) {
    exchange.fail(error);
  }
}

function operationNamed(name: string): OperationName {
  if (isOperation(name)) return name;
  throw new ChatError(
    'unknown_operation',
    `There is no such operation. The operations are: ${Object.keys(OPERATIONS).join(', ')}.`,
  );
}

/** Checks the parameters of an operation and runs it. Throws what is not allowed. */
export function checkAndRun(name: OperationName, raw: Record<string, unknown>, exchange: Exchange): void {
  runOperation(name, checkParameters(name, raw), exchange);
}

/** The type parameter ties the parameters to their operation. A look-up by a union of names could not. */
function runOperation<Op extends OperationName>(name: Op, parameters: Parameters<Op>, exchange: Exchange): void {
  const { context } = exchange;
  exchange.noteParameters(parameters);
  const operation: Operation<Op> = operations[name];
  const answered = context.admission.admit(name, parameters, exchange, () => operation(context, parameters, exchange));
  answered?.then(
    (body) => {
      if (body !== null) exchange.succeed(body);
    },
    (error: unknown) => exchange.fail(error),
  );
}

function readGet(name: OperationName, query: string): Record<string, unknown> {
  if (!OPERATIONS[name].reads) throw wrongMethod(`${name} changes something. Use POST.`, name);
  return fromQuery(parseQuery(query));
}

async function readPost(req: IncomingMessage, name: OperationName, query: string): Promise<Record<string, unknown>> {
  if (req.method !== 'POST') throw wrongMethod(`Use POST${OPERATIONS[name].reads ? ' or GET' : ''} for ${name}.`, name);
  if (ANY_PAIR.test(query))
    throw new ChatError('bad_request', 'With POST, put the parameters into the body, not into the query.', {
      field: 'query',
    });
  return readBody(req);
}

function wrongMethod(message: string, name: OperationName): ChatError {
  return new ChatError('method_not_allowed', message, {
    field: 'method',
    allow: OPERATIONS[name].reads ? 'GET, POST, OPTIONS' : 'POST, OPTIONS',
  });
}

function withBearer(raw: Record<string, unknown>, header: string | undefined): Record<string, unknown> {
  if (header === undefined) return raw;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new ChatError('bad_request', 'Authorization must be "Bearer" followed by a token.', {
      field: 'authorization',
    });
  if (raw.token !== undefined)
    throw new ChatError('bad_request', 'token was given twice: as a parameter and in Authorization.', {
      field: 'token',
    });
  raw.token = token;
  return raw;
}
