/** Mentions: whether a text names a user. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matching, mentionAt, namesUser } from '../../apps/web/element/people/mentions.js';
import { NAME_MAX, TEXT_MAX } from '../../shared/protocol/limits.js';

describe('a text', () => {
  it.each([
    ['Ann', '@Ann'],
    ['Ann', 'hello @ann, how are you?'],
    ['Ann', "that is @Ann's"],
    ['Ann', '(@ANN)'],
    ['Ann', '@Bob @Ann'],
    ['Ann', 'first line\n@Ann second'],
    ['Ann', 'mail me@example.org or @Ann'],
    ['Ann', '@Anna @Ann'],
    ['Ann', '＠Ａｎｎ'],
    ['Ann', '@Ann你好'],
    ['Ann Lee', 'ask @Ann Lee.'],
    ['Zoë', '@Zoe\u0308 @zoë'],
    ['李雷', '你好@李雷你在吗'],
    ['철수', '@철수야 안녕'],
    ['สมชาย', '@สมชายครับ'],
    ['محمد علي', 'مرحبا @محمد علي، كيف'],
    ['प्रिया', 'नमस्ते @प्रिया!'],
    ['guest-12', '@guest-12?'],
    ['👩‍💻', '@👩‍💻 hi'],
    ['*', '@*'],
  ])('names %j by %j', (name, text) => {
    expect(namesUser(text, [name], ['Bob', 'Anna'])).toBe(true);
  });

  it.each([
    ['Ann', 'Ann'],
    ['Ann', '@ Ann'],
    ['Ann', '@Anna'],
    ['Ann', '@Ann_1'],
    ['Ann', '@Ann2'],
    ['Ann', '@Ann\u0301'],
    ['Ann', 'mail@ann'],
    ['Ann', 'https://example.org/@ann'],
    ['Ann', 'x.@ann'],
    ['Ann Lee', '@Ann'],
    ['guest-12', '@guest-123'],
    ['👩', '@👩‍💻'],
    ['👍', '@👍🏽'],
    ['', '@'],
    ['', '@ x'],
  ])('does not name %j by %j', (name, text) => {
    expect(namesUser(text, [name], [])).toBe(false);
  });

  it('names the one with the longest name that fits', () => {
    expect(namesUser('@Ann Lee: hi', ['Ann'], ['Ann Lee'])).toBe(false);
    expect(namesUser('@Ann Lee: hi', ['Ann'], ['Bob'])).toBe(true);
    expect(namesUser('@Ann Lees', ['Ann'], ['Ann Lee'])).toBe(true);
    expect(namesUser('@李雷雷', ['李雷'], ['李雷雷'])).toBe(false);
    expect(namesUser('@Ann Lee and @Ann', ['Ann'], ['Ann Lee'])).toBe(true);
  });

  it('names a user by an earlier name, until another one has it', () => {
    expect(namesUser('@Ann', ['Zoe', 'Ann'], ['Bob'])).toBe(true);
    expect(namesUser('@Ann', ['Zoe', 'Ann'], ['ann'])).toBe(false);
    expect(namesUser('@Zoe', ['Zoe', 'Ann'], ['ann'])).toBe(true);
  });

  it('names whoever stands in it with @ before and a space after, whatever the name', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((one) => one.trim() !== '');
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme' }), (own, rest) => {
        expect(namesUser(`@${own} ${rest}`, [own], [])).toBe(true);
        expect(namesUser(`${rest} x @${own}`, [own], [])).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is looked through in steps that grow with it', () => {
    const others = Array.from({ length: 2_000 }, (_, i) => `@${'a@'.repeat(i % (NAME_MAX / 2))}`);
    for (const piece of ['@', '@a', '@a@', ' @a ', '@\u0301', '＠']) {
      const text = piece.repeat(TEXT_MAX / piece.length); // what is not linear takes seconds
      expect(namesUser(text, ['a@a@a@b', '@@@@@@@b'], others)).toBe(false);
    }
  });
});

describe('a name that is being typed', () => {
  it.each([
    ['@', 0],
    ['hi @an', 3],
    ['＠a', 0],
    ['@Ann @b', 5],
    ['你好@李', 2],
    ['@a b c', 0],
    ['me@a', -1],
    ['https://a.b/@a', -1],
    ['@a\nb', -1],
    [`@${'a'.repeat(65)}`, -1],
    ['none', -1],
  ])('begins in %j at %i', (text, at) => {
    expect(mentionAt(text)).toBe(at);
  });

  it.each([
    ['', ['Anna', 'Bob', 'Lee Ann', 'Zoë']],
    ['an', ['Anna', 'Lee Ann']],
    ['ANN', ['Anna', 'Lee Ann']],
    ['lee a', ['Lee Ann']],
    ['zoe\u0308', []],
    ['zo', ['Zoë']],
    ['zoe', ['Zoë']],
    ['Ännä', ['Anna']],
    ['anna', []],
    ['nna', []],
  ])('%j fits those whose words begin with it', (query, names) => {
    const users = ['Zoë', 'Lee Ann', 'Bob', 'Anna'].map((name, id) => ({ id, name }));
    expect(matching(query, users).map(({ name }) => name)).toEqual(names);
  });
});
