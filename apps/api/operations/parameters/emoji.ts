/** Emoji, as reactions take them. */

/** UTF-16 units of the longest emoji, with some to spare: a family of four skin tones has 20. */
const UNITS_MAX = 32;
/** One emoji of Unicode's list (UTS 51), be it a sequence. No literal, because the flag is newer than our target. */
const ONE = '\\p{RGI_Emoji}';
const EMOJI = new RegExp(`^${ONE}$`, 'v');
/** Asks for the coloured form of a sign that is also text. Some keyboards leave it out: `❤` for `❤️`. */
const COLOURED = '\ufe0f';

/** Returns an emoji as it is stored, or null for any other text. */
export function tidyEmoji(typed: string): string | null {
  if (typed.length > UNITS_MAX) return null;
  const coloured = typed + COLOURED;
  if (EMOJI.test(typed)) return typed;
  return EMOJI.test(coloured) ? coloured : null;
}
