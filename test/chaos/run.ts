/**
 * `npm run chaos`: kills, stops and drops what the chat consists of while people use it, and shows that nothing is
 * lost.
 */
import { report as reportProblem } from '../../scripts/problem.js';
import { runChaos } from './chaos.js';
import { readOptions, USAGE } from './options.js';
import { describe } from './report.js';

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
  } else {
    const began = Date.now();
    console.log(`seed ${options.seed}`);
    const report = await runChaos(options, (text) =>
      console.log(`[${String(Math.round((Date.now() - began) / 1_000)).padStart(4)} s] ${text}`),
    );
    console.log(`\n${describe(report)}`);
    if (report.violations.length > 0) process.exitCode = 1;
  }
} catch (error) {
  reportProblem(error);
}
process.exit();
