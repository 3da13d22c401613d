/**
 * The live way to wait: for users whose polls keep coming here, this process mirrors their inboxes, fed by deliveries.
 *
 * Always true: a mirror is only kept while nothing can have been lost on the way to it. Deliveries of each shard are
 * numbered; a number that is not the last plus one, or one that Redis says was given out and that never came, makes all
 * users of that shard attach again. Deliveries that overtake the answer of an attach are kept for it; those it includes
 * are dropped.
 */
import { EVENTS_BYTES, EVENTS_MAX } from '../../../shared/protocol/limits.js';
import { type Attached, cursorText, type Touch, touch } from '../../../shared/store/inboxes.js';
import type { Store } from '../../../shared/store/store.js';
import { eachUser, parseDelivery } from './delivery.js';
import type { Hearers } from './hearers.js';
import { type Chunk, Mirror } from './mirror.js';
import { Mirrors } from './mirrors.js';
import type { Notice } from './notice.js';
import type { Poll } from './poll.js';

/** Acknowledgements and `seen` are written this often (ms). */
const TICK_MS = 1_000;
/** A user that has not polled for so long (ms) is let go. */
const IDLE_MS = 5_000;
/** A user that waits quietly is looked up in Redis this often (ms): a lost notice is found out by it. */
const LOOK_UP_MS = 5_000;
/** How often (ms) held polls are looked through for those whose time is up: one timer for all is nearly nothing for each. */
const DEADLINE_CHECK_MS = 250;
/** Users in one script call: some 10 us each, so that Redis is not blocked for a millisecond and messages pass in between. */
const TOUCHES_MAX = 64;

/** An attach under way, and the deliveries and notices for its user that came before its answer. */
export interface PendingAttach {
  readonly id: number;
  readonly shard: number;
  readonly notices: Notice[];
  readonly deliveries: { sequence: number; n: number; chunk: Chunk }[];
  /** A delivery of the shard was lost meanwhile: the answer may lack it. */
  incomplete: boolean;
}

interface Shard {
  /** Number of the last delivery that came. */
  last: number;
  /** Number that Redis had given out at the last tick; if it has not come by the next, it is lost. */
  expected: number;
  readonly mirrors: Set<Mirror>;
  readonly releases: Touch[];
  readonly pending: Set<PendingAttach>;
  ticking: boolean;
}

export interface LiveOptions {
  hearers: Hearers;
  /** This process as a user shard knows it. */
  instance: (shard: number) => string;
  /** Makes a held poll attach again. */
  reattach: (poll: Poll) => void;
  /** Told of events given. */
  countDeliveries: (count: number) => void;
  /** Told once of each group of a delivery that answered a poll: the texts of its events. */
  onReceived: (text: string) => void;
}

export class Live {
  readonly mirrors = new Mirrors();
  readonly #store: Store;
  readonly #options: LiveOptions;
  readonly #shards: Shard[];
  readonly #timers: NodeJS.Timeout[];
  #answered = 0;
  #draining = false;

