/** The language that an element chooses, and the files of all languages: each is whole, and right in its form. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meet } from '../../apps/web/element/language/choose.js';
import { ENGLISH, type Forms } from '../../apps/web/element/texts.js';
import { TOOLS_ENGLISH } from '../../apps/web/moderation-tools/texts.js';
import { NOTICES_ENGLISH } from '../../apps/web/notices/texts.js';

type AnyTexts = Record<string, string | Forms>;
interface LanguageFile {
  texts: AnyTexts;
  toolsTexts: AnyTexts;
  noticesTexts: AnyTexts;
}

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
  'noticesSound',
];

const FOLDER = new URL('../../apps/web/languages/', import.meta.url);
const codes = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, ''));
const files: [string, LanguageFile][] = await Promise.all(
  codes.map(async (code): Promise<[string, LanguageFile]> => [code, await import(`${FOLDER.href}${code}.ts`)]),
);

const wholeEnglish: AnyTexts = { ...TOOLS_ENGLISH, ...NOTICES_ENGLISH, ...ENGLISH };
const placesOf = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
const formsOf = (text: string | Forms): [string, string][] =>
  typeof text === 'string' ? [['other', text]] : Object.entries(text);
const englishOf = (key: string): string => {
  const text = wholeEnglish[key] ?? '';
  return typeof text === 'string' ? text : text.other;
};

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

describe.each(files)('the language %s', (code, { texts, toolsTexts, noticesTexts }) => {
  const all = [texts, toolsTexts, noticesTexts].flatMap((part) => Object.entries(part));
  const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;

  it('is a language that browsers know', () => {
    expect(Intl.PluralRules.supportedLocalesOf(code)).toEqual([code]);
    expect(code).not.toBe('en');
  });

  it('keeps the places of the English texts', () => {
    const wrong = all.flatMap(([key, text]) =>
      formsOf(text)
        .filter(([category, form]) => {
          const [places, wanted] = [placesOf(form), placesOf(englishOf(key))];
          const mayLackCount = category !== 'other';
          return (
            `${places}` !== `${wanted}` && !(mayLackCount && `${places}` === `${wanted.filter((one) => one !== '{n}')}`)
          );
        })
        .map(([category, form]) => `${key} (${category}): ${form}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has the forms of texts with a count that its plural rules name', () => {
    const wrong = all
      .filter(([key, text]) => {
        if (typeof wholeEnglish[key] === 'string') return typeof text !== 'string';
        if (typeof text === 'string') return true;
        const forms = Object.keys(text).filter((category) => !/^\d+$/.test(category));
        return `${forms.sort()}` !== `${[...categories].sort()}`;
      })
      .map(([key]) => key);
    expect(wrong).toEqual([]);
  });

  it('has no empty text, and none left in English', () => {
    const wrong = all.flatMap(([key, text]) =>
      formsOf(text)
        .filter(([, form]) => {
          const hasWords = /\p{L}/u.test(englishOf(key).replace(/\{\w+\}/g, ''));
          return !form.trim() || (hasWords && form === englishOf(key) && !MAY_BE_ENGLISH.includes(key));
        })
        .map(([category, form]) => `${key} (${category}): ${form}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no key that nobody asks for', () => {
    const unknown = (given: AnyTexts, english: AnyTexts): string[] =>
      Object.keys(given).filter((key) => !(key in english) || OF_THE_PAGE.includes(key));
    expect(unknown(texts, ENGLISH)).toEqual([]);
    expect(unknown(toolsTexts, TOOLS_ENGLISH)).toEqual([]);
    expect(unknown(noticesTexts, NOTICES_ENGLISH)).toEqual([]);
  });
});
