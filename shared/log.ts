/** Structured logs by pino. URLs are never logged: with JSONP they carry tokens and texts. */
import { createHash } from 'node:crypto';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config/config.js';
import { privateRoomUsers } from './protocol/events.js';

export type { Logger };

/**
 * Returns an error without its other fields. ioredis adds the command with all its arguments: hashes of tokens, texts.
 */
function describe(error: unknown): unknown {
  return error instanceof Error ? { type: error.name, message: error.message, stack: error.stack } : error;
}

export function createLog(config: Config, name: string): Logger {
  // a file descriptor, which is pino-pretty's own way, would be pm2's log in pm2's cluster mode
  const destination = process.stdout;
  const options = {
    name,
    level: config.logLevel,
    redact: ['token', '*.token', 'password', '*.password'],
    serializers: { error: describe },
  };
  return config.logFormat === 'json'
    ? pino(options)
    : pino(options, pretty({ ignore: 'hostname', sync: true, destination }));
}

/**
 * Returns how logs name an event: by its room's mark and its log id, the same in every process. No log has a room's
 * name. If you know the name, you can find its mark (`printf %s lobby | sha256sum | cut -c1-8`). Private rooms have no
 * mark of their own.
 */
export function eventMark(room: string, id: string): string {
  const mark = privateRoomUsers(room) ? 'private' : createHash('sha256').update(room).digest('hex').slice(0, 8);
  return `${mark}/${id}`;
}
