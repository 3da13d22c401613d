/** Links: one definition for the links that the element shows, and for those that a room without links refuses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLink } from '../../apps/api/moderation/filters.js';
import { TEXT_MAX } from '../../shared/protocol/limits.js';
import { nextLink } from '../../shared/protocol/links.js';

/** All links of a text, as they are written. */
function linksOf(text: string): string[] {
  const links = [];
  for (let link = nextLink(text, 0); link; link = nextLink(text, link.to)) links.push(text.slice(link.from, link.to));
  return links;
}

describe('a link', () => {
  it.each([
    [
      'after anything',
      '1https://t.me/x éhttp://a _HTTP://B 看https://a.b/c',
      ['https://t.me/x', 'http://a', 'HTTP://B', 'https://a.b/c'],
    ],
    [
      'without what ends a sentence',
      'https://a.b. (https://c.d/e_(f)?g=1!) <http://h> "http://i"',
      ['https://a.b', 'https://c.d/e_(f)?g=1', 'http://h', 'http://i'],
    ],
    [
      'before punctuation of other scripts',
      'https://example.com/a，谢谢。（https://a.b）「https://c.d/e」“https://f/g”…',
      ['https://example.com/a', 'https://a.b', 'https://c.d/e', 'https://f/g'],
    ],
    [
      'with letters of other scripts',
      'https://例え.jp/パス・レ http://i❤️.ws/é–x https://d.e/हिन्दी',
      ['https://例え.jp/パス・レ', 'http://i❤️.ws/é–x', 'https://d.e/हिन्दी'],
    ],
    [
      'to an address or a port',
      'http://[::1]:80/x http://127.0.0.1 http://localhost:8080/r/x https://a.b: yes',
      ['http://[::1]:80/x', 'http://127.0.0.1', 'http://localhost:8080/r/x', 'https://a.b'],
    ],
    [
      'up to where the direction turns',
      'https://a.b/\u202ecod.exe \u202ehttp://c.d/e',
      ['https://a.b/', 'http://c.d/e'],
    ],
    ['of two schemes the second', 'https://https://a.b', ['https://a.b']],
  ])('is found %s', (_, text, links) => {
    expect(linksOf(text)).toEqual(links);
  });

  it.each([
    'https://',
    'https://.',
    'https:// x',
    'http:/a.b',
    'ftp://a.b',
    'javascript:alert(1)',
    't.me/x',
    'httpſ://a.b',
    'https://google.com@evil.com/x',
    'https://google.com:443@evil.com',
    'https://google.com%2eevil.com',
    'https://google.com\\@evil.com',
    'https://goo\u200bgle.com',
    'https://goo\u00adgle.com',
  ])('is not made of %j', (text) => {
    expect(linksOf(text)).toEqual([]);
  });

  it('that any element shows is one for the filter', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'http://',
        'https://',
        'HTTPS://',
        'https:',
        '//',
        '.',
        '/',
        '@',
        ' ',
        'a',
        'é',
        '１',
        '例',
        '\u200b',
        '\u202e',
        '\u0301',
        '\u3164',
        '，',
        '[::1]',
        '❤️',
        '℀',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        if (linksOf(text).length > 0) expect(hasLink({ text, data: undefined })).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is found in steps that grow with the text, whatever it is', () => {
    for (const piece of [
      'https://',
      'http://a.b ',
      'https://a/(',
      'http://[',
      'a.',
      'a-',
      '.',
      'a@',
      'https://a@',
      'https://a\u200b',
      'https://a\u0301',
      'http:',
      'www.',
      'a.com.',
      '://',
    ]) {
      const text = piece.repeat(TEXT_MAX / piece.length);
      const links = linksOf(text); // what is not linear takes seconds
      expect(links.join('').length).toBeLessThanOrEqual(text.length);
      hasLink({ text, data: undefined });
    }
  });
});
