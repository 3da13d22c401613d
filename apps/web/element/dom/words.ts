/**
 * Scripts that write no spaces between words, or join endings to a name. A word may end before any of their letters. It
 * is part of a character class.
 */
export const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan']
  .map((script) => `\\p{Script=${script}}`)
  .join('');

/** A letter of a word that only something else than a letter ends. */
export const LETTER = `(?![${UNSPACED}])[\\p{L}\\p{N}_]`;
