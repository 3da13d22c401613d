import { registry } from '../registry.js';
import { makeSessionLock, type SessionLock } from './session-lock.js';
import type { StoredSession } from './stored.js';

/**
 * One session in the tab's storage. Where storage is forbidden, nothing is stored and nothing breaks. A
 * tab that was duplicated, or opened by `window.open`, has a copy of the storage. A lock with the id of the user shows
 * which tab has the session. Where there are no locks (plain http), the copy shows whether it was in use.
 */
export interface SessionStore {
  readonly server: string;
  readonly lock: SessionLock;
  /** Gives up the storage key. The next chat may use it, and the session that is stored there. */
  release(): void;
  read(): StoredSession | null;
  /** Stores the session; null deletes it. */
  write(session: StoredSession | null): void;
  /** Takes a session for this page. Resolves with false if another page has it. */
  claim(stored: StoredSession): Promise<boolean>;
}

/** Makes the store of a chat. A second chat of the same room in one page uses its own storage key. */
export function makeSessionStore(server: string, room: string): SessionStore {
  const lock = makeSessionLock();
  const { open: inUse } = registry();
  const base = `nobackend-chat ${server} ${room}`;
  let key = base;
  for (let n = 2; inUse[key]; n++) key = `${base} #${n}`;
  inUse[key] = true;
  return {
    server,
    lock,
    release: () => {
      lock.release();
      delete registry().open[key];
    },
    read: () => {
      try {
        const stored = JSON.parse(sessionStorage.getItem(key) || '{}') as StoredSession;
        return stored.token && stored.user ? stored : null;
      } catch (_) {
        return null;
      }
    },
    write: (session) => {
      try {
        if (session) sessionStorage.setItem(key, JSON.stringify(session));
        else sessionStorage.removeItem(key);
      } catch (_) {
        // storage is forbidden or full; a chat works without it
      }
    },
    claim: ({ user, open: wasInUse }) =>
      navigator.locks ? lock.acquire(`nobackend-chat ${server} user ${user.id}`) : Promise.resolve(!wasInUse),
  };
}
