/** An orderly end: what was started is ended once, however often and by whomever the process is told to stop. */
import type { Logger } from './log.js';

/** Runs `end` at the first SIGINT or SIGTERM, then exits 0; exits 1 when `end` takes longer than `patience` ms. */
export function onShutdown(log: Logger, patience: number, end: () => Promise<void>): void {
  let ending = false;
  const begin = (signal: string): void => {
    if (ending) return; // Ctrl-C reaches a process twice: from the terminal and from pm2
    ending = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), patience).unref();
    end().catch((error: unknown) => log.error({ error }, 'stopping failed')).finally(() => process.exit(0));
  };
  // pm2's cluster mode would only log it and leave a process that may have lost half of what it does
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'unhandled rejection');
    process.exit(1);
  });
  process.on('SIGINT', begin);
  process.on('SIGTERM', begin);
}
