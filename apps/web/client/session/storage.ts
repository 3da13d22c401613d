import type { UserRef } from '../../../../shared/protocol/events.js';
import { registry } from '../registry.js';
import { Guard } from './guard.js';

/** A session as it is kept over a reload. */
export interface KeptSession {
  token: string;
  user: UserRef;
  cursor: string;
  /** The name that was asked for, to see when the page's code asks for another one. */
  wish?: string | undefined;
  /** A page is using it. */
  open?: boolean;
}

/**
 * One session's place in the tab's storage. Where storage is forbidden nothing is kept, and nothing breaks. A tab that was
 * duplicated, or opened by `window.open`, has a copy of the storage: a lock named by the session's user shows which tab has
 * the session. Where there are no locks (plain http), the copy shows that it was in use.
 */
export class Keeper {
  private readonly key: string;
  readonly guard = new Guard();

  /** The second chat of the same room in one page has a place of its own. */
  constructor(
    private readonly server: string,
    room: string,
  ) {
    const { open } = registry();
    const base = `nobackend-chat ${server} ${room}`;
    let key = base;
    for (let n = 2; open[key]; n++) key = `${base} #${n}`;
    open[key] = true;
    this.key = key;
  }

  /** The next chat may have this place, and with it what is kept there. */
  release(): void {
    this.guard.release();
    delete registry().open[this.key];
  }

  read(): KeptSession | null {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) || 'null') as KeptSession | null;
      return kept && kept.token && kept.user ? kept : null;
    } catch (_) {
      return null;
    }
  }

  /** Null forgets it. Storage throws when it is forbidden or full; a chat goes on without it. */
  write(session: KeptSession | null): void {
    try {
      if (session) sessionStorage.setItem(this.key, JSON.stringify(session));
      else sessionStorage.removeItem(this.key);
    } catch (_) {
      return;
    }
  }

  /** Takes a session for this page. Gives false when another page has it. */
  claim({ user, open }: KeptSession): Promise<boolean> {
    return navigator.locks ? this.guard.take(`nobackend-chat ${this.server} user ${user.id}`) : Promise.resolve(!open);
  }
}
