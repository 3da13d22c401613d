import { describe, expect, it } from 'vitest';
import { hostNameIn, ServerFilter } from '../../apps/api/moderation/server-filter.js';
import type { SwitchedOff } from '../../shared/protocol/admin.js';

function filterOf(off: Partial<Record<SwitchedOff['kind'], string[]>>): ServerFilter {
  const filter = new ServerFilter();
  filter.learn(
    Object.entries(off).flatMap(([kind, names]) =>
      names.map((name) => ({ kind: kind as SwitchedOff['kind'], name, since: 0, until: null })),
    ),
  );
  return filter;
}

describe('words that the host has switched off', () => {
  const filter = filterOf({ word: ['spam', 'casino*'] });

  it.each([
    ['Buy SPAM now', 'Buy •••• now'],
    ['casinos and casino', '••••••• and ••••••'],
    ['spаm with a Cyrillic letter', '•••• with a Cyrillic letter'],
    ['spammer', 'spammer'],
  ])('are masked: %s', (text, expected) => expect(filter.apply({ text }).text).toBe(expected));

  it('are masked in data too, and what has none stays the same object', () => {
    expect(filter.apply({ data: { a: ['spam', 1] } })).toEqual({ data: { a: ['••••', 1] } });
    const said = { text: 'hello' };
    expect(filter.apply(said)).toBe(said);
  });
});

describe('links that the host has switched off', () => {
  const filter = filterOf({ link: ['spam.example', 'müll.example'] });

  it.each([
    'https://spam.example/x',
    'see www.spam.example.',
    'SPAM.example',
    'a.b.spam.example/path',
    'sp\u00adam.example',
    'https://user@spam.example:8080/x',
    'http://xn--mll-hoa.example',
    'müll.example',
    'https://spam。example/',
    'https://spam｡example',
    'https://spam%2Eexample',
    'https://%73pam.example/',
    'https://m%C3%BCll%E3%80%82example',
  ])('are refused: %s', (text) => {
    expect(() => filter.apply({ text })).toThrow('The host of this chat does not allow this link.');
    expect(() => filter.apply({ data: { deep: [text] } })).toThrow('does not allow');
  });

  it.each([
    'https://notspam.example',
    'https://spam.example.org',
    'spam',
    'https://good.example',
    '100 % spam%zz%ff。',
  ])('are no others: %s', (text) => expect(filter.apply({ text }).text).toBe(text));

  it('are all links with *', () => {
    const all = filterOf({ link: ['*'] });
    expect(() => all.apply({ text: 'https://good.example' })).toThrow('does not allow');
    expect(all.apply({ text: 'no link here.' }).text).toBe('no link here.');
  });
});

it('a host name is read from a link or as it is typed', () => {
  expect(
    ['spam.example', 'https://www.Spam.example/x?y#z', 'spam.example:80', 'spam.example.', 'müll.example'].map(
      hostNameIn,
    ),
  ).toEqual(['spam.example', 'spam.example', 'spam.example', 'spam.example', 'müll.example']);
  expect(['spam', 'a b.example', '', '*.example', '-a.example'].map(hostNameIn)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
