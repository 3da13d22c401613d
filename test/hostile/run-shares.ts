/**
 * `npm run hostile:shares`: one of some twenty pages would use all that an API process can do, which is twenty times its
 * share.
 */
import { parseArgs } from 'node:util';
import { Problem, report as reportProblem } from '../../scripts/problem.js';
import { describeShares, runShares } from './shares.js';

const USAGE = `npm run hostile:shares -- [options]
  --turns N        how often the heavy page is silent and then loud (4), --seconds N for so long each (8)
  --pages N        other pages (20), --users N of each (5), --rate N messages a second of each (1)
  --more-users N   the heavy page has so many times the users (140), --more-messages N and the messages (48)
  --apis N         API processes (1)
  --checkout PATH  another version, which is built (.)`;

const NUMBERS = { apis: 1, turns: 4, seconds: 8, pages: 20, users: 5, rate: 1, 'more-users': 140, 'more-messages': 48 };

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
    turns: number('turns'),
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
