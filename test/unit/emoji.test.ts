/** Which texts are one emoji. */
import { expect, it } from 'vitest';
import { tidyEmoji } from '../../apps/api/operations/parameters/emoji.js';

it.each([
  '👍',
  '👍🏽',
  '❤️',
  '1️⃣',
  '#️⃣',
  '🇩🇪',
  '👨‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🧑🏿‍❤️‍💋‍🧑🏻',
  '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
])('%s is one', (emoji) => expect(tidyEmoji(emoji)).toBe(emoji));

it.each([
  ['❤', '❤️'],
  ['☺', '☺️'],
  ['✈', '✈️'],
])('%s is stored in its coloured form', (typed, stored) => expect(tidyEmoji(typed)).toBe(stored));

it.each(['', ' ', 'a', '1', '<', '👍👍', '👍 ', ' 👍', '👍a', ':)', '\u200d', '\ufe0f', '🇩', '🏽🏽', '😀'.repeat(100)])(
  '%j is none',
  (text) => expect(tidyEmoji(text)).toBeNull(),
);
