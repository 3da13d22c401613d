/**
 * `node scripts/look-alikes.js confusables.txt > shared/store/look-alikes.ts`: makes the table of letters that look like
 * ASCII from Unicode's list (https://www.unicode.org/Public/security/latest/confusables.txt, UTS #39).
 */
import { readFileSync } from 'node:fs';

const WIDTH = 130;
const LINE = /^([0-9A-F]+)\s*;\s*([0-9A-F ]+?)\s*;/;
/** What nicknames are folded to before they are looked up: see `shared/store/names.ts`. */
const caseless = (/** @type {string} */ text) =>
  text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
const character = (/** @type {string} */ hex) => String.fromCodePoint(parseInt(hex, 16));
const isAscii = (/** @type {string} */ text) => /^[!-~]+$/.test(text);
const escaped = (/** @type {string} */ text) =>
  [...text].map((one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).join('');

const lines = readFileSync(process.argv[2] ?? 'confusables.txt', 'utf8').split('\n');
const looks = new Map(
  lines
    .map((line) => LINE.exec(line))
    .filter((match) => match !== null)
    .map(([, from = '', to = '']) => [character(from), to.split(' ').map(character).join('')]),
);
const rows = new Map();
for (let point = 0x80; point <= 0x10ffff; point += 1) {
  if (point >= 0xd800 && point <= 0xdfff) continue;
  const one = String.fromCodePoint(point);
  // only what can be there when it is looked up
  if (caseless(one) !== one || one.normalize('NFD') !== one || !/[\p{L}\p{N}\p{S}\p{P}]/u.test(one)) continue;
  // as it looks; else as its capital looks
  const like = [one, one.toUpperCase()]
    .map((form) => caseless(looks.get(form) ?? form))
    .find((form) => form !== one && isAscii(form));
  if (like) rows.set(like, (rows.get(like) ?? '') + one);
}

const wrapped = (/** @type {[string, string]} */ [like, all]) =>
  escaped(all)
    .match(new RegExp(`(?:\\\\u\\{[0-9a-f]+\\}){1,${Math.floor((WIDTH - 12) / 8)}}`, 'g'))
    ?.map(
      (part) =>
        `  [${JSON.stringify(like).replace(/^"(.*)"$/, (_, text) => `'${text.replace(/\\"/g, '"').replace(/'/g, "\\'")}'`)}, '${part}'],`,
    )
    .join('\n');
process.stdout.write(`/**
 * What looks like ASCII: the text it looks like, and letters that do, caseless and decomposed.
 * Made by scripts/look-alikes.js from Unicode 15.0's confusables (UTS #39, Unicode licence), as ICU 72 has them; not written by hand.
 */
export const LOOK_ALIKES: [like: string, letters: string][] = [
${[...rows]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(wrapped)
  .join('\n')}
];
`);
