/** `npx nobackend-chat announce TEXT` says something in all rooms, as `/admin` does, or takes it back. */
import { asScript } from '../command.js';
import { Problem } from '../problem.js';
import { hostOf } from './host.js';

const MINUTES = '10';

/**
 * @typedef {{ for?: string, begins?: string, minutes?: string, end?: boolean }} Said
 * @param {import('./client.js').VisitOptions & Said} options
 * @param {string[]} words of the text
 */
export default function announce({ for: seconds, begins, minutes = MINUTES, end, ...options }, words) {
  asScript(async () => {
    await hostOf(options, 'announce')('/admin/announce', {
      kind: end ? 'none' : begins === undefined ? 'notice' : 'maintenance',
      text: words.join(' '),
      ...(seconds !== undefined && { seconds: whole('--for', seconds) }),
      ...(begins !== undefined && { begins: nextTime(begins), minutes: whole('--minutes', minutes) }),
    });
    console.log(end ? 'Taken back.' : 'All rooms are told within some seconds.');
  });
}

/**
 * @param {string} option
 * @param {string} text
 */
function whole(option, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Problem(`${option} ${text} is not allowed: give a whole number.`);
}

/** Returns the next moment with this time of day, in ms since 1970. */
function nextTime(/** @type {string} */ time) {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined) throw new Problem(`--begins ${time} is not allowed: give a time of day such as 22:00.`);
  const at = new Date();
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() < Date.now()) at.setDate(at.getDate() + 1);
  return at.getTime();
}
