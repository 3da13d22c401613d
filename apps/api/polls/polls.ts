/** All polls of this process: where they begin, and what the rest of the system tells them. */
import type { Nodes } from '../../../shared/redis/slot-moves.js';
import type { Cursor } from '../../../shared/store/inboxes.js';
import { forwardSignals, parseSignal } from '../../../shared/store/signals.js';
import type { Store } from '../../../shared/store/store.js';
import { unauthorized } from '../../../shared/store/tokens.js';
import type { Reply } from '../reply.js';
import { type AttachContext, attachAndHold, superseded } from './attach.js';
import { BlockingPool } from './blocking-pool.js';
import { Hearers } from './hearers.js';
import { HeldPolls } from './held.js';
import { Live } from './live.js';
import { type Notice, parseNotice } from './notice.js';
import { Poll } from './poll.js';
import { Subscription } from './subscription.js';

/** How long (ms) polls whose subscription was lost wait for it before they attach in another way. */
const RESUBSCRIBE_MS = 1_000;

export interface PollsOptions {
  /** Told when Redis will not let this process subscribe: it has no live polls and no signals then. */
  onRefused: (error: unknown) => void;
  /** Told of events that came to polls which waited for them: of a group of them that came together, once. */
  onReceived?: (text: string) => void;
  /** Told when the host has switched something, or may have. */
  onSwitched?: () => void;
}

