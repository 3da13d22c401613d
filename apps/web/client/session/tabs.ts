import type { ChatEvent, SignalEvent } from '../../../../shared/protocol/events.js';
import type { State } from '../api.js';
import type { People } from '../events/roster.js';
import { secret } from '../secret.js';
import type { KeptSession } from './storage.js';

/** What the tabs of one user tell each other. */
export type TabMessage =
  /** Is anybody leading? Answered with `session`. */
  | { kind: 'hello' }
  /** From the leader: who we are, once it knows. */
  | { kind: 'session'; kept: KeptSession | null; state: State; reason: string }
  /** From the leader: this has come, after that event of its room; the inbox has been read so far. */
  | { kind: 'event'; event: ChatEvent | SignalEvent; after: string }
  | { kind: 'moved'; token: string; cursor: string }
  | ({ kind: 'members'; room: string } & People)
  | { kind: 'missed'; what: { count: number } }
  | { kind: 'reset'; what: { rooms: string[] } }
  /** To the leader: this token may be worth nothing any more. */
  | { kind: 'spent'; token: string }
  | { kind: 'entered'; room: string };

export interface TabsHost {
  /** This tab leads from now on: it polls. */
  lead(): void;
  /** Another tab has taken the lead. */
  follow(): void;
  hear(message: TabMessage): void;
}

/** ms between two looks whether the leader is alive, of silence that is normal, and for an answer when asked. */
const LOOK = 10_000;
const SILENCE = 40_000;
const ANSWER = 2_000;

/** Where the tabs of this origin keep what they have in common. */
const MEMORY = 'nobackend-chat-tabs';

/** Whether this page can share a user with other tabs: not in sandboxed frames, nor where the APIs are missing. */
function canShare(): boolean {
  return 'BroadcastChannel' in window && !!navigator.locks && window.origin !== 'null';
}

/** 256 bits that only pages know that can read this origin's storage; '' where it is forbidden. */
function commonSecret(): string {
  try {
    const kept = localStorage.getItem(MEMORY) || secret() + secret();
    localStorage.setItem(MEMORY, kept);
    return kept;
  } catch (_) {
    return '';
  }
}

/**
 * The tabs of one user. The holder of the lock leads; the others wait for the lock, so that a leader that is closed
 * is replaced at once. One that is frozen holds the lock but is silent: a tab in view then takes it. A tab that
 * cannot or may not share leads itself alone.
 *
 * They talk on a channel whose name is a secret: other pages of the origin get neither token nor events by listening,
 * and cannot join in. All pages of the origin can list the names of locks, so the lock's has another part of the secret.
 */
export class Tabs {
  leading = false;
  private channel: BroadcastChannel | null = null;
  private letGo: () => void = () => undefined;
  private cancel = new AbortController();
  private heard = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private lock = '';

  constructor(
    private readonly key: string,
    private readonly host: TabsHost,
    private readonly wanted: boolean,
  ) {}

  start(): void {
    const common = this.wanted && canShare() ? commonSecret() : '';
    if (!common) return this.take();
    const half = common.length / 2;
    this.lock = `${this.key} ${common.slice(0, half)}`;
    this.heard = Date.now();
    this.channel = new BroadcastChannel(`${this.key} ${common.slice(half)}`);
    this.channel.onmessage = (event: MessageEvent<TabMessage>) => {
      this.heard = Date.now();
      this.host.hear(event.data);
    };
    this.cancel = new AbortController();
    this.queue({ signal: this.cancel.signal });
    this.tell({ kind: 'hello' });
    this.timer = setInterval(() => {
      if (Date.now() - this.heard > SILENCE) this.look();
    }, LOOK);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.channel) this.channel.close();
    this.channel = null;
    this.leading = false;
    this.cancel.abort();
    this.letGo();
  }

  tell(message: TabMessage): void {
    if (this.channel) this.channel.postMessage(message);
  }

  /** Whether there are others. */
  async shared(): Promise<boolean> {
    if (!this.channel) return false;
    const { held = [], pending = [] } = await navigator.locks.query();
    return held.concat(pending).filter((lock) => lock.name === this.lock).length > 1;
  }

  /** Takes the lead if the leader does not answer. */
  look(): void {
    if (this.leading || document.hidden) return;
    const asked = Date.now();
    this.tell({ kind: 'hello' });
    setTimeout(() => {
      if (this.channel && !this.leading && this.heard < asked) this.queue({ steal: true });
    }, ANSWER);
  }

  private queue(options: LockOptions): void {
    const { channel } = this;
    navigator.locks
      .request(this.lock, options, () => this.hold(channel))
      .catch((error: Error) => {
        if (channel !== this.channel || !channel) return;
        if (error.name === 'AbortError') this.lost();
        else this.take(); // this browser forbids locks here: every tab for itself
      });
  }

  private hold(channel: BroadcastChannel | null): Promise<void> {
    return new Promise((resolve) => {
      if (channel !== this.channel || this.leading) return resolve();
      this.letGo = resolve;
      this.take();
    });
  }

  private take(): void {
    this.leading = true;
    this.host.lead();
  }

  private lost(): void {
    this.leading = false;
    this.host.follow();
    this.queue({ signal: this.cancel.signal });
    this.tell({ kind: 'hello' });
  }
}
