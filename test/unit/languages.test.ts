/** The language that an element chooses, and the files of all languages. */
import { describe, expect, it } from 'vitest';
import { meet } from '../../apps/web/element/language/choose.js';

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
