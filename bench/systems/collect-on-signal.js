/**
 * Node servers load this when their memory is measured. It collects all garbage on SIGUSR2, so that only live memory
 * counts.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Each collection gives back the pages that the one before has emptied. */
const COLLECTION_COUNT = 5;
const PAUSE_MS = 200;

process.on('SIGUSR2', async () => {
  for (let i = 0; i < COLLECTION_COUNT; i += 1) {
    globalThis.gc?.(); // exists with --expose-gc
    await sleep(PAUSE_MS);
  }
});
