/** Loaded into Node servers when memory is measured: collects all garbage on SIGUSR2, so that what is measured is in use. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Each collection gives back pages that the former left empty. */
const COLLECTIONS = 5;
const PAUSE = 200;

process.on('SIGUSR2', async () => {
  for (let i = 0; i < COLLECTIONS; i += 1) {
    globalThis.gc?.(); // there with --expose-gc
    await sleep(PAUSE);
  }
});
