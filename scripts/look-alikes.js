/**
 * `node scripts/look-alikes.js confusables.txt > shared/store/look-alike-table.ts` makes the table of letters that look
 * like ASCII. Its source is Unicode's list: https://www.unicode.org/Public/security/latest/confusables.txt (UTS #39).
 * Run `npm run format` afterwards.
 */
import { readFileSync } from 'node:fs';

const LETTERS_PER_ROW_MAX = 14;
const LINE = /^([0-9A-F]+)\s*;\s*([0-9A-F ]+?)\s*;/;
/** Nicknames are folded like this before they are looked up: see `shared/store/nicknames.ts`. */
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
/** @type {Map<string, string>} letters by the text that they look like */
const rows = new Map();
for (let point = 0x80; point <= 0x10ffff; point += 1) {
  if (point >= 0xd800 && point <= 0xdfff) continue;
  const one = String.fromCodePoint(point);
  // folding changes all other characters before they are looked up
  if (caseless(one) !== one || one.normalize('NFD') !== one || !/[\p{L}\p{N}\p{S}\p{P}]/u.test(one)) continue;
  // what it looks like, or else what its capital looks like
  const like = [one, one.toUpperCase()]
    .map((form) => caseless(looks.get(form) ?? form))
    .find((form) => form !== one && isAscii(form));
  if (like) rows.set(like, (rows.get(like) ?? '') + one);
}

/** Returns the rows of one text: several when many letters look like it. */
const rowsOf = (/** @type {[like: string, letters: string]} */ [like, letters]) =>
  letters
    .match(new RegExp(`.{1,${LETTERS_PER_ROW_MAX}}`, 'gu'))
    ?.map((some) => `  [${JSON.stringify(like)}, '${escaped(some)}'],`)
    .join('\n');
process.stdout.write(`/**
 * Letters that look like ASCII, by the text that they look like: caseless and decomposed.
 * \`nicknames.ts\` applies the table. Do not edit it: scripts/look-alikes.js has made it from
 * Unicode 15.0's confusables (UTS #39, Unicode licence), as ICU 72 has them.
 */
export const LOOK_ALIKES: [like: string, letters: string][] = [
${[...rows]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(rowsOf)
  .join('\n')}
];
`);
