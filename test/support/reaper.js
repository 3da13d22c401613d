/**
 * Kills the processes a test file has started when that file's process ends in whatever way, `kill -9` included: then
 * this one's input ends. It reads `+<pid>` and `-<pid>` lines.
 */
import { createInterface } from 'node:readline';

const pids = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Math.abs(Number(line));
  if (line.startsWith('+')) pids.add(pid);
  else pids.delete(pid);
}
for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
