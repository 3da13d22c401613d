import { ancestors } from '../dom/theme.js';

/** The language of an element's words. */
export interface Language {
  /** The name of its file. '' is English, which needs none. */
  file: string;
  /** The locale of dates and numbers, such as `de-AT`. '' if no wish could be met. */
  locale: string;
  /** The direction to write in. '' if that of the page counts. */
  dir: '' | 'ltr' | 'rtl';
}

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)$/;

/** Returns the first wish that can be met: `pt-BR` by `pt`. `known`: the languages that have files. */
export function meet(wishes: readonly string[], known: readonly string[]): Omit<Language, 'dir'> {
  for (const locale of wishes) {
    const [base = ''] = locale.toLowerCase().split(/[-_]/);
    if (base === 'en') return { file: '', locale };
    if (known.includes(base)) return { file: base, locale };
  }
  return { file: '', locale: '' };
}

/**
 * Returns the language for an element: that of the nearest `lang` around it. `lang="auto"` asks for one that the
 * visitor has chosen in the browser. A `dir` of the page that is as near counts more than the direction of the
 * language.
 */
export function languageFor(host: Element, known: readonly string[]): Language {
  let hasDir = false;
  for (const element of [host, ...ancestors(host)]) {
    hasDir = hasDir || element.hasAttribute('dir');
    const lang = element.getAttribute('lang');
    if (!lang) continue;
    const found = meet(lang === 'auto' ? navigator.languages : [lang], known);
    const dir = RIGHT_TO_LEFT.test(found.file) ? 'rtl' : 'ltr';
    return { ...found, dir: hasDir || !found.locale ? '' : dir };
  }
  return { file: '', locale: '', dir: '' };
}
