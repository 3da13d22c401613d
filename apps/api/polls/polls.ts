/** All polls of this process: where they begin, and what the rest of the system tells them. */
import type { Nodes } from '../../../shared/redis/nodes.js';
import { acknowledge, type Cursor, type Position } from '../../../shared/store/inboxes.js';
import { forwardSignals, parseSignal } from '../../../shared/store/signals.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken, unauthorized } from '../../../shared/store/tokens.js';
import type { Reply, StreamReply } from '../reply.js';
import { type AttachContext, attachAndHold } from './attach.js';
import { BlockingPool } from './blocking-pool.js';
import { Hearers } from './hearers.js';
import { Live, type LiveDelegate } from './live.js';
import { LongPoll } from './long-poll.js';
import { News } from './news.js';
import { type Notice, parseNotice } from './notice.js';
import type { Poll } from './poll.js';
import { PollIndex } from './poll-index.js';
import { Streams } from './streams.js';
import { Subscription } from './subscription.js';
import { isSupersededBy, supersede, superseded } from './supersede.js';

/** How long polls whose subscription was lost wait for it before they attach in another way. */
const RESUBSCRIBE_MS = 1_000;

const ignore = (): void => undefined;

export interface PollsOptions {
  /** Called when Redis does not let this process subscribe. It then has no live polls and no signals. */
  onRefused: (error: unknown) => void;
  /** Takes the texts of events that polls had waited for, once for each group that came together. */
  onReceived?: (text: string) => void;
  /** Called when the host has switched something, or may have. */
  onSwitched?: () => void;
}

