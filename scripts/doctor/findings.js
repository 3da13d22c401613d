/**
 * What the doctor finds: a verdict, and one sentence that says what is so and, unless that is good, what to change.
 *
 * @typedef {{ verdict: 'good' | 'note' | 'bad', sentence: string }} Finding
 */

/**
 * @param {Finding['verdict']} verdict
 * @returns {(sentence: string) => Finding}
 */
const finding = (verdict) => (sentence) => ({ verdict, sentence });

export const good = finding('good');
/** May be meant so, or is not known. */
export const note = finding('note');
/** Does harm sooner or later. */
export const bad = finding('bad');

const MARKS = { good: '  good  ', note: '  note  ', bad: '  BAD   ' };
const COLOURS = { good: 32, note: 33, bad: 31 };

/**
 * One finding as a line for a terminal.
 *
 * @param {Finding} finding
 * @param {boolean} colour
 */
export function line({ verdict, sentence }, colour) {
  const mark = colour ? `\x1b[${COLOURS[verdict]}m${MARKS[verdict]}\x1b[0m` : MARKS[verdict];
  return `${mark}${sentence}`;
}

export const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1_048_576).toLocaleString('en')} MB`;
