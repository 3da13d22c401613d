/** `npm run hostile:shares`: one page takes twenty times the share of each other one. */
import { parseArgs } from 'node:util';
import { Problem, report as reportProblem } from '../../scripts/problem.js';
import { describeShares, runShares } from './shares.js';

const USAGE = `npm run hostile:shares -- [options]
  --seconds N      how long it takes (60), a third of it without the heavy page
  --pages N        other pages (8), --users N of each (10), --rate N messages a second of each (1)
  --more-users N   the heavy page has so many times the users (20), --more-messages N and the messages (20)
  --apis N         API processes (2)
  --checkout PATH  another version, which is built (.)`;

const NUMBERS = { apis: 2, seconds: 60, pages: 8, users: 10, rate: 1, 'more-users': 20, 'more-messages': 20 };

function readOptions() {
  const options = Object.fromEntries(
    Object.entries({ ...NUMBERS, checkout: '.' }).map(([name, fallback]) => [
      name,
      { type: 'string' as const, default: String(fallback) },
    ]),
  );
  const { values } = parseArgs({ options });
  const number = (name: keyof typeof NUMBERS): number => {
    if (!/^[1-9]\d{0,4}$/.test(String(values[name]))) throw new Problem(`--${name} must be a whole number.\n${USAGE}`);
    return Number(values[name]);
  };
  return {
    apis: number('apis'),
    seconds: number('seconds'),
    pages: number('pages'),
    users: number('users'),
    rate: number('rate'),
    moreUsers: number('more-users'),
    moreMessages: number('more-messages'),
    checkout: String(values.checkout),
  };
}

try {
  console.log(describeShares(await runShares(readOptions())));
} catch (error) {
  reportProblem(error);
}
process.exit();
