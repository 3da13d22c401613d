/** Every limit of a parameter: what is just allowed, what is one beyond, and what the refusal says. */
import type { Parameters } from './client.js';

const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
const jsonOf = (bytes: number): string => 'x'.repeat(bytes - 2);
export const EMOJI = '😀';

export interface Limit {
  operation: string;
  field: string;
  allowed: unknown[];
  refused: unknown[];
  says: string;
  also?: Parameters;
}

const ROOM = 'room must have 1 to 64 characters of A-Z a-z 0-9 . _ -';
const NAME =
  'name must have 1 to 32 characters, at least one of them visible. ' +
  'Control characters, direction characters and piles of combining marks are not allowed.';
const DATA =
  'data must be JSON of at most 4096 bytes with < and > escaped, nested at most 32 deep, without a key __proto__.';
const TEXT = 'text must have 1 to 2000 characters, at least one of them visible.';
const KEY =
  'key must have 1 to 60 characters of A-Z a-z 0-9 . _ - / @. ' +
  'It may begin with @me/ for a value of your own. Other keys with @ are @topic and @pin.';
export const LIMITS: Limit[] = [
  {
    operation: 'rename',
    field: 'name',
    says: NAME,
    allowed: [
      'x',
      'x'.repeat(32),
      EMOJI.repeat(32),
      `  ${'y'.repeat(32)}\t`,
      `${'a '.repeat(16)}${' '.repeat(400)}`,
      'e\u0301'.repeat(32),
      'x\u0323\u0331\u0308\u0301',
      'ที่'.repeat(8),
      'လျှော့',
      'ཧཱུྃ',
      'หนู่ที่',
      'ក្រុំ',
      'क्ष्म्यों',
      'שָׁלוֹם',
      '👨‍👩‍👧',
      'می‌خواهم',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ],
    refused: [
      '',
      ' ',
      '\u00a0\u3000',
      `${'x'.repeat(32)}${' '.repeat(500)}`,
      'x'.repeat(33),
      EMOJI.repeat(33),
      'a\u0000b',
      'a\nb',
      'a\u007fb',
      'a\u0085b',
      'a\u2028b',
      'a\u202eb',
      'a\u2066b',
      '\u200fa',
      `x${'\u0335'.repeat(5)}`,
      `ก${'\u0e47'.repeat(5)}`,
      `က${'\u102d'.repeat(9)}`,
      '\u0301',
      '\u2800\u200b',
      '\u3164',
      `ok${'\u0489\u0316\u0334\u0321\u0346'.repeat(3)}`,
    ],
  },
  {
    operation: 'enter',
    field: 'room',
    says: ROOM,
    allowed: ['r', 'R-2._', 'x'.repeat(64)],
    refused: ['', 'x'.repeat(65), 'a b', 'a/b', 'é', 'a:b', '1:2', 'a\n'],
  },
  {
    operation: 'send',
    field: 'text',
    says: TEXT,
    also: { room: 'limits' },
    allowed: [
      'x',
      ' \u200b.',
      '❤️',
      '👨‍👩‍👧',
      '\u0301',
      '🏴\u{e0067}\u{e0062}\u{e007f}',
      'x'.repeat(2_000),
      EMOJI.repeat(2_000),
      '<'.repeat(1_365),
    ],
    refused: [
      '',
      ' ',
      '\n\t\u3000',
      '\u200b\u2060\ufeff',
      '\u3164\u115f',
      '\u2800',
      '\u202e\u0000',
      '\u{e0041}',
      'x'.repeat(2_001),
      EMOJI.repeat(2_001),
    ],
  },
  {
    operation: 'send',
    field: 'text',
    says: 'text is too large: at most 8192 bytes as JSON, with < and > escaped.',
    also: { room: 'limits' },
    allowed: [],
    refused: ['<'.repeat(1_366), '\u0001'.repeat(2_000)],
  },
  {
    operation: 'send',
    field: 're',
    says: 're must be the id of a message, such as 1700000000000-0.',
    also: { room: 'limits', text: 'yes' },
    allowed: ['0-0', '1700000000000-0', `${'9'.repeat(15)}-${'9'.repeat(15)}`],
    refused: ['', '0', '-1-1', '1-1-1', '1-x', '1-1\n', `1-${'1'.repeat(16)}`, '+', '01-1', '1-01'],
  },
  {
    operation: 'edit',
    field: 'text',
    says: TEXT,
    also: { room: 'limits', id: '1-1' },
    allowed: [],
    refused: ['', ' ', '\u200b', 'x'.repeat(2_001), EMOJI.repeat(2_001)],
  },
  ...['edit', 'unsay'].map((operation) => ({
    operation,
    field: 'id',
    says: 'id must be the id of an event, such as 1700000000000-0.',
    also: { room: 'limits', ...(operation === 'edit' && { text: 'x' }) },
    allowed: [],
    refused: ['', '0', '1-x', '1-1\n', `${'1'.repeat(16)}-1`, '01-1', '1-01'],
  })),
  {
    operation: 'set',
    field: 'key',
    says: KEY,
    also: { room: 'limits', value: 1 },
    allowed: ['k', 'A-Z._9/@', 'x'.repeat(60), '@me/x', 'constructor'],
    refused: ['', 'a b', '@x', '@12/x', '@me/@me/x', 'x'.repeat(61), 'é', '__proto__', 'a\n'],
  },
  {
    operation: 'set',
    field: 'value',
    says: 'value is too large: at most 4096 bytes of JSON, with < and > escaped.',
    also: { room: 'limits', key: 'large' },
    allowed: [jsonOf(4_096)],
    refused: [jsonOf(4_097), '<'.repeat(683)],
  },
  {
    operation: 'set',
    field: 'if',
    says: 'if must be the version of a value, such as 1700000000000-0, or 0 for a key without a value.',
    also: { room: 'limits', key: 'none', value: null },
    allowed: [0, '0'],
    refused: ['', '1', 1, 'x', '1-x'],
  },
  {
    operation: 'get',
    field: 'after',
    says: 'after must be the value of more that get returned.',
    also: { room: 'limits' },
    allowed: ['0', '18446744073709551615'],
    refused: ['', 'x', '-1', '18446744073709551616'],
  },
  {
    operation: 'history',
    field: 'types',
    says: 'types must be some of message, joined, left, renamed, removed, cleared, rules, moderator, offered, owned, held, muted, voice, reported, as a JSON array or separated by commas.',
    also: { room: 'limits' },
    allowed: ['message', 'message,left', ['message', 'left']],
    refused: ['', 'value', 'message,', ['x']],
  },
  {
    operation: 'send',
    field: 'data',
    says: DATA,
    also: { room: 'limits' },
    allowed: [jsonOf(4_096), EMOJI.repeat(1_023), nested(32), null],
    refused: [jsonOf(4_097), EMOJI.repeat(1_024), nested(33), '\u0000'.repeat(700), '<'.repeat(683)],
  },
  {
    operation: 'signal',
    field: 'data',
    says: DATA,
    also: { room: 'limits' },
    allowed: [jsonOf(4_096)],
    refused: [jsonOf(4_097)],
  },
  {
    operation: 'send',
    field: 'id',
    says: 'id must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
    also: { room: 'limits', text: 'x' },
    allowed: ['n', 'n'.repeat(64), 'A-Z._9'],
    refused: ['', 'n'.repeat(65), 'a b', 'a:b', 'é'],
  },
  {
    operation: 'sent',
    field: 'id',
    says: 'id must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
    also: { room: 'limits' },
    allowed: ['n', 'n'.repeat(64)],
    refused: ['', 'n'.repeat(65)],
  },
  {
    operation: 'react',
    field: 'emoji',
    says: 'emoji must be one emoji.',
    also: { room: 'limits', id: '1-0' },
    allowed: [],
    refused: ['', 'x', ':)', '1', `${EMOJI}${EMOJI}`, `${EMOJI} `, EMOJI.repeat(100)],
  },
  {
    operation: 'enter',
    field: 'history',
    says: 'history must be a whole number from 0 to 50.',
    also: { room: 'limits' },
    allowed: [0, '0', 50],
    refused: [51, -1, 0.5, 'x', ''],
  },
  {
    operation: 'send',
    field: 'to',
    says: 'to must be a whole number from 1 to 9007199254740991.',
    also: { text: 'x' },
    allowed: [],
    refused: [0, -1, 1.5, 2 ** 53, '01x', '1e1', ' 1', ''],
  },
  {
    operation: 'poll',
    field: 'timeout',
    says: 'timeout must be a whole number from 0 to 55.',
    allowed: [0, '0', 55],
    refused: [56, -1, 0.5, '1.0', '1e1', 'x', ''],
  },
  {
    operation: 'history',
    field: 'limit',
    says: 'limit must be a whole number from 1 to 100.',
    also: { room: 'limits' },
    allowed: [1, 100, '100'],
    refused: [0, 101, -1, 1.5, 'x', '+1'],
  },
  {
    operation: 'history',
    field: 'before',
    says: 'before must be the id of an event, such as 1700000000000-0.',
    also: { room: 'limits' },
    allowed: ['0-0', '1700000000000-0', '999999999999999-999999999999999'],
    refused: ['', '1', '1-', '-1', '1-1-1', '+', '-', '1-x', '9'.repeat(16), '01-1', '1-00'],
  },
  {
    operation: 'enter',
    field: 'secret',
    says: 'secret must have 22 to 64 random characters of A-Z a-z 0-9 . _ -. Keep it secret.',
    also: { room: 'limits' },
    allowed: ['x'.repeat(22), 'A-Z.0_9'.repeat(9)],
    refused: ['', 'x'.repeat(21), 'x'.repeat(65), `${'x'.repeat(22)} `, 'é'.repeat(22)],
  },
  {
    operation: 'poll',
    field: 'cursor',
    says: 'cursor must be the cursor that join or the last poll returned.',
    also: { timeout: 0 },
    allowed: ['abc.0.0-0'],
    refused: ['', 'x', '1-1', 'abc.-1.0-0', 'abc.1.0', 'ABC.0.0-0', `${'a'.repeat(17)}.0.0-0`],
  },
];