export class Polls {
  readonly blocking = new HeldPolls();
  readonly hearers = new Hearers();
  readonly pool: BlockingPool;
  readonly live: Live;
  /** Events given to clients since the start. */
  deliveries = 0;
  readonly #store: Store;
  readonly #subscription: Subscription;
  readonly #attachContext: AttachContext;
  /** The newest poll of each token that attaches, or waits in the blocking way. Those that wait live, their mirrors know. */
  readonly #latest = new Map<string, Poll>();
  #orphans: Poll[] = [];
  #orphanTimer: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(
    store: Store,
    nodes: Nodes,
    {
      onRefused: refused,
      onReceived: received = () => undefined,
      onSwitched: switched = () => undefined,
    }: PollsOptions,
  ) {
    const given = (count: number): void => {
      this.deliveries += count;
    };
    const process = (shard: number): string => this.#subscription.instance(shard);
    this.#store = store;
    this.pool = new BlockingPool(nodes, store.config.pollConnections);
    const reattach = (poll: Poll): void => this.#orphan(poll);
    this.live = new Live(store, {
      hearers: this.hearers,
      instance: process,
      countDeliveries: given,
      onReceived: received,
      reattach,
    });
    this.#subscription = new Subscription(nodes, store.keys, {
      onDelivery: (shard, payload) => this.live.deliver(shard, payload),
      onNotice: (notice) => this.#notice(notice),
      onSignal: (payload) => this.hearers.hear(parseSignal(payload)),
      onLost: (shard) => this.#lost(shard),
      onConfirmed: (shard) => this.#attachOrphans(shard),
      onRefused: refused,
      onSwitched: switched,
    });
    this.#attachContext = {
      store,
      instance: process,
      countDeliveries: given,
      onReceived: received,
      reattach,
      pool: this.pool,
      live: this.live,
      blockingPolls: this.blocking,
      hearers: this.hearers,
      liveIsOpen: (shard) => store.config.live && this.#subscription.confirmed(shard),
      draining: () => this.#draining,
    };
  }

  /** The polls held whose users are in a room. */
  heldIn(room: string): Poll[] {
    return this.hearers.heldIn(room);
  }

  /** The poll held for a user. */
  heldFor(id: number): Poll | null {
    return this.live.mirrors.ofUser(id)?.poll ?? this.blocking.ofUser(id) ?? null;
  }

  /** This process as cursors of a user name it. */
  instanceFor(id: number): string {
    return this.#subscription.instance(this.#store.keys.userShard(id));
  }

  /** Whether the live way is open, or not wanted: in a cluster to some users at least, as those of a master that is away have none. */
  get ready(): boolean {
    return this.#subscription.someConfirmed || !this.#store.config.live;
  }

  /** Whether it is open to all users, or not wanted. */
  get allReady(): boolean {
    return this.#subscription.allConfirmed || !this.#store.config.live;
  }

  /** Takes a poll, and answers it by `reply`: also with `unauthorized`, `superseded`, `unavailable`. `timeout` in s. */
  open(token: string, cursor: Cursor | null, timeout: number, reply: Reply): void {
    // a poll that waits in the blocking way is not seen again before it ends: it must not last as long as it takes to be stale
    const poll = new Poll(token, cursor, Math.min(timeout, this.#store.config.userTtl / 2), reply);
    supersede(this.#latest.get(token));
    const mirror = this.live.mirrors.ofToken(token);
    supersede(mirror?.poll);
    if (!mirror || !this.live.serve(poll, mirror)) void this.#attach(poll);
  }

  /** Answers all held polls, and from now on every poll at once: the process is about to end. */
  drain(): void {
    this.#draining = true;
    this.live.drain();
    // one that has not attached yet has no cursor to give: it is answered by its attach
    for (const poll of this.#latest.values()) if (!poll.attaching && poll.position) poll.settleEmpty();
  }

  async close(): Promise<void> {
    this.drain();
    await this.live.close();
    this.hearers.close();
    this.#subscription.close();
    this.pool.close();
  }

  async #attach(poll: Poll): Promise<void> {
    if (!poll.settled) this.#latest.set(poll.token, poll); // an orphan may have been superseded while it waited
    await attachAndHold(this.#attachContext, poll);
    if (this.#latest.get(poll.token) === poll) this.#latest.delete(poll.token);
  }

  /** A poll has lost its mirror: it attaches again, with the live way if that comes back soon. */
  #orphan(poll: Poll): void {
    poll.onSettled = null;
    if (this.#subscription.confirmed(this.#shardOf(poll)) || this.#store.redis.status !== 'ready')
      return void this.#attach(poll);
    this.#latest.set(poll.token, poll);
    this.#orphans.push(poll);
    this.#orphanTimer ??= setTimeout(() => {
      this.#orphanTimer = undefined;
      this.#attachOrphans();
    }, RESUBSCRIBE_MS);
  }

  /** Of one shard, whose subscription is back; or all, who have waited long enough. */
  #attachOrphans(shard: number | null = null): void {
    const theirs = this.#orphans.filter((poll) => shard === null || this.#shardOf(poll) === shard);
    this.#orphans = this.#orphans.filter((poll) => !theirs.includes(poll));
    for (const poll of theirs) void this.#attach(poll);
  }

  #shardOf(poll: Poll): number {
    return this.#store.keys.userShard(poll.userId);
  }

  #notice(text: string): void {
    const notice = parseNotice(text);
    if (!notice) return;
    if (notice.what === 'signals' && this.hearers.receive(notice.id, notice.signals)) return;
    this.live.keepNotice(notice);
    if ('room' in notice) {
      this.live.mirrors.changeRooms(notice.id, notice.room, notice.what);
      this.hearers.changeRooms(notice.id, notice.room, notice.what);
    }
    if ('n' in notice) this.#takenOver(notice);
  }

  /** A user is attached elsewhere now, or nowhere. Signals that wait for it follow it. */
  #takenOver({ what, id, n, by = '' }: Extract<Notice, { n: number }>): void {
    const poll = this.live.forget(id, n) ?? this.blocking.ofUser(id);
    if (poll && poll.n <= n) poll.fail(what === 'ended' ? unauthorized() : superseded());
    const waiting = this.hearers.leave(id, n);
    if (waiting.length === 0 || by === '') return;
    void forwardSignals(this.#store, id, by, waiting).catch(() => undefined); // a signal may be lost
  }

  #lost(shard: number): void {
    this.live.dropShard(shard);
    this.hearers.lose((id) => this.#store.keys.userShard(id) === shard);
  }
}

/** The newest poll wins. One in the middle of an attach is told after it, as that may give events. */
function supersede(former: Poll | null | undefined): void {
  if (!former) return;
  former.superseded = true;
  if (!former.attaching) former.fail(superseded());
}
