/** Requests that no client of ours would make, from nearly right to raw bytes. */
import { METHODS, type OutgoingHttpHeaders } from 'node:http';
import fc, { type Arbitrary } from 'fast-check';
import { OPERATIONS } from '../../shared/protocol/operations.js';

export interface Rubbish {
  method: string;
  path: string;
  headers: OutgoingHttpHeaders;
  body: Buffer | null;
}

const operations = Object.keys(OPERATIONS);
const parameterNames = [
  ...new Set(Object.values(OPERATIONS).flatMap(({ parameters }) => parameters.map((one) => one.name))),
];
const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...parameterNames) },
  { weight: 1, arbitrary: fc.constantFrom('callback', '_', '__proto__', 'constructor', '') },
  anyText,
);
const escapes = fc.constantFrom(
  '%',
  '%4',
  '%zz',
  '%ff',
  '%00',
  '%C0%AF',
  '%ED%A0%80',
  '%2e%2e%2f',
  '+',
  '&',
  '=',
  '#',
  '?',
  ';',
  '\\',
);
const encoded = fc.oneof(
  anyText.map((one) => encodeURIComponent(one.toWellFormed())),
  escapes,
  fc.string({ maxLength: 20 }).map((one) => one.replace(/[^!-~]/g, '.')),
);

/** Values near the edges of what is allowed; the tokens are of users that are there, or were. */
function edgeValue(tokens: string[]): Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(...tokens),
    anyText,
    fc.integer(),
    fc.double(),
    fc.jsonValue({ maxDepth: 40 }),
    fc.constantFrom<unknown>(
      'lobby',
      'x'.repeat(65),
      '1:2',
      '2:1',
      '0-0',
      '1700000000000-0',
      'abc.0.0-0',
      'abc.99999999999.1-1',
      0,
      1,
      -1,
      56,
      1e21,
      null,
      true,
      [],
      {},
      '😀'.repeat(2_001),
      '\ud800',
    ),
  );
}

function pathOf(tokens: string[]): Arbitrary<string> {
  const operation = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...operations) }, encoded);
  const place = fc.oneof(
    { weight: 4, arbitrary: operation.map((one) => `/jsonp/${one}`) },
    { weight: 4, arbitrary: operation.map((one) => `/api/${one}`) },
    fc.constantFrom(
      '/',
      '/health',
      '/ready',
      '/metrics',
      '/admin/queues',
      '/admin/queues/api/queues',
      '/chat.js',
      '/r/x',
      '/r/lobby',
      '/h/x',
      '/h/lobby.x',
      '/r/..',
      '//',
      '/../../etc/passwd',
      '/%2e%2e/package.json',
      '*',
      'http://[/',
      'http://x/api/rooms',
      'mailto:x',
    ),
    fc.array(encoded, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
  );
  const value = fc.oneof(
    edgeValue(tokens).map((one) =>
      encodeURIComponent((typeof one === 'string' ? one : JSON.stringify(one)).toWellFormed()),
    ),
    encoded,
  );
  const pairs = fc.array(
    fc.tuple(
      fc.oneof({ weight: 5, arbitrary: name.map((one) => encodeURIComponent(one.toWellFormed())) }, encoded),
      value,
    ),
    { maxLength: 6 },
  );
  const callback = fc.constantFrom('', 'callback=f&', 'callback=f&', 'callback=a[0].b&', 'callback=<&');
  return fc
    .tuple(place, callback, pairs)
    .map(([where, first, rest]) => `${where}?${first}${rest.map((pair) => pair.join('=')).join('&')}`);
}

function headersOf(tokens: string[]): Arbitrary<OutgoingHttpHeaders> {
  const value = fc.oneof(
    fc.constantFrom(
      '',
      '*/*',
      'gzip',
      'chunked',
      'bytes=0-1,5-',
      'null',
      'a'.repeat(8_000),
      'Basic eDp5',
      'Bearer',
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'utf-16',
    ),
    fc.constantFrom(...tokens).map((token) => `Bearer ${token}`),
    fc.string({ maxLength: 30 }).map((one) => one.replace(/[^ -~]/g, '\u00e9')),
  );
  const names = fc.constantFrom(
    'authorization',
    'content-type',
    'content-encoding',
    'accept',
    'accept-encoding',
    'origin',
    'cookie',
    'range',
    'if-none-match',
    'if-modified-since',
    'x-forwarded-for',
    'x-http-method-override',
    'access-control-request-method',
    'upgrade',
    'host',
    'x',
  );
  return fc.dictionary(names, value, { maxKeys: 4 });
}

function bodyOf(tokens: string[]): Arbitrary<Buffer | null> {
  const json = fc.dictionary(name, edgeValue(tokens), { maxKeys: 6 }).map((one) => JSON.stringify(one));
  const form = fc
    .dictionary(name, edgeValue(tokens), { maxKeys: 6 })
    .map((one) => new URLSearchParams(Object.entries(one).map(([key, value]) => [key, String(JSON.stringify(value))])));
  return fc.oneof(
    fc.constant(null),
    form.map((one) => Buffer.from(`${one}`)),
    { weight: 5, arbitrary: json.map((one) => Buffer.from(one)) },
    json.map((one) => Buffer.from(one.slice(0, -3))),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('['.repeat(30_000), '{"a":'.repeat(5_000), ' '.repeat(50_000)).map((one) => Buffer.from(one)),
  );
}

export function rubbishFor(tokens: string[]): Arbitrary<Rubbish> {
  const method = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('GET', 'GET', 'POST') },
    fc.constantFrom(...METHODS.filter((one) => one !== 'CONNECT')),
  );
  return fc.record({ method, path: pathOf(tokens), headers: headersOf(tokens), body: bodyOf(tokens) });
}

const line = fc.constantFrom(
  'GET /api/rooms HTTP/1.1',
  'POST /api/join HTTP/1.1',
  'GET /jsonp/rooms?callback=f HTTP/1.0',
  'GET / HTTP/9.9',
  'GET  / HTTP/1.1',
  'CONNECT x:1 HTTP/1.1',
  'GET http://[::/ HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'PRI * HTTP/2.0',
  'GET /\u0000 HTTP/1.1',
  'GET /é\u00a0#x HTTP/1.1',
  '\u0016\u0003\u0001',
  'EHLO x',
);
const header = fc.constantFrom(
  'Host: x',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: x',
  'Expect: 100-continue',
  'Expect: x',
  'Connection: upgrade',
  'Upgrade: websocket',
  ': x',
  'X',
  ' X: y',
  'A\u0000: b',
  `B: ${'x'.repeat(70_000)}`,
);
const tail = fc.oneof(
  fc.constant(''),
  fc.constantFrom('{"a"', '5\r\n{"a":\r\n0\r\n\r\n', 'zz\r\n', 'GET /api/rooms HTTP/1.1\r\nHost: x\r\n\r\n'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Bytes that need not be HTTP at all. */
export const rawBytes: Arbitrary<Buffer> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(line, fc.array(header, { maxLength: 4 }), tail)
      .map(([first, rest, last]) => Buffer.from(`${[first, ...rest].join('\r\n')}\r\n\r\n${last}`, 'latin1')),
  },
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
