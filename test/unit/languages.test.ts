/** The language that an element chooses, and the files of all languages: each is whole, and right in its form. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meet } from '../../apps/web/element/language/choose.js';
import { ENGLISH, type Forms } from '../../apps/web/element/texts.js';
import { TOOLS_ENGLISH } from '../../apps/web/moderation-tools/texts.js';
import { NOTICES_ENGLISH } from '../../apps/web/notices/texts.js';
import { SEARCH_ENGLISH } from '../../apps/web/search/texts.js';
import { TALK_ENGLISH } from '../../apps/web/talk/texts.js';
import { ENGLISH as WIDGETS_ENGLISH } from '../../apps/web/widgets/texts.js';

type AnyTexts = Record<string, string | Forms>;

/** The parts of a language file, each with its texts in English. */
const PARTS: Record<string, AnyTexts> = {
  texts: ENGLISH,
  talkTexts: TALK_ENGLISH,
  toolsTexts: TOOLS_ENGLISH,
  noticesTexts: NOTICES_ENGLISH,
  searchTexts: SEARCH_ENGLISH,
  widgetsTexts: WIDGETS_ENGLISH,
};
/** The language files do not say these. */
const OF_THE_PAGE = ['locale', 'and'];
/** Texts that are the same as in English in some languages, such as "Message" in French. */
const MAY_BE_ENGLISH = [
  'messages',
  'message',
  'chat',
  'chatNews',
  'isModerator',
  'transcriptCount',
  'notices',
  'noticeFrom',
  'votes',
  'bot',
];

const FOLDER = new URL('../../apps/web/languages/', import.meta.url);
const codes = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, ''));
const files = await Promise.all(
  codes.map(async (code) => ({ code, parts: (await import(`${FOLDER.href}${code}.ts`)) as Record<string, AnyTexts> })),
);

const placesOf = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
const formsOf = (text: string | Forms): [category: string, form: string][] =>
  typeof text === 'string' ? [['other', text]] : Object.entries(text);
const otherOf = (text: string | Forms): string => (typeof text === 'string' ? text : text.other);

/** Whether a form has the places of the English text. One for a single number need not say the number. */
function hasPlaces(form: string, category: string, english: string): boolean {
  const [places, wanted] = [placesOf(form), placesOf(english)];
  const withoutCount = wanted.filter((place) => place !== '{n}');
  return `${places}` === `${wanted}` || (category !== 'other' && `${places}` === `${withoutCount}`);
}

describe('the language of an element', () => {
  const known = ['de', 'pt', 'zh'];

  it.each([
    [['de'], 'de', 'de'],
    [['de-AT'], 'de', 'de-AT'],
    [['PT_br'], 'pt', 'PT_br'],
    [['zh-TW'], 'zh', 'zh-TW'],
    [['en-GB'], '', 'en-GB'],
    [['fi', 'de-CH', 'pt'], 'de', 'de-CH'],
    [['fi', 'en', 'de'], '', 'en'],
    [['fi'], '', ''],
    [['', 'deu'], '', ''],
    [[], '', ''],
  ])('for %j is the file %j, and dates are in %j', (wishes, file, locale) => {
    expect(meet(wishes, known)).toEqual({ file, locale });
  });
});

describe.each(files)('the language $code', ({ code, parts }) => {
  /** All texts that English has, too. */
  const all = Object.entries(PARTS).flatMap(([part, english]) =>
    Object.entries(parts[part] ?? {}).map(([key, text]) => ({ key, text, english: english[key] ?? text })),
  );
  /** All forms of all texts. */
  const forms = all.flatMap(({ key, text, english }) =>
    formsOf(text).map(([category, form]) => ({ key, category, form, english: otherOf(english) })),
  );
  const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;

  it('is a language that browsers know', () => {
    expect(Intl.PluralRules.supportedLocalesOf(code)).toEqual([code]);
    expect(code).not.toBe('en');
  });

  it.each(Object.entries(PARTS))('has all %s, and no others', (part, english) => {
    const wanted = Object.keys(english).filter((key) => !OF_THE_PAGE.includes(key));
    expect(Object.keys(parts[part] ?? {}).sort()).toEqual(wanted.sort());
  });

  it('keeps the places of the English texts', () => {
    expect(forms.filter(({ category, form, english }) => !hasPlaces(form, category, english))).toEqual([]);
  });

  it('has the forms of texts with a count that its plural rules name', () => {
    const named = (text: string | Forms): string[] =>
      typeof text === 'string' ? [] : Object.keys(text).filter((category) => !/^\d+$/.test(category));
    const wanted = (english: string | Forms): string[] => (typeof english === 'string' ? [] : [...categories]);
    expect(all.filter(({ text, english }) => `${named(text).sort()}` !== `${wanted(english).sort()}`)).toEqual([]);
  });

  it('has no empty text, and none left in English', () => {
    const hasWords = (text: string): boolean => /\p{L}/u.test(text.replace(/\{\w+\}/g, ''));
    expect(forms.filter(({ form }) => !form.trim())).toEqual([]);
    expect(
      forms.filter(({ key, form, english }) => form === english && hasWords(form) && !MAY_BE_ENGLISH.includes(key)),
    ).toEqual([]);
  });
});
