/**
 * Operations over HTTP: `GET /jsonp/<op>` and `POST /api/<op>` (`GET` too for those that only read), found by a plain
 * look-up ahead of all other middleware.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import { ChatError } from '../../../shared/protocol/errors.js';
import { OPERATIONS, type OperationName } from '../../../shared/protocol/operations.js';
import type { Context } from '../context.js';
import { operations } from '../operations/index.js';
import type { Operation } from '../operations/operation.js';
import { checkParameters, fromQuery, type Parameters, parseQuery } from '../operations/parameters.js';
import { readBody } from './body.js';
import { sendPreflight } from './encode.js';
import { Answer, isOperation, type Served } from './exchange.js';
import { checkCallback } from './jsonp.js';
import { readPlainPoll } from './poll-query.js';

/** A query that has more than separators. */
const PAIR = /[^&]/;

export type ServeOperation = (req: IncomingMessage, res: ServerResponse, path: string, query: string) => void;

const JSONP = '/jsonp/';
const API = '/api/';

/** Gives what serves an operation, by its path and query. Never throws: what goes wrong is the answer. */
export function operationServer(chat: Context, served: Served): ServeOperation {
  return (req, res, path, query) =>
    path.startsWith(JSONP)
      ? serveJsonp(new Answer(chat, served, res, path.slice(JSONP.length)), req, query)
      : void serveApi(new Answer(chat, served, res, path.slice(API.length)), req, query);
}

/** The middleware; everything that is no operation goes on to the next. */
export function serveOperations(serve: ServeOperation): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(JSONP) && !ctx.path.startsWith(API)) return next();
    ctx.respond = false; // the answer is written in one piece, past Koa's own
    serve(ctx.req, ctx.res, ctx.path, ctx.querystring);
  };
}

function serveJsonp(answer: Answer, req: IncomingMessage, query: string): void {
  try {
    if (req.method !== 'GET')
      throw new ChatError('method_not_allowed', 'JSONP is asked for by GET.', { field: 'method', allow: 'GET' });
    const plain = answer.name === 'poll' ? readPlainPoll(query) : null;
    if (plain) {
      answer.callback = plain.callback;
      return runOperation('poll', plain.parameters, answer);
    }
    const parsed = parseQuery(query);
    answer.callback = checkCallback(parsed.values.get('callback') ?? []);
    parsed.values.delete('callback');
    parsed.values.delete('_'); // what jQuery and others add against caches
    const operation = operationName(answer.name);
    answer.chat.guard.meet(operation, req);
    checkAndRun(operation, fromQuery(parsed), answer);
  } catch (error) {
    answer.refuse(error);
  }
}

async function serveApi(answer: Answer, req: IncomingMessage, query: string): Promise<void> {
  if (req.method === 'OPTIONS') return sendPreflight(answer.res);
  try {
    const operation = operationName(answer.name);
    answer.chat.guard.meet(operation, req);
    const raw = req.method === 'GET' ? readGet(operation, query) : await readPost(req, operation, query);
    checkAndRun(operation, withBearer(raw, req.headers.authorization), answer);
  } catch (error) {
    answer.refuse(error);
  }
}

function operationName(name: string): OperationName {
  if (isOperation(name)) return name;
  throw new ChatError(
    'unknown_operation',
    `There is no such operation. There are: ${Object.keys(OPERATIONS).join(', ')}.`,
  );
}

function checkAndRun(name: OperationName, raw: Record<string, unknown>, answer: Answer): void {
  runOperation(name, checkParameters(name, raw), answer);
}

/** Parameters and operation belong to the same name, which the type of a look-up by a union of names cannot say. */
function runOperation<Op extends OperationName>(name: Op, parameters: Parameters<Op>, answer: Answer): void {
  const { chat } = answer;
  answer.ask(parameters);
  const operation: Operation<Op> = operations[name];
  const answered = chat.guard.pass(name, parameters, answer, () => operation(chat, parameters, answer));
  answered?.then(
    (body) => {
      if (body !== null) answer.give(body);
    },
    (error: unknown) => answer.refuse(error),
  );
}

function readGet(name: OperationName, query: string): Record<string, unknown> {
  if (!OPERATIONS[name].reads) throw wrongMethod(`${name} changes something: use POST.`, name);
  return fromQuery(parseQuery(query));
}

async function readPost(req: IncomingMessage, name: OperationName, query: string): Promise<Record<string, unknown>> {
  if (req.method !== 'POST')
    throw wrongMethod(`${name} is asked for by POST${OPERATIONS[name].reads ? ' or GET' : ''}.`, name);
  if (PAIR.test(query))
    throw new ChatError('bad_request', 'With POST, parameters stand in the body, not in the query.', {
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
    throw new ChatError('bad_request', 'Authorization must be "Bearer" and a token.', { field: 'authorization' });
  if (raw.token !== undefined)
    throw new ChatError('bad_request', 'token was given twice: as a parameter and as Authorization.', {
      field: 'token',
    });
  raw.token = token;
  return raw;
}
