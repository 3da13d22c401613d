/** Structured logs by pino. URLs are never logged: with JSONP they carry tokens and texts. */
import { pino, stdSerializers, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.js';

export type { Logger };

export function createLog(config: Config, name: string): Logger {
  const options = { name, level: config.logLevel, redact: ['token', '*.token', 'password', '*.password'], serializers: { error: stdSerializers.err } };
  return config.logFormat === 'json' ? pino(options) : pino(options, pretty({ ignore: 'hostname', sync: true }));
}
