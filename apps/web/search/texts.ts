import { forms } from '../element/texts.js';

/** Every word of the search. A page replaces them as it replaces those of the element: no key is in both lists. */
export const SEARCH_ENGLISH = {
  searchWords: 'Words to find',
  searchDay: 'Day',
  searchGo: 'Go to this day',
  searchOlder: 'Search older messages',
  searchStop: 'Stop',
  searchResults: 'Messages found',
  searchFound: forms('{n} message found.', '{n} messages found.'),
  searchNothing: 'No message found.',
  searchReading: 'Reading older messages: {day}…',
  searchBack: 'Searched back to {day}.',
  searchAll: 'All messages are searched.',
  searchFailed: 'Older messages cannot be read now.',
  searchDayFound: 'The first message is of {day}.',
  searchDayNone: 'There is no message of this day or after it.',
};

export type SearchTexts = typeof SEARCH_ENGLISH;

/** The texts of the search in another language. */
export type SearchTranslation = Partial<SearchTexts>;
