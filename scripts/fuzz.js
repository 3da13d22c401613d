/** `npm run fuzz -- --seconds N` runs the tests that send rubbish, with as many requests as take about N seconds. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { asScript } from './command.js';
import { Problem } from './problem.js';
import { inProject, root } from './project.js';

asScript(async () => {
  const { seconds } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } }).values;
  if (!/^[1-9]\d{0,4}$/.test(seconds)) throw new Problem('--seconds must be a whole number from 1 to 99999.');
  const env = { ...process.env, FUZZ_SECONDS: seconds };
  process.exitCode =
    spawnSync(process.execPath, [inProject('node_modules/vitest/vitest.mjs'), 'run', 'test/system/rubbish.test.ts'], {
      cwd: root,
      env,
      stdio: 'inherit',
    }).status ?? 1;
});
