/** Processes that a test has left running: those that name its folder in their environment or their arguments. */
import { readdir, readFile } from 'node:fs/promises';
import { until } from './until.js';

/** How long a process that was told to end may be there yet. */
const END_MS = 5_000;

/** Waits a moment for all to end, and kills what is still there. Resolves with its process ids and names. */
export async function endLeftovers(folder: string): Promise<string[]> {
  const ended = until(async () => (await leftBy(folder)).length === 0, 'the end of all processes', END_MS);
  if (await ended.catch(() => false)) return [];
  const left = await leftBy(folder);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  return left.map(({ pid, command }) => `${pid} ${command}`);
}

/** Where there is no /proc, as on macOS, there are none. */
async function leftBy(folder: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, env] = await Promise.all(['cmdline', 'environ'].map((file) => textOf(pid, file)));
      return `${command} ${env}`.includes(folder) ? [{ pid, command: command ?? '' }] : [];
    }),
  );
  return found.flat();
}

/** '' for a process that has ended, or is another user's. */
async function textOf(pid: number, file: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ');
}
