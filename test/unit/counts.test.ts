/** Texts with a count: the forms of each language, and what pages give in their place. */
import { describe, expect, it } from 'vitest';
import { counted, formFor, listed } from '../../apps/web/element/counts.js';
import { ENGLISH, type Texts, textsFrom } from '../../apps/web/element/texts.js';
import { timeText } from '../../apps/web/element/times.js';
import { TOOLS_ENGLISH } from '../../apps/web/moderation-tools/texts.js';

const textsIn = (locale: string, given: object = {}): Texts => textsFrom({ locale, ...given }, ENGLISH);

describe('a text with a count', () => {
  it('has its forms by the plural rules of the language', () => {
    const texts = textsIn('ru', { manyHere: { one: '{n} человек', few: '{n} человека', other: '{n} людей' } });
    expect([1, 2, 5, 21, 22, 11].map((n) => counted(texts.manyHere, n, texts))).toEqual([
      '1 человек',
      '2 человека',
      '5 людей',
      '21 человек',
      '22 человека',
      '11 людей',
    ]);
  });

  it('may have a form for one number', () => {
    const texts = textsIn('ru', { manyHere: { 1: 'только ты', one: '{n} человек', other: '{n} людей' } });
    expect([1, 21, 5].map((n) => counted(texts.manyHere, n, texts))).toEqual(['только ты', '21 человек', '5 людей']);
  });

  it('shows the number as the language writes it, and other values', () => {
    const texts = textsIn('de', { removedMany: '{name}: {n}' });
    expect(counted(texts.removedMany, 1_234, texts, { name: 'Ann' })).toBe('Ann: 1.234');
  });

  it('is in English by the rules of English, whatever the language of dates', () => {
    const texts = textsIn('');
    expect([1, 2].map((n) => formFor(texts.others, n, texts))).toEqual(['1 other', '{n} others']);
  });

  it('does not fail for a locale that is none', () => {
    const texts = textsIn('no such language');
    expect([1, 2].map((n) => counted(texts.others, n, texts))).toEqual(['1 other', '2 others']);
  });
});

describe('texts of a page', () => {
  it('take the place of the forms as one text', () => {
    const texts = textsIn('de', { others: '{n} weitere' });
    expect([1, 2].map((n) => counted(texts.others, n, texts))).toEqual(['1 weitere', '2 weitere']);
  });

  it.each([
    ['oneHere', 'manyHere'],
    ['removed', 'removedMany'],
    ['oneOther', 'others'],
    ['typing', 'typingMany'],
  ] as const)('may have the former key %s, for exactly one', (former, key) => {
    const texts = textsIn('de', { [former]: 'just one', [key]: '{n} of them' });
    expect([1, 2].map((n) => counted(texts[key], n, texts))).toEqual(['just one', '2 of them']);
    const alone = textsIn('', { [former]: 'just one' });
    expect(formFor(alone[key], 1, alone)).toBe('just one');
    expect(formFor(alone[key], 2, alone)).toBe(ENGLISH[key].other);
  });

  it.each([
    ['oneWaits', 'manyWait'],
    ['oneReport', 'manyReports'],
    ['oneReported', 'manyReported'],
  ] as const)('may have the former key %s of the moderation tools', (former, key) => {
    const texts = textsFrom({ [former]: 'just one', [key]: '{n} of them' }, TOOLS_ENGLISH);
    expect([1, 2].map((n) => counted(texts[key], n, textsIn('de')))).toEqual(['just one', '2 of them']);
  });

  it('of another kind are ignored', () => {
    const wrong = { send: 5, others: { one: 'x' }, manyHere: null, message: { other: 'x' }, removed: {}, unknown: 'x' };
    expect(textsFrom(wrong, ENGLISH)).toEqual(ENGLISH);
    expect(textsFrom(null, ENGLISH)).toEqual(ENGLISH);
  });
});

describe('a list', () => {
  const items = [['a'], ['b'], ['c']];

  it('is joined as the language does it, or with the text `and`', () => {
    expect(listed(items, textsIn('de', { and: '' })).join('')).toBe('a, b und c');
    expect(listed(items, textsIn('zh', { and: '' })).join('')).toBe('a、b和c');
    expect(listed(items, textsIn('de', { and: ' & ' })).join('')).toBe('a, b & c');
    expect(listed([['a']], textsIn('de', { and: '' })).join('')).toBe('a');
  });
});

describe('a time', () => {
  it('is written as in the language', () => {
    const at = new Date(2026, 1, 1, 7, 5).getTime();
    const times = ['en-US', 'en-GB', 'de', 'es', 'ru'].map((locale) => timeText(at, textsIn(locale)));
    expect(times.map((time) => time.replace(/\s/, ' '))).toEqual(['7:05 AM', '07:05', '07:05', '7:05', '07:05']);
  });
});
