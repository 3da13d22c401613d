/** The short way to read a poll's query agrees with the strict one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCallback } from '../../apps/api/http/jsonp.js';
import { readPlainPoll } from '../../apps/api/http/poll-query.js';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import { fromQuery, parseQuery } from '../../apps/api/operations/parameters/query.js';

const TOKEN = '12.abcdefghijklmnopqrstuvwx';
const CURSOR = 'abcdef0123.42.1700000000000-0';
const values = fc.constantFrom(
  'f',
  'app.chat[0].got',
  'alert(1)',
  '',
  TOKEN,
  CURSOR,
  `${CURSOR}x`,
  '0',
  '25',
  '55',
  '56',
  '007',
  '-1',
  '1e1',
  '2.5',
  'a%20b',
  '+5',
  '%zz',
  '=',
  'é',
);
const names = fc.constantFrom('callback', 'token', 'cursor', 'timeout', '_', 'name', '', 'Token', '__proto__');
const pairs = fc.oneof(
  fc.tuple(names, values).map(([name, value]) => `${name}=${value}`),
  fc.constantFrom('', '&', 'token', 'callback'),
);
const plain = fc.shuffledSubarray(['callback=f', `token=${TOKEN}`, `cursor=${CURSOR}`, 'timeout=25', '_=1'], {
  minLength: 1,
});
const queries = fc.tuple(plain, fc.array(pairs, { maxLength: 4 })).map(([some, more]) => [...some, ...more].join('&'));

function strictly(query: string) {
  const parsed = parseQuery(query);
  const callback = checkCallback(parsed.values.get('callback') ?? []);
  parsed.values.delete('callback');
  parsed.values.delete('_');
  return { callback, parameters: checkParameters('poll', fromQuery(parsed)) };
}

describe('a poll in its plain form', () => {
  it('is read as the strict way reads it, and nothing is accepted that the strict way refuses', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const read = readPlainPoll(query);
        if (read) expect(read).toEqual(strictly(query));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['as the library writes it', `callback=chat.got&token=${TOKEN}&cursor=${CURSOR}`],
    ['with a timeout, and against caches', `callback=f&token=${TOKEN}&timeout=25&cursor=${CURSOR}&_=1700000000000`],
    ['without a cursor, in another order', `token=${TOKEN}&callback=f`],
  ])('is read %s', (_, query) => {
    expect(readPlainPoll(query)).toEqual(strictly(query));
  });
});
