/** The only place that writes answers of operations. JSONP is another encoding of the same JSON. */
import type { ServerResponse } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';
import { scriptSafeJson } from '../../../shared/store/event-text.js';
import { draining } from './draining.js';
import { encodeJsonp } from './jsonp.js';

const COMMON_HEADERS = [
  'X-Content-Type-Options',
  'nosniff',
  'Cache-Control',
  'no-store',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
];
const JSONP_HEADERS = [...COMMON_HEADERS, 'Content-Type', 'application/javascript; charset=utf-8'];
/** Any page may call, none with credentials. There are no cookies, so another page has nothing to borrow. */
const JSON_HEADERS = [
  ...COMMON_HEADERS,
  'Content-Type',
  'application/json; charset=utf-8',
  'Access-Control-Allow-Origin',
  '*',
];
const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization, Last-Event-ID',
  'Access-Control-Max-Age': '86400',
  'Content-Length': '0',
};

/**
 * Returns an error as the client sees it. Any other error means that Redis is away, or our own fault: it is reported.
 */
export function toChatError(error: unknown, reportFailure: (error: unknown) => void): ChatError {
  if (error instanceof ChatError) return error;
  reportFailure(error);
  return new ChatError('unavailable', 'The chat is not available at the moment. Try again soon.', { retryAfter: 1 });
}

export function errorBody(error: ChatError): string {
  const { code, status, message, details } = error;
  return scriptSafeJson({ ok: false, error: { code, status, message, ...details } });
}

/**
 * Writes a JSON answer, or a JSONP answer if there is a callback. JSONP is always HTTP 200: a `<script>` reads no
 * other.
 */
export function send(res: ServerResponse, status: number, body: string, callback?: string): void {
  if (res.destroyed || res.headersSent) return;
  const text = callback === undefined ? body : encodeJsonp(callback, body);
  const headers = [
    ...(callback === undefined ? JSON_HEADERS : JSONP_HEADERS),
    'Content-Length',
    String(Buffer.byteLength(text)),
  ];
  if (draining.now) headers.push('Connection', 'close');
  res.writeHead(callback === undefined ? status : 200, headers);
  res.end(text);
}

export function sendError(res: ServerResponse, error: ChatError, callback?: string): void {
  if (error.details.allow !== undefined && !res.headersSent) res.setHeader('Allow', error.details.allow);
  send(res, error.status, errorBody(error), callback);
}

export function sendPreflight(res: ServerResponse): void {
  res.writeHead(204, PREFLIGHT_HEADERS);
  res.end();
}
