/** Events of a room as lines for people, and as JSON. */

/** @typedef {import('./client.js').ChatEvent} ChatEvent */

/** Control characters, also those that turn the direction of a line. A terminal would obey them. */
const CONTROL = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Returns a line for people, or null for an event that is not shown. Further lines of a text are indented. */
export function lineOf(/** @type {ChatEvent} */ event) {
  const said = saidIn(event);
  if (said === null) return null;
  const plain = said.replace(CONTROL, '\ufffd').replaceAll('\n', '\n         ');
  return `${TIME.format(event.at)} ${plain}`;
}

function saidIn(/** @type {ChatEvent} */ { type, from: { name }, text, data, was, ...event }) {
  switch (type) {
    case 'message':
      return `${event.private ? '(private) ' : ''}${name}: ${text ?? JSON.stringify(data)}`;
    case 'edited':
      return `${name}, edited: ${text}`;
    case 'joined':
    case 'left':
      return `* ${name} ${type}`;
    case 'renamed':
      return `* ${was} is now ${name}`;
    case 'removed':
      return `* ${name} removed messages`;
    case 'cleared':
      return `* ${name} emptied the history`;
    default:
      return null;
  }
}

/** Returns a value as one line of JSON, in which a terminal finds nothing to obey. */
export function harmlessJson(/** @type {unknown} */ value) {
  const escaped = (/** @type {string} */ one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(CONTROL, escaped);
}
