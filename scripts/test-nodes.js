/**
 * `npm run test:nodes` runs the tests that need no processes of the chat on other major versions of Node. `-- 24` runs
 * them on that version alone. The exit code is 1 when they fail on one of the versions; they still run on all.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { asScript } from './command.js';
import { nodeBinary } from './node-binaries.js';
import { Problem } from './problem.js';
import { inProject, root } from './project.js';
import { prepare } from './start/prepare.js';

/** The LTS versions above the oldest one that package.json allows. */
const MAJORS = ['22', '24', '26'];
const TESTS = ['run', '--project', 'unit', '--project', 'redis'];

async function testNodes() {
  await prepare();
  const failed = [];
  for (const major of chosen()) if (!(await passesOn(await nodeBinary(major)))) failed.push(major);
  if (failed.length > 0) throw new Problem(`Tests failed on Node ${failed.join(' and ')}. Look at the output above.`);
}

function chosen() {
  const majors = process.argv.slice(2);
  const odd = majors.find((major) => !/^\d+$/.test(major));
  if (odd !== undefined) throw new Problem(`${odd} is not a major version of Node. Usage: npm run test:nodes -- 24 26`);
  return majors.length > 0 ? majors : MAJORS;
}

/** Runs the tests, and all that they start as `node`, with this binary. */
async function passesOn(/** @type {string} */ binary) {
  const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` };
  const tests = spawn(binary, [inProject('node_modules/vitest/vitest.mjs'), ...TESTS], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  const [code] = await once(tests, 'close');
  return code === 0;
}

asScript(testNodes);
