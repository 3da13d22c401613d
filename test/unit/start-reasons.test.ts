/** The words of a start about a Redis that does not start, and when it gives up. */
import { describe, expect, it } from 'vitest';
import { Progress } from '../../scripts/start/progress.js';
import { reasonInLog } from '../../scripts/start/redis-log.js';

const FOLDER = '/data/redis/appendonlydir';
const RESTORE = 'Restore the folder from a backup, or move it away to start without data';
/** The next attempt, which is in the log behind the reason. */
const NEXT = `
20:C 28 Nov 2026 17:05:24.624 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo
20:C 28 Nov 2026 17:05:24.624 # Configuration loaded
20:M 28 Nov 2026 17:05:24.627 # Server initialized
20:M 28 Nov 2026 17:05:24.627 # WARNING Memory overcommit must be enabled!
20:M 28 Nov 2026 17:05:24.629 * Reading RDB base file on AOF loading...`;

describe('the reason of a Redis that does not start', () => {
  it.each([
    [
      '# Bad file format reading the append only file appendonly.aof.2.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>',
      `its append-only file ${FOLDER}/appendonly.aof.2.incr.aof is damaged. Copy ${FOLDER} to a safe place, then run "redis-check-aof --fix ${FOLDER}/appendonly.aof.manifest", which cuts off everything after the damage`,
    ],
    [
      '# Short read or OOM loading DB. Unrecoverable error, aborting now.',
      `the base file (*.base.rdb) in ${FOLDER} is damaged. ${RESTORE}`,
    ],
    [
      "# Can't handle RDB format version 9999",
      `the data in ${FOLDER} was written by a newer Redis. Install that version or a later one`,
    ],
    ['# \n*** FATAL AOF MANIFEST FILE ERROR ***', `${FOLDER}/appendonly.aof.manifest is damaged. ${RESTORE}`],
    [
      '# Unable to obtain the AOF file appendonly.aof.2.base.rdb length. stat: No such file or directory',
      `the file ${FOLDER}/appendonly.aof.2.base.rdb is missing. ${RESTORE}`,
    ],
    [
      "# Can't open or create append-only dir appendonlydir: Permission denied",
      `it may not read or write ${FOLDER}. Make the user that starts the chat the owner of that folder`,
    ],
    ['# Something new went wrong.', 'Something new went wrong'],
  ])('%s', (line, reason) => {
    expect(reasonInLog(`19:M 28 Nov 2026 17:05:19.309 ${line}${NEXT}`, FOLDER)).toBe(reason);
  });

  it('is said to be none when the log is empty', () => expect(reasonInLog('', FOLDER)).toBe('its log says nothing'));
});

describe('a start', () => {
  it('is given up when nothing moves, not while it gets on, and in any case in the end', () => {
    let now = 0;
    const progress = new Progress({ standstillMs: 30_000, totalMs: 300_000 }, () => now);
    const at = (seconds: number, state: string) => {
      now = seconds * 1_000;
      return progress.givenUpAfter(state);
    };
    expect([at(0, 'a'), at(29, 'a'), at(29.5, 'b'), at(59, 'b')]).toEqual([null, null, null, null]);
    expect(at(59.5, 'b')).toBe(60);
    expect([at(60, 'c'), at(89, 'd'), at(299, 'e')]).toEqual([null, null, null]);
    expect(at(300, 'f')).toBe(300);
  });
});
