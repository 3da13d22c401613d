import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from './client.js';

/** Pause before an API process that is away, or refuses, is tried again. */
const PAUSE = 50;
/** Longer than any outage a test makes. */
const PATIENCE = 30_000;

/** Tries again what fails for a while: an API process is away, or says that it will pass. Throws anything else. */
export async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!passes(error) || Date.now() > end) throw error;
    }
  }
}

/** Whether the same may work a moment later: a refusal of that kind, or a connection that failed. */
function passes(error: unknown): boolean {
  if (error instanceof Refused) return error.mayRetry;
  return error instanceof Error && 'code' in error && /^(ECONN|EPIPE)/.test(String(error.code));
}
