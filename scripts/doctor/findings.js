/**
 * A finding of the doctor: a verdict, and a text for the host. The text says what is so, then what to do about it.
 *
 * @typedef {{ verdict: 'good' | 'note' | 'bad', text: string }} Finding
 */

/** Everything is right here. */
export function good(/** @type {string} */ fact) {
  return finding('good', fact);
}

/** This may be intended, or the doctor cannot see it. */
export function note(/** @type {string} */ fact, advice = '') {
  return finding('note', `${fact} ${advice}`);
}

/** This does harm sooner or later. */
export function bad(/** @type {string} */ cause, advice = '') {
  return finding('bad', `${cause} ${advice}`);
}

/**
 * @param {Finding['verdict']} verdict
 * @param {string} text
 * @returns {Finding}
 */
function finding(verdict, text) {
  return { verdict, text: text.trim() };
}

const MARKS = { good: '  good  ', note: '  note  ', bad: '  BAD   ' };
/** Terminal colours: green, yellow, red. */
const COLOURS = { good: 32, note: 33, bad: 31 };

/**
 * Returns one finding as a line for a terminal.
 *
 * @param {Finding} finding
 * @param {boolean} inColour
 */
export function line({ verdict, text }, inColour) {
  const mark = inColour ? `\x1b[${COLOURS[verdict]}m${MARKS[verdict]}\x1b[0m` : MARKS[verdict];
  return `${mark}${text}`;
}

export const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1_048_576).toLocaleString('en')} MB`;
