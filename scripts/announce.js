/**
 * `ADMIN_PASSWORD=... npm run announce -- "Text"` says something in all rooms, as `/admin` does. `--for 3600`: seconds
 * for which it holds. `--begins 22:00 --minutes 10`: a maintenance. `--end` takes it back. `--url`: the chat, if it is
 * not at `PORT` of this machine.
 */
import { parseArgs } from 'node:util';
import { asScript } from './command.js';
import { Problem, reasonOf } from './problem.js';

const USAGE =
  'ADMIN_PASSWORD=... npm run announce -- "Text" [--for 3600] [--begins 22:00 --minutes 10] [--url ...], or -- --end';

async function announce() {
  const { values, positionals } = readArguments();
  const { url = `http://127.0.0.1:${process.env.PORT || 8080}`, begins, minutes = '10', end } = values;
  if (!process.env.ADMIN_PASSWORD) throw new Problem(`ADMIN_PASSWORD is not set. Usage: ${USAGE}`);
  const kind = end ? 'none' : begins === undefined ? 'notice' : 'maintenance';
  await post(url.replace(/\/+$/, ''), {
    kind,
    text: positionals.join(' '),
    ...(values.for !== undefined && { seconds: Number(values.for) }),
    ...(begins !== undefined && { begins: nextTime(begins), minutes: Number(minutes) }),
  });
  console.log(end ? 'Taken back.' : 'All rooms are told within some seconds.');
}

function readArguments() {
  try {
    const text = { type: /** @type {const} */ ('string') };
    const options = {
      url: text,
      for: text,
      begins: text,
      minutes: text,
      end: { type: /** @type {const} */ ('boolean') },
    };
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\nUsage: ${USAGE}`);
  }
}

/**
 * Returns the next moment with this time of day, in ms since 1970.
 *
 * @param {string} time
 */
function nextTime(time) {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined) throw new Problem(`--begins ${time} is no time such as 22:00. Usage: ${USAGE}`);
  const at = new Date();
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() < Date.now()) at.setDate(at.getDate() + 1);
  return at.getTime();
}

/**
 * @param {string} url
 * @param {object} body
 */
async function post(url, body) {
  const password = Buffer.from(`announce:${process.env.ADMIN_PASSWORD}`).toString('base64');
  const answer = await fetch(`${url}/admin/announce`, {
    method: 'POST',
    headers: { Authorization: `Basic ${password}`, 'Content-Type': 'application/json', Origin: new URL(url).origin },
    body: JSON.stringify(body),
  }).catch((error) => {
    throw new Problem(`${url} does not answer: ${reasonOf(error)}.`);
  });
  if (answer.ok) return;
  const { message = `it answers ${answer.status}` } = /** @type {{ message?: string }} */ (
    await answer.json().catch(() => ({}))
  );
  throw new Problem(answer.status === 401 ? 'The password is wrong.' : `Not announced: ${message}`);
}

asScript(announce);
