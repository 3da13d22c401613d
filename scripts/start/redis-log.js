/** Why a Redis did not start, read from its log. */
import { join } from 'node:path';

/**
 * What Redis 7 says before it ends, and what a host can do. The log goes on with the next attempt, so its last line
 * is often the beginning of that.
 *
 * @type {[RegExp, (match: RegExpExecArray, folder: string) => string][]}
 */
const REASONS = [
  [
    /Bad file format reading the append only file ([^:\s]+)/,
    ([, file = ''], folder) =>
      `its append-only file ${join(folder, file)} is damaged. Copy ${folder} to a safe place, then run` +
      ` "redis-check-aof --fix ${join(folder, 'appendonly.aof.manifest')}": it cuts off everything behind the damage`,
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
  [/No space left on device/, (_, folder) => `the disk that holds ${folder} is full. Make room on it`],
  [
    /Permission denied/,
    (_, folder) => `it may not read or write ${folder}. Give that folder to the user that starts the chat`,
  ],
];
const RESTORE = 'Restore the folder from a backup, or move it away to begin empty';
/** Lines at the level of warnings that every start has. */
const USUAL = /WARNING|Server initialized|Configuration loaded|Redis is starting|Redis version=/;

/**
 * Returns half a sentence, without a full stop: why the Redis with this log did not start and what to do. `folder` holds its
 * append-only files. A reason that is not known is returned as Redis gave it.
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
  return warning.replace(/^.* # /, '').replace(/\.$/, '') || 'it says nothing';
}