export class Polls {
  /** The polls that wait in the blocking way. */
  readonly blocking = new PollIndex<Poll>();
  readonly hearers = new Hearers();
  readonly news: News;
  readonly pool: BlockingPool;
  readonly live: Live;
  readonly streams: Streams;
  /** Events given to clients since the start. */
  deliveries = 0;
  readonly #store: Store;
  readonly #subscription: Subscription;
  readonly #attachContext: AttachContext;
  /** The newest poll of each token that is attaching or blocking. Mirrors know the polls that wait in the live way. */
  readonly #latest = new Map<string, Poll>();
  /** Polls that have lost their mirror and wait for the subscription. */
  #orphans: Poll[] = [];
  #orphanTimer: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(store: Store, nodes: Nodes, { onRefused, onReceived = ignore, onSwitched = ignore }: PollsOptions) {
    this.#store = store;
    this.news = new News(store, this.hearers);
    this.pool = new BlockingPool(nodes, store.config.pollConnections);
    const delegate: LiveDelegate = {
      hearers: this.hearers,
      instance: (shard) => this.#subscription.instance(shard),
      reattach: (poll) => this.#orphan(poll),
      countDeliveries: (count) => {
        this.deliveries += count;
      },
      onReceived,
    };
    this.live = new Live(store, delegate);
    this.streams = new Streams(store.config);
    this.#attachContext = {
      ...delegate,
      store,
      pool: this.pool,
      live: this.live,
      blockingPolls: this.blocking,
      liveIsOpen: (shard) => store.config.live && this.#subscription.confirmed(shard),
      draining: () => this.#draining,
    };
    this.#subscription = new Subscription(nodes, store.keys, {
      onDelivery: (shard, payload) => this.live.deliver(shard, payload),
      onNotice: (notice) => this.#notice(notice),
      onSignal: (payload) => this.hearers.hear(parseSignal(payload)),
      onLost: (shard) => this.#lose(shard),
      onConfirmed: (shard) => this.#attachOrphans((poll) => this.#shardOf(poll) === shard),
      onRefused,
      onSwitched: () => {
        void this.news.read();
        onSwitched();
      },
    });
  }

  /** Returns the held polls whose users are in a room. */
  heldIn(room: string): Poll[] {
    return this.hearers.heldIn(room);
  }

  /** Returns the held poll of a user. */
  heldFor(id: number): Poll | null {
    return this.live.mirrors.ofUser(id)?.poll ?? this.blocking.ofUser(id) ?? null;
  }

  /** Returns the name of this process in the cursors of a user. */
  instanceFor(id: number): string {
    return this.#subscription.instance(this.#store.keys.userShard(id));
  }

  /**
   * Whether the live way is open to some users, or switched off. Some are enough: in a cluster the users of a master
   * that is away have no live way.
   */
  get ready(): boolean {
    return this.#subscription.someConfirmed || !this.#store.config.live;
  }

  /** Whether the live way is open to all users, or switched off. */
  get allReady(): boolean {
    return this.#subscription.allConfirmed || !this.#store.config.live;
  }

  /**
   * Takes a poll and answers it by `reply`, also with `unauthorized`, `superseded` or `unavailable`. `timeoutS`: how
   * long it may wait, in s.
   */
  open(token: string, cursor: Cursor | null, timeoutS: number, reply: Reply): void {
    // a blocking poll is not seen again before it ends, so it must end before its user counts as gone
    this.#open(new LongPoll(token, cursor, Math.min(timeoutS, this.#store.config.userTtl / 2), reply));
  }

  /** Takes a stream and gives it what comes, until its client goes, a newer poll takes over, or the process ends. */
  openStream(token: string, cursor: Cursor | null, reply: StreamReply): void {
    this.#open(this.streams.open(token, cursor, reply));
  }

  /**
   * Acknowledges what a stream has given, wherever it is held. Resolves with whether there was something new. Rejects
   * with `unauthorized`.
   */
  async acknowledge(token: string, cursor: Cursor): Promise<boolean> {
    const isNew = this.streams.ofToken(token)?.acknowledge(cursor) ?? null;
    return isNew ?? acknowledge(this.#store, parseToken(token), cursor);
  }

  /**
   * Answers all held polls and ends all streams. From now on every poll is answered at once, because the process is
   * about to end.
   */
  drain(): void {
    this.#draining = true;
    this.streams.prepareDrain();
    this.live.drain();
    // a poll that has not attached yet has no position to return: its attach answers it
    for (const poll of this.#latest.values()) if (!poll.attaching && poll.position) poll.drain();
  }

  async close(): Promise<void> {
    this.drain();
    await this.live.close();
    this.streams.close();
    this.news.close();
    this.hearers.close();
    this.#subscription.close();
    this.pool.close();
  }

  #open(poll: Poll): void {
    supersede(this.#latest.get(poll.token));
    const mirror = this.live.mirrors.ofToken(poll.token);
    supersede(mirror?.poll);
    if (!mirror || !this.live.serve(poll, mirror)) void this.#attach(poll);
  }

  async #attach(poll: Poll): Promise<void> {
    if (!poll.settled) this.#latest.set(poll.token, poll); // an orphan may have been superseded while it waited
    await attachAndHold(this.#attachContext, poll);
    if (this.#latest.get(poll.token) === poll) this.#latest.delete(poll.token);
  }

  /** Lets a poll that has lost its mirror attach again: in the live way, if the subscription comes back soon. */
  #orphan(poll: Poll): void {
    poll.onSettled = null;
    if (this.#subscription.confirmed(this.#shardOf(poll)) || this.#store.redis.status !== 'ready')
      return void this.#attach(poll);
    this.#latest.set(poll.token, poll);
    this.#orphans.push(poll);
    this.#orphanTimer ??= setTimeout(() => {
      this.#orphanTimer = undefined;
      this.#attachOrphans(() => true); // they have waited long enough
    }, RESUBSCRIBE_MS);
  }

  #attachOrphans(concerns: (poll: Poll) => boolean): void {
    const theirs = this.#orphans.filter(concerns);
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
    if (notice.what === 'acked') return void this.#acknowledged(notice.id, notice.position);
    this.live.keepNotice(notice);
    if ('room' in notice) {
      this.live.changeRooms(notice.id, notice.room, notice.what);
      this.hearers.changeRooms(notice.id, notice.room, notice.what);
    }
    if ('n' in notice) this.#takenOver(notice);
  }

  /** The client of a stream that is held here has acknowledged at another process. */
  #acknowledged(id: number, position: Position): void {
    const held = this.heldFor(id);
    if (held) this.streams.ofToken(held.token)?.noteAcknowledged(position);
  }

  /** A user is attached elsewhere now, or nowhere. The signals that wait for the user follow. */
  #takenOver(notice: Extract<Notice, { n: number }>): void {
    const { what, id, n, by = '' } = notice;
    const poll = this.live.forget(id, n) ?? this.blocking.ofUser(id);
    if (poll && isSupersededBy(poll.n, notice)) poll.fail(what === 'ended' ? unauthorized() : superseded());
    const waiting = this.hearers.leave(id, n);
    if (waiting.length === 0 || by === '') return;
    void forwardSignals(this.#store, id, by, waiting).catch(() => undefined); // a signal may be lost
  }

  #lose(shard: number): void {
    this.live.dropShard(shard);
    this.hearers.lose((id) => this.#store.keys.userShard(id) === shard);
  }
}
