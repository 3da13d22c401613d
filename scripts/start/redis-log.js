/** Finds in the log of a Redis why it did not start. */
import { join } from 'node:path';

/**
 * The lines that Redis 7 logs before it ends, with the reason and what the host can do. The log continues with the next
 * attempt, so the reason is often not in its last line.
 *
 * @type {[RegExp, (match: RegExpExecArray, folder: string) => string][]}
 */
const REASONS = [
  [
    /Bad file format reading the append only file ([^:\s]+)/,
    ([, file = ''], folder) =>
      `its append-only file ${join(folder, file)} is damaged. Copy ${folder} to a safe place, then run` +
      ` "redis-check-aof --fix ${join(folder, 'appendonly.aof.manifest')}", which cuts off everything after the damage`,
  ],
  [
    /Can't handle RDB format version/,
    (_, folder) => `the data in ${folder} was written by a newer Redis. Install that version or a later one`,
  ],
  [
    /Short read or OOM loading DB|Internal error in RDB|Error reading the RDB base file/,
    (_, folder) => `the base file (*.base.rdb) in ${folder} is damaged. ${RESTORE}`,
  ],
  [
    /Unable to obtain the AOF file (\S+) length|append log file (\S+)\. No such file/,
    ([, file, other = ''], folder) => `the file ${join(folder, file ?? other)} is missing. ${RESTORE}`,
  ],
  [/AOF MANIFEST FILE ERROR/, (_, folder) => `${join(folder, 'appendonly.aof.manifest')} is damaged. ${RESTORE}`],
  [/No space left on device/, (_, folder) => `the disk that holds ${folder} is full. Free some space on it`],
  [
    /Permission denied/,
    (_, folder) => `it may not read or write ${folder}. Make the user that starts the chat the owner of that folder`,
  ],
];
const RESTORE = 'Restore the folder from a backup, or move it away to start without data';
/** Every start logs these lines at the level of warnings. */
const USUAL = /WARNING|Server initialized|Configuration loaded|Redis is starting|Redis version=/;

/**
 * Returns why the Redis with this log did not start and what to do, without the last full stop, to be put into a
 * sentence. `folder` holds its append-only files. An unknown reason is returned in the words of Redis.
 *
 * @param {string} log
 * @param {string} folder
 */
export function reasonInLog(log, folder) {
  const lines = log.trim().split('\n').toReversed();
  for (const line of lines) {
    for (const [pattern, reason] of REASONS) {
      const match = pattern.exec(line);
      if (match) return reason(match, folder);
    }
  }
  const warning = lines.find((line) => / # ./.test(line) && !USUAL.test(line)) ?? lines[0] ?? '';
  return warning.replace(/^.* # /, '').replace(/\.$/, '') || 'its log says nothing';
}
