import { secret } from '../secret.js';
import { remembered } from './remembered.js';
import type { TabMessage } from './tab-message.js';

export interface TabsDelegate {
  /** This tab leads from now on: it polls. */
  lead(): void;
  /** Another tab leads from now on. */
  follow(): void;
  hear(message: TabMessage): void;
}

/** The time between two checks that the leader is alive. */
const CHECK_MS = 10_000;
/** A leader that says nothing for this long may be frozen. */
const SILENCE_MAX_MS = 40_000;
/** A leader that is asked answers within this time. */
const ANSWER_MAX_MS = 2_000;

/** Where the tabs of this origin store 256 bits that only pages know that can read this storage. */
const STORAGE_KEY = 'nobackend-chat-tabs';

/** Whether this page can share a user with other tabs. A sandboxed frame cannot, nor can a browser without the APIs. */
function canShare(): boolean {
  return 'BroadcastChannel' in window && !!navigator.locks && window.origin !== 'null';
}

/**
 * The tabs of one user. The tab that holds the lock leads. The others wait for the lock, so a leader that is closed is
 * replaced at once. A frozen leader holds the lock but says nothing; then a visible tab takes the lock from it. A tab
 * that cannot share, or may not, leads itself alone.
 *
 * The tabs talk on a channel with a secret name, so other pages of the origin cannot listen for tokens or events, nor
 * join in. All pages of the origin can list the names of locks, so the lock's name has another part of the secret.
 */
export class Tabs {
  leading = false;
  /** The name of the lock. '' if this tab shares no user with others. */
  lock = '';
  private channel: BroadcastChannel | null = null;
  private unlock: () => void = () => undefined;
  private cancel = new AbortController();
  private heardAt!: number;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly key: string,
    private readonly delegate: TabsDelegate,
    private readonly wanted: boolean,
  ) {}

  start(): void {
    const common = this.wanted && canShare() && remembered(STORAGE_KEY, secret() + secret());
    if (common) this.share(common);
    else this.lead();
  }

  private share(common: string): void {
    const half = common.length / 2;
    this.lock = `${this.key} ${common.slice(0, half)}`;
    this.heardAt = Date.now();
    this.channel = new BroadcastChannel(`${this.key} ${common.slice(half)}`);
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      this.heardAt = Date.now();
      this.delegate.hear(data);
    };
    this.cancel = new AbortController();
    this.awaitLead();
    this.timer = setInterval(() => {
      if (Date.now() - this.heardAt > SILENCE_MAX_MS) this.checkLeader();
    }, CHECK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.channel) this.channel.close();
    this.channel = null;
    this.leading = false;
    this.cancel.abort();
    this.unlock();
  }

  tell(message: TabMessage): void {
    if (this.channel) this.channel.postMessage(message);
  }

  /** Resolves with whether this user has other tabs. */
  async shared(): Promise<boolean> {
    if (!this.channel) return false;
    const { held = [], pending = [] } = await navigator.locks.query();
    return held.concat(pending).filter((lock) => lock.name === this.lock).length > 1;
  }

  /** Asks the leader to answer. Takes the lead if it does not. */
  checkLeader(): void {
    if (this.leading || document.hidden) return;
    const askedAt = Date.now();
    this.tell({ kind: 'hello' });
    setTimeout(() => {
      if (this.channel && !this.leading && this.heardAt < askedAt) this.awaitLock({ steal: true });
    }, ANSWER_MAX_MS);
  }

  private awaitLead(): void {
    this.awaitLock({ signal: this.cancel.signal });
    this.tell({ kind: 'hello' });
  }

  private awaitLock(options: LockOptions): void {
    const { channel } = this;
    navigator.locks
      .request(this.lock, options, () => this.hold(channel))
      .catch((error: Error) => {
        if (channel !== this.channel || !channel) return;
        if (error.name === 'AbortError') this.lost();
        else {
          // this browser forbids locks here, so each tab is on its own
          this.lock = '';
          this.lead();
        }
      });
  }

  /** Leads until `unlock` is called. */
  private hold(channel: BroadcastChannel | null): Promise<void> {
    return new Promise((resolve) => {
      if (channel !== this.channel || this.leading) return resolve();
      this.unlock = resolve;
      this.lead();
    });
  }

  private lead(): void {
    this.leading = true;
    this.delegate.lead();
  }

  private lost(): void {
    this.leading = false;
    this.delegate.follow();
    this.awaitLead();
  }
}
