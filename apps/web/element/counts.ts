import type { Piece } from './dom/dom.js';
import { enumerated } from './dom/sentence.js';
import { type Forms, fill, type Locale, type Texts } from './texts.js';
import { localeOf, numberText } from './times.js';

/** Returns the form of a text for a count, by the plural rules of the texts' language. */
export function formFor(forms: Forms, n: number, { locale }: Locale): string {
  const exact = forms[n];
  if (exact !== undefined) return exact;
  try {
    return forms[new Intl.PluralRules(locale || 'en').select(n)] || forms.other;
  } catch (_) {
    return (n === 1 && forms.one) || forms.other; // an old browser, or the page gave an unknown locale
  }
}

/** Returns a text with its count, which is at `{n}`. */
export function counted(forms: Forms, n: number, texts: Locale, values: object = {}): string {
  return fill(formFor(forms, n, texts), { n: numberText(n, texts), ...values });
}

/** The part of `Intl.ListFormat` that is used. It is newer than these types, and than some browsers. */
interface ListFormat {
  formatToParts(items: string[]): { type: string; value: string }[];
}
type ListFormats = { ListFormat?: new (locale: string | undefined) => ListFormat };

/**
 * Joins the items of a list: "a, b and c". The text `and` stands before the last one. If it is empty, the language has
 * its own way.
 */
export function listed(items: Piece[][], texts: Texts): Piece[] {
  const { ListFormat: Lists } = Intl as ListFormats;
  if (texts.and || !Lists) return enumerated(items, ', ', texts.and || ', ');
  const parts = new Lists(localeOf(texts)).formatToParts(items.map((_, i) => String(i)));
  const pieces: Piece[] = [];
  for (const { type, value } of parts) pieces.push(...(type === 'element' ? items[Number(value)] || [] : [value]));
  return pieces;
}
