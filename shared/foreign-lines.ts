/**
 * Lines that libraries write to the console (BullMQ warns of Redis's eviction policy), and warnings of Node. They come
 * as lines of our log, so that a program can read every line. A text comes once: BullMQ says the same of each queue.
 */
import { format } from 'node:util';
import type { Logger } from './log.js';

/** More different texts than this are a fault, and go on unlogged. */
const TEXTS_MAX = 100;

/** Lets the console and Node's warnings write to a log from now on. */
export function logForeignLines(log: Logger): void {
  const known = new Set<string>();
  const once = (level: 'info' | 'warn' | 'error', text: string): void => {
    if (known.has(text) || known.size >= TEXTS_MAX) return;
    known.add(text);
    log[level](text);
  };
  const writer =
    (level: 'info' | 'warn' | 'error') =>
    (...values: unknown[]): void =>
      once(level, format(...values));
  Object.assign(console, {
    debug: writer('info'),
    log: writer('info'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
  });
  process.removeAllListeners('warning'); // the one of Node prints text
  process.on('warning', ({ name, message }) => once('warn', `${name}: ${message}`));
}
