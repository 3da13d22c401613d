/** The formatting of messages: a small fixed subset, in parts that become elements. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatted, type Part, type Styled } from '../../apps/web/element/log/format.js';
import { TEXT_MAX } from '../../shared/protocol/limits.js';
import { nextLink } from '../../shared/protocol/links.js';

/** Writes parts as tags, to compare them. */
function tagged(parts: Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('link' in part) return `<a>${part.link}</a>`;
      const language = part.language ? ` ${part.language}` : '';
      return `<${part.tag}${language}>${tagged(part.parts)}</${part.tag}>`;
    })
    .join('');
}

/** The text of all parts. */
function plain(parts: Part[]): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : 'link' in part ? part.link : plain(part.parts)))
    .join('');
}

describe('a message', () => {
  it.each([
    ['*bold*', '<strong>bold</strong>'],
    ['**bold**', '<strong>bold</strong>'],
    ['_italic_', '<em>italic</em>'],
    ['`code`', '<code>code</code>'],
    ['a *b c* d, _e_. (*f*) "_g_"!', 'a <strong>b c</strong> d, <em>e</em>. (<strong>f</strong>) "<em>g</em>"!'],
    ['*bold _both_ bold*', '<strong>bold <em>both</em> bold</strong>'],
    ['*_both_*', '<strong><em>both</em></strong>'],
    ['_*both*_', '<em><strong>both</strong></em>'],
    ['*note: it is *important*', '*note: it is <strong>important</strong>'],
    ['*a _b* c_', '<strong>a _b</strong> c_'],
    ['the `foo`s and `a*b*c` `_x_`', 'the <code>foo</code>s and <code>a*b*c</code> <code>_x_</code>'],
    ['*see `a * b` there*', '<strong>see <code>a * b</code> there</strong>'],
    ['这是*重点*内容', '这是<strong>重点</strong>内容'],
    ['これは、*太字*。', 'これは、<strong>太字</strong>。'],
    ['*क्या* _م_', '<strong>क्या</strong> <em>م</em>'],
    ['*a*\n*b*', '<strong>a</strong>\n<strong>b</strong>'],
    ['(*`*_y_', '(*`*<em>y</em>'],
  ])('has words in it set apart: %j', (text, parts) => {
    expect(tagged(formatted(text))).toBe(parts);
  });

  it.each([
    'plain\ntext\n\n with  spaces',
    'snake_case_names and __init__ _private',
    '2 * 3 * 4, 2*3*4, 5* and 6*',
    'char *p, *q; a *b = *c',
    'src/*.ts and test/*.ts, **/*.js',
    '*.ts and *.js',
    '* one\n* two',
    '- one *',
    '*over\nlines*',
    '`over\nlines`',
    '^_^ and ^_^, >_< >_<, -_- and -_-, *_* and *_*, :* :*',
    '* * * *** **** ___ `` ` `',
    'don`t and won`t',
    '\\*not bold\\*',
    '```',
    '`````` ```\n```',
    'a > b\n>:( >_>\n> \n>',
    '<b>no</b> &amp; [a](b) # c ~d~',
    '@some_user_ *@Ann',
  ])('is left alone: %j', (text) => {
    expect(tagged(formatted(text))).toBe(text);
  });

  it.each([
    ['```\na\n  b\n```', '<pre>a\n  b</pre>'],
    ['see ```a *b* https://a.b``` there', 'see <pre>a *b* https://a.b</pre> there'],
    ['first\n```js\nx = `1`;\n```\nlast *x*', 'first<pre js>x = `1`;</pre>last <strong>x</strong>'],
    ['```one``` ```two', '<pre>one</pre> ```two'],
    ['```c++\n```', '<pre>c++</pre>'],
    ['```a\n> b\n```', '<pre a>> b</pre>'],
    ['*a ```b``` c*', '*a <pre>b</pre> c*'],
  ])('has blocks of code: %j', (text, parts) => {
    expect(tagged(formatted(text))).toBe(parts);
  });

  it.each([
    ['> a', '<blockquote>a</blockquote>'],
    ['> a\n> *b*\nc', '<blockquote>a\n<strong>b</strong></blockquote>c'],
    ['a\n> b\n>\n> c\n\nd', 'a<blockquote>b\n\nc</blockquote>\nd'],
    ['> > a\n>b', '<blockquote>> a</blockquote>>b'],
    ['> see https://a.b', '<blockquote>see <a>https://a.b</a></blockquote>'],
    ['> a\nb > c', '<blockquote>a</blockquote>b > c'],
  ])('has quotes: %j', (text, parts) => {
    expect(tagged(formatted(text))).toBe(parts);
  });

  it.each([
    ['https://a.b/_x_/*y*', '<a>https://a.b/_x_/*y*</a>'],
    ['*see https://a.b/c_d_e now*', '<strong>see <a>https://a.b/c_d_e</a> now</strong>'],
    ['*https://a.b/c* _https://a.b_', '<strong><a>https://a.b/c</a></strong> <em><a>https://a.b</a></em>'],
    ['**https://a.b/c**', '<strong><a>https://a.b/c</a></strong>'],
    ['_see https://a.b/c_ d_', '<em>see <a>https://a.b/c_</a> d</em>'],
    ['`https://a.b` https://c.d', '<code>https://a.b</code> <a>https://c.d</a>'],
    ['a`https://a.b` https://c.d', 'a`<a>https://a.b</a>` <a>https://c.d</a>'],
  ])('has links: %j', (text, parts) => {
    expect(tagged(formatted(text))).toBe(parts);
  });

  const piece = fc.oneof(
    fc.constantFrom('*', '**', '_', '`', '```', '\n', '> ', '>', ' ', 'a', 'b c', 'é', '看', '.', '(', ')', '😀'),
    fc.constantFrom('https://', 'a.b', '/', '```js\n', '\n```', '\n> ', '*x*', '_y_', '`z`'),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  const messages = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  /** The characters that a mark has, and the white space around blocks. */
  const withoutMarks = (text: string): string => text.replace(/[*_`>\s]/g, '');
  const labels = (parts: Part[]): string =>
    parts
      .map((part) => (typeof part === 'object' && 'tag' in part ? (part.language ?? '') + labels(part.parts) : ''))
      .join('');

  it('keeps all its characters but marks, in their order, whatever they are', () => {
    fc.assert(
      fc.property(messages, (text) => {
        const parts = formatted(text);
        let at = 0;
        for (const unit of plain(parts)) at = text.indexOf(unit, at) + unit.length;
        expect(at).toBeGreaterThanOrEqual(plain(parts).length); // a subsequence
        const shown = [...withoutMarks(plain(parts)), ...withoutMarks(labels(parts))].sort().join('');
        expect(shown).toBe([...withoutMarks(text)].sort().join(''));
      }),
      { numRuns: 5_000 },
    );
  });

  const isStyled = (part: Part): part is Styled => typeof part === 'object' && 'tag' in part;
  /** Returns the parts, and the parts within them. */
  const all = (parts: Part[]): Part[] => parts.flatMap((part) => [part, ...(isStyled(part) ? all(part.parts) : [])]);

  it('has no empty parts, and only text in code', () => {
    fc.assert(
      fc.property(messages, (text) => {
        const parts = all(formatted(text));
        for (const part of parts) expect(plain([part])).not.toBe('');
        for (const part of parts.filter(isStyled)) {
          if (/code|pre/.test(part.tag)) expect(part.parts).toEqual([plain([part])]);
          expect(plain([part]).trim()).not.toMatch(/strong|em/.test(part.tag) ? /^[*_`]*$/ : /^$/);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('has only links that the filter sees', () => {
    fc.assert(
      fc.property(messages, (text) => {
        const links = all(formatted(text)).flatMap((part) =>
          typeof part === 'object' && 'link' in part ? part.link : [],
        );
        for (const link of links) expect(nextLink(link, 0)).toMatchObject({ from: 0, to: link.length });
        if (links.length > 0) expect(nextLink(text, 0)).not.toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  it('without marks and links is one text, as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(text !== '' && !/[*_`>]|:\/\//.test(text));
        expect(formatted(text)).toEqual([text]);
      }),
    );
  });

  it('is read in steps that grow with it, whatever it is', () => {
    const hostile = [
      '*',
      '_',
      '`',
      '```',
      '> ',
      '>',
      '\n',
      '> \n',
      '\n>',
      '*a',
      '*a ',
      ' *a*',
      '_*',
      '*_a',
      '`a',
      '` ',
    ];
    const links = [
      'https://',
      'https://a.b/*',
      '*https://a.b',
      '_https://a_',
      '`https://a.b',
      'https://a.b `',
      '*a _b ',
    ];
    for (const one of [...hostile, ...links, '``` ', '```a', ' ', '\t', '> a\n', '>\n']) {
      for (const text of [one.repeat(TEXT_MAX / one.length), `*a ${one.repeat((TEXT_MAX - 6) / one.length)} b*`]) {
        const parts = formatted(text); // what is not linear takes seconds
        expect(plain(parts).length).toBeLessThanOrEqual(text.length);
      }
    }
  });
});
