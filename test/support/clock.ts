/** Another machine's clock: an environment in which the processes of a test believe that it is another time. */
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './child.js';

/** Resolves with the variables for a clock that is so many seconds ahead (or behind, below 0). */
export async function clockOff(seconds: number): Promise<Record<string, string>> {
  const library = join(await mkdtemp(join(tmpdir(), 'nobackend-clock-')), 'clock.so');
  await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-o', library, join(root, 'test/support/clock.c')]);
  return { LD_PRELOAD: library, CLOCK_OFFSET: String(seconds) };
}
