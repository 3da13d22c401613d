/** How long to wait for a page that is reloading to release its lock. */
const HANDOVER_MS = 1_000;

/** A lock that shows other tabs that something is in use here. It holds one name at a time. */
export interface SessionLock {
  /**
   * Releases the former lock and takes this one. Resolves with false if another page has it and does not release it.
   */
  acquire(lockName: string): Promise<boolean>;
  release(): void;
}

export function makeSessionLock(): SessionLock {
  let held = '';
  let unlock = (): void => undefined;

  const release = (): void => {
    held = '';
    unlock();
  };

  const acquire = (lockName: string): Promise<boolean> => {
    if (lockName === held) return Promise.resolve(true);
    release();
    held = lockName;
    const patience = new AbortController();
    const { signal } = patience;
    setTimeout(() => patience.abort(), HANDOVER_MS);
    return new Promise((resolve) => {
      const whileHeld = (): Promise<void> =>
        new Promise((done) => {
          resolve(true);
          if (lockName === held) unlock = done;
          else done();
        });
      navigator.locks.request(lockName, { signal }, whileHeld).catch(() => {
        if (lockName === held) held = '';
        resolve(!signal.aborted); // if it was not aborted, this browser forbids locks here
      });
    });
  };

  return { acquire, release };
}
