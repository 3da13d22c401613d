/** The orderly end of a process. It happens once, however often the process is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIG_EXIT_CODE, ConfigError } from './config/config.js';
import type { Logger } from './log.js';

/** How long Redis may take for the last writes of a process: caches and metrics, which may be lost. */
const FINAL_WRITES_MS = 1_000;

/**
 * Runs `end` at the first SIGINT or SIGTERM, then exits with 0. Exits with 1 when `end` takes longer than `timeoutMs`.
 */
export function onShutdown(log: Logger, timeoutMs: number, end: () => Promise<void>): void {
  let ending = false;
  const begin = (signal: string): void => {
    if (ending) return; // Ctrl-C reaches a process twice: from the terminal and from pm2
    ending = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), timeoutMs).unref();
    end()
      .catch((error: unknown) => log.error({ error }, 'stopping failed'))
      .finally(() => process.exit(0));
  };
  // pm2's cluster mode would only log it, and leave a process that may be half broken
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'unhandled rejection');
    process.exit(1);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('SIGINT', begin);
  process.on('SIGTERM', begin);
}

/** Waits for the last writes to Redis, but not for a Redis that hangs. */
export async function finalWrites(written: Promise<unknown>): Promise<void> {
  await Promise.race([written, sleep(FINAL_WRITES_MS)]);
}

/**
 * Ends a process that cannot start. When only the operator can fix it, it prints one line, and pm2 does not start it
 * again.
 */
export function refuseStart(error: unknown, what: string): never {
  const mendable = error instanceof ConfigError;
  process.stderr.write(
    mendable
      ? `${error.message}\n`
      : `${what} cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(mendable ? CONFIG_EXIT_CODE : 1);
}
