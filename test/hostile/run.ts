/** `npm run hostile`: honest users on a system that is attacked in every way at once, and what they notice of it. */
import { parseArgs } from 'node:util';
import { Problem, report as reportProblem } from '../../scripts/problem.js';
import { runHostile } from './hostile.js';
import { describe } from './report.js';

const USAGE = `npm run hostile -- [options]
  --seconds N   how long it takes (240), a quarter of it quiet, 8 to 7200
  --attacks N   requests a second of all attackers together (1000), 50 to 20000
  --guesses N   worthless tokens they try (100000)
  --users N     honest users (50), --rooms N (5), --rate N messages a second (20)`;

function readOptions(args: string[]) {
  const names = { seconds: 240, attacks: 1_000, guesses: 100_000, users: 50, rooms: 5, rate: 20 };
  try {
    const options = Object.fromEntries(
      Object.entries(names).map(([name, fallback]) => [name, { type: 'string' as const, default: String(fallback) }]),
    );
    const { values } = parseArgs({ args, options });
    const number = (name: keyof typeof names): number => {
      if (!/^[1-9]\d{0,6}$/.test(String(values[name]))) throw new Error(`--${name} must be a whole number.`);
      return Number(values[name]);
    };
    return {
      seconds: number('seconds'),
      attacks: number('attacks'),
      guesses: number('guesses'),
      users: number('users'),
      rooms: number('rooms'),
      rate: number('rate'),
    };
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

try {
  const began = Date.now();
  const report = await runHostile(readOptions(process.argv.slice(2)), (text) =>
    console.log(`[${String(Math.round((Date.now() - began) / 1_000)).padStart(4)} s] ${text}`),
  );
  console.log(`\n${describe(report)}`);
  if (report.honest.lost + report.honest.doubled + report.honest.disordered + report.ended > 0) process.exitCode = 1;
} catch (error) {
  reportProblem(error);
}
process.exit();
