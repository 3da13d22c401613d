/** A message on one line, as quotes and the results of a search show it. */
import { expect, it } from 'vitest';
import { plainText } from '../../apps/web/element/log/plain-text.js';

it.each([
  ['`code`, *bold*, _it *both* is_', 'code, bold, it both is'],
  ['> a\n> b\nc', 'a b c'],
  ['see\n```js\nlet a;\nlet b;\n```\nthere', 'see let a; let b; there'],
  ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
  ['*https://a.b/c_d_* <b>&amp;</b>', 'https://a.b/c_d_ <b>&amp;</b>'],
  ['  a \n\n b ', 'a b'],
  ['', ''],
])('of %j is %j', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