  constructor(store: Store, options: LiveOptions) {
    this.#store = store;
    this.#options = options;
    this.#shards = store.keys.allShards.map(() => ({
      last: 0,
      expected: 0,
      mirrors: new Set(),
      releases: [],
      pending: new Set(),
      ticking: false,
    }));
    this.#timers = [
      setInterval(() => void this.tick(), TICK_MS),
      setInterval(() => this.#endOverdue(), DEADLINE_CHECK_MS),
    ];
  }

  /** Polls held. */
  get holding(): number {
    return this.mirrors.all().filter((mirror) => mirror.poll).length;
  }

  /** Serves a poll of a mirror's token from memory: acknowledges, and answers it or leaves it with the mirror. False: it must attach. */
  serve(poll: Poll, mirror: Mirror): boolean {
    if (poll.cursor?.instance !== this.#options.instance(mirror.shard) || !mirror.acknowledge(poll.cursor))
      return false;
    mirror.dirty = true;
    poll.n = mirror.n;
    this.hold(poll, mirror);
    return true;
  }

  /** Leaves a poll with a mirror, until its time is up; it is answered at once if there is something. */
  hold(poll: Poll, mirror: Mirror): void {
    mirror.lastPoll = Date.now();
    mirror.poll = poll;
    poll.onSettled = this.#release;
    poll.instance = this.#options.instance(mirror.shard);
    poll.position = mirror.end;
    this.#options.hearers.meet(poll, mirror.rooms);
    this.#answer(mirror);
    if (this.#draining || poll.deadline <= mirror.lastPoll) poll.settleEmpty();
    this.#options.hearers.give(poll);
  }

  /** Answers all held polls, and from now on every poll at once. */
  drain(): void {
    this.#draining = true;
    for (const mirror of this.mirrors.all()) mirror.poll?.settleEmpty();
  }

  /** Begins an attach: from now on deliveries for its user are kept. */
  begin(id: number): PendingAttach {
    const pending: PendingAttach = {
      id,
      shard: this.#store.keys.userShard(id),
      notices: [],
      deliveries: [],
      incomplete: false,
    };
    this.#shardOf(pending.shard).pending.add(pending);
    return pending;
  }

  /** Keeps a notice for attaches of its user that are under way. */
  keepNotice(notice: Notice): void {
    for (const pending of this.#shardOf(this.#store.keys.userShard(notice.id)).pending) {
      if (pending.id === notice.id) pending.notices.push(notice);
    }
  }

  /** Ends an attach: nothing more is kept for it. */
  end(pending: PendingAttach): void {
    this.#shardOf(pending.shard).pending.delete(pending);
  }

  /** Makes the mirror that a `live` attach is the beginning of. Null when it cannot be relied on: attach again. */
  adopt(pending: PendingAttach, poll: Poll, attached: Attached): Mirror | null {
    const shard = this.#shardOf(pending.shard);
    this.end(pending);
    const former = this.mirrors.ofUser(poll.userId);
    if (pending.incomplete || (former?.token === poll.token && former.n > attached.n)) return null;
    const orphan = former && this.#drop(former);
    if (orphan) this.#options.reattach(orphan);
    if (shard.mirrors.size === 0 && shard.pending.size === 0) shard.last = shard.expected = attached.sequence;
    const mirror = new Mirror(
      { id: poll.userId, token: poll.token, shard: pending.shard },
      attached.n,
      attached.sequence,
      attached.acked,
      attached.rooms ?? [],
    );
    const {
      events,
      end: { eventId },
      eventsDigest,
    } = attached;
    if (events.length > 0) mirror.push({ text: events.join(','), count: events.length, eventId, digest: eventsDigest });
    for (const { sequence, n, chunk } of pending.deliveries)
      if (n === attached.n && sequence > attached.sequence) mirror.push(chunk);
    this.mirrors.add(mirror);
    shard.mirrors.add(mirror);
    return mirror;
  }

  /** Drops the user's mirror, unless it is of a later attach than `n`. Gives the poll it held. */
  forget(id: number, n: number): Poll | null {
    const mirror = this.mirrors.ofUser(id);
    return mirror && mirror.n <= n ? this.#drop(mirror) : null;
  }

  /** Drops a shard's mirrors and makes their polls attach again: the subscription was lost. */
  dropShard(number: number): void {
    this.#resynchronise(this.#shardOf(number), 0);
  }

  /** Gives a delivery of a user shard to the users it is for. */
  deliver(shardNumber: number, payload: string): void {
    const shard = this.#shardOf(shardNumber);
    const { sequence, groups } = parseDelivery(payload);
    if (sequence !== shard.last + 1) return this.#resynchronise(shard, sequence);
    shard.last = sequence;
    for (const { users, chunk } of groups) {
      const before = this.#answered;
      eachUser(users, (id, n) => this.#deliverTo(shard, id, n, sequence, chunk));
      if (this.#answered > before) this.#options.onReceived(chunk.text);
    }
  }

  /** Writes acknowledgements and `seen` of every shard, lets idle users go, and looks for deliveries that never came. */
  async tick(): Promise<void> {
    await Promise.all(
      this.#shards.map(async (shard, number) => {
        if (shard.ticking) return; // one whose Redis hangs does not keep the others from theirs
        shard.ticking = true;
        await this.#tickShard(shard, number).catch(() => undefined); // the next tick tries again
        shard.ticking = false;
      }),
    );
  }

  /** Writes what is known and lets all users go. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const mirror of this.mirrors.all()) this.#letGo(mirror);
    for (const shard of this.#shards) shard.ticking = false;
    await this.tick();
  }

  /** A held poll has been settled, whatever by: its mirror waits for the next. */
  readonly #release = (poll: Poll): void => {
    const mirror = this.mirrors.ofUser(poll.userId);
    if (!mirror || mirror.poll !== poll) return;
    mirror.poll = null;
    mirror.lastPoll = Date.now();
  };

  #endOverdue(): void {
    const now = Date.now();
    for (const { poll } of this.mirrors.all()) if (poll && poll.deadline <= now) poll.settleEmpty();
  }

  #deliverTo(shard: Shard, id: number, n: number, sequence: number, chunk: Chunk): void {
    const mirror = this.mirrors.ofUser(id);
    if (mirror?.n === n) {
      if (sequence <= mirror.sequence) return;
      mirror.push(chunk);
      if (mirror.poll) this.#answer(mirror);
      else if (mirror.unacknowledged > this.#store.config.inboxMax || mirror.size > this.#store.config.inboxBytes)
        this.#letGo(mirror);
    } else {
      for (const pending of shard.pending) if (pending.id === id) pending.deliveries.push({ sequence, n, chunk });
    }
  }

  #answer(mirror: Mirror): void {
    const { poll } = mirror;
    const taken = poll && mirror.take(EVENTS_MAX, EVENTS_BYTES);
    if (!poll || !taken) return;
    this.#answered += 1;
    this.#options.countDeliveries(taken.count);
    poll.settle(cursorText(this.#options.instance(mirror.shard), taken.end), taken.text);
  }

  #resynchronise(shard: Shard, last: number): void {
    shard.last = shard.expected = last;
    for (const pending of shard.pending) pending.incomplete = true;
    for (const mirror of [...shard.mirrors]) {
      const poll = this.#drop(mirror);
      if (poll) this.#options.reattach(poll);
    }
  }

  #drop(mirror: Mirror): Poll | null {
    this.mirrors.remove(mirror);
    this.#shardOf(mirror.shard).mirrors.delete(mirror);
    const { poll } = mirror;
    mirror.poll = null;
    return poll;
  }

  #letGo(mirror: Mirror): void {
    this.#drop(mirror);
    this.#shardOf(mirror.shard).releases.push({ ...touchOf(mirror), letGo: true });
  }

  async #tickShard(shard: Shard, number: number): Promise<void> {
    const now = Date.now();
    for (const mirror of [...shard.mirrors]) if (!mirror.poll && now - mirror.lastPoll > IDLE_MS) this.#letGo(mirror);
    const touched = [...shard.mirrors].filter((mirror) => mirror.dirty || now - mirror.touched > LOOK_UP_MS);
    const releases = shard.releases.splice(0);
    const touches = [...releases, ...touched.map(touchOf)];
    if (touches.length === 0 && shard.mirrors.size === 0) return;
    for (const mirror of touched) {
      mirror.dirty = false;
      mirror.touched = now;
    }
    try {
      do await this.#touch(shard, number, touches.splice(0, TOUCHES_MAX));
      while (touches.length > 0);
    } catch (error) {
      shard.releases.push(...releases);
      for (const mirror of touched) mirror.dirty = true;
      throw error;
    }
  }

  async #touch(shard: Shard, number: number, touches: Touch[]): Promise<void> {
    const cameBefore = shard.last;
    const { sequence, gone } = await touch(this.#store, number, this.#options.instance(number), touches);
    for (const id of gone) this.forget(id, touches.find((one) => one.id === id)?.n ?? 0)?.settleEmpty();
    const lost = shard.last < shard.expected || sequence < cameBefore;
    if (lost) this.#resynchronise(shard, sequence);
    else shard.expected = sequence;
  }

  #shardOf(number: number): Shard {
    const shard = this.#shards[number];
    if (!shard) throw new Error(`no user shard ${number}`);
    return shard;
  }
}

function touchOf(mirror: Mirror): Touch {
  return { id: mirror.id, n: mirror.n, acked: mirror.acked, letGo: false };
}
