/**
 * The live way to wait. This process mirrors the inboxes of users whose polls keep coming here. Deliveries feed the
 * mirrors.
 *
 * Invariant: a mirror is only kept while nothing can have been lost on the way to it. The deliveries of each shard are
 * numbered. All users of a shard attach again if a number is not the last one plus one, or if Redis has given out a
 * number and that delivery never came. Deliveries that overtake the answer of an attach are kept for it; the ones that
 * it already includes are dropped.
 */
import { EVENTS_BYTES, EVENTS_MAX } from '../../../shared/protocol/limits.js';
import { type Attached, type Touch, touch } from '../../../shared/store/inboxes.js';
import type { Store } from '../../../shared/store/store.js';
import { eachUser, parseDelivery } from './delivery.js';
import type { Hearers } from './hearers.js';
import { type Chunk, Mirror } from './mirror.js';
import type { Notice } from './notice.js';
import type { Poll } from './poll.js';
import { PollIndex } from './poll-index.js';

/** How often acknowledgements and `seen` are written. */
const TICK_MS = 1_000;
/** A user that has not polled for this long is let go. */
const IDLE_MS = 5_000;
/** How often a user that waits quietly is looked up in Redis. This finds out about a lost notice. */
const LOOK_UP_MS = 5_000;
/** How often held polls are searched for those whose time is up. One timer for all costs each poll almost nothing. */
const DEADLINE_CHECK_MS = 250;
/**
 * Users in one script call, some 10 us each: Redis blocks for less than a millisecond, and messages pass in between.
 */
const TOUCHES_MAX = 64;

/** An attach under way, with the deliveries and notices for its user that came before its answer. */
export interface PendingAttach {
  readonly userId: number;
  readonly shard: number;
  readonly notices: Notice[];
  readonly deliveries: { sequence: number; n: number; chunk: Chunk }[];
  /** Whether a delivery of the shard was lost meanwhile: the answer may lack its events. */
  incomplete: boolean;
}

interface Shard {
  /** The number of the last delivery that came. */
  last: number;
  /** The number that Redis had given out at the last tick. If it has not come by the next tick, it is lost. */
  expected: number;
  readonly mirrors: Set<Mirror>;
  readonly releases: Touch[];
  readonly pending: Set<PendingAttach>;
  ticking: boolean;
}

export interface LiveDelegate {
  hearers: Hearers;
  /** This process as a user shard knows it at the moment. */
  instance: (shard: number) => string;
  /** Makes a poll that has lost its mirror attach again. */
  reattach: (poll: Poll) => void;
  /** Counts events that were given to clients. */
  countDeliveries: (count: number) => void;
  /** Takes the texts of events that polls had waited for, once for each group of a delivery. */
  onReceived: (text: string) => void;
}

export class Live {
  readonly mirrors = new PollIndex<Mirror>();
  readonly #store: Store;
  readonly #delegate: LiveDelegate;
  readonly #shards: Shard[];
  readonly #timers: NodeJS.Timeout[];
  #answered = 0;
  #draining = false;

  constructor(store: Store, delegate: LiveDelegate) {
    this.#store = store;
    this.#delegate = delegate;
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

  /** The number of polls held. */
  get holding(): number {
    return this.mirrors.all().filter((mirror) => mirror.poll).length;
  }

  /**
   * Serves a poll from memory: acknowledges, and answers it or leaves it with the mirror. Returns false if it must
   * attach.
   */
  serve(poll: Poll, mirror: Mirror): boolean {
    if (poll.cursor?.instance !== this.#delegate.instance(mirror.shard)) return false;
    if (!mirror.acknowledge(poll.cursor)) return false;
    mirror.dirty = true;
    poll.n = mirror.n;
    this.hold(poll, mirror);
    return true;
  }

  /** Leaves a poll with a mirror until its time is up. It is answered at once if there is something. */
  hold(poll: Poll, mirror: Mirror): void {
    mirror.lastPoll = Date.now();
    mirror.poll = poll;
    poll.onSettled = this.#release;
    poll.onWritable = this.#goOn;
    poll.instance = this.#delegate.instance(mirror.shard);
    poll.position = mirror.given;
    mirror.noteAcknowledged(poll.acked);
    poll.acked = mirror.acked;
    poll.begin();
    this.#delegate.hearers.meet(poll, mirror.rooms);
    this.#answerInTurn(mirror);
    if (this.#draining) poll.drain();
    else if (poll.deadline <= mirror.lastPoll) poll.settleEmpty();
    this.#delegate.hearers.give(poll);
  }

  /** Answers all held polls and ends all streams. From now on every poll is answered at once. */
  drain(): void {
    this.#draining = true;
    for (const mirror of this.mirrors.all()) mirror.poll?.drain();
  }

  /** Begins an attach. From now on deliveries and notices for its user are kept. */
  begin(userId: number): PendingAttach {
    const shard = this.#store.keys.userShard(userId);
    const pending: PendingAttach = { userId, shard, notices: [], deliveries: [], incomplete: false };
    this.#shard(shard).pending.add(pending);
    return pending;
  }

  /** Keeps a notice for the attaches of its user that are under way. */
  keepNotice(notice: Notice): void {
    for (const pending of this.#shard(this.#store.keys.userShard(notice.id)).pending) {
      if (pending.userId === notice.id) pending.notices.push(notice);
    }
  }

  /** Ends an attach: nothing more is kept for it. */
  end(pending: PendingAttach): void {
    this.#shard(pending.shard).pending.delete(pending);
  }

  /** Makes the mirror that begins with a `live` attach. Returns null if it cannot be relied on: attach again. */
  adopt(pending: PendingAttach, poll: Poll, attached: Attached): Mirror | null {
    const shard = this.#shard(pending.shard);
    this.end(pending);
    const former = this.mirrors.ofUser(poll.userId);
    if (pending.incomplete || (former?.token === poll.token && former.n > attached.n)) return null;
    const orphan = former && this.#drop(former);
    if (orphan) this.#delegate.reattach(orphan);
    if (shard.mirrors.size === 0 && shard.pending.size === 0) shard.last = shard.expected = attached.sequence;
    const mirror = mirrorOf(poll, pending.shard, attached);
    for (const { sequence, n, chunk } of pending.deliveries)
      if (n === attached.n && sequence > attached.sequence) mirror.push(chunk);
    this.mirrors.add(mirror);
    shard.mirrors.add(mirror);
    return mirror;
  }

  /** Drops the user's mirror, unless it belongs to a later attach than `n`. Returns the poll that it held. */
  forget(userId: number, n: number): Poll | null {
    const mirror = this.mirrors.ofUser(userId);
    return mirror && mirror.n <= n ? this.#drop(mirror) : null;
  }

  /** Notes that a user has entered or exited a room. */
  changeRooms(userId: number, room: string, what: 'entered' | 'exited'): void {
    this.mirrors.ofUser(userId)?.rooms[what === 'entered' ? 'add' : 'delete'](room);
  }

  /** Drops a shard's mirrors and makes their polls attach again, because the subscription was lost. */
  dropShard(number: number): void {
    this.#resynchronise(this.#shard(number), 0);
  }

  /** Gives a delivery of a user shard to the users it is for. */
  deliver(shardNumber: number, payload: string): void {
    const shard = this.#shard(shardNumber);
    const { sequence, groups } = parseDelivery(payload);
    if (sequence !== shard.last + 1) return void this.#resynchronise(shard, sequence);
    shard.last = sequence;
    for (const { users, chunk } of groups) {
      const before = this.#answered;
      eachUser(users, (userId, n) => this.#deliverTo(shard, userId, n, sequence, chunk));
      if (this.#answered > before) this.#delegate.onReceived(chunk.text);
    }
  }

  /**
   * Writes acknowledgements and `seen` of every shard, lets idle users go, and looks for deliveries that never came.
   */
  async tick(): Promise<void> {
    await Promise.all(
      this.#shards.map(async (shard, number) => {
        if (shard.ticking) return; // a shard whose Redis hangs must not stop the others
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

  /** A held poll has been settled. Its mirror waits for the next one. */
  readonly #release = (poll: Poll): void => {
    const mirror = this.mirrors.ofUser(poll.userId);
    if (!mirror || mirror.poll !== poll) return;
    mirror.noteAcknowledged(poll.acked);
    mirror.poll = null;
    mirror.lastPoll = Date.now();
  };

  /** The client of a stream keeps up again. */
  readonly #goOn = (poll: Poll): void => {
    const mirror = this.mirrors.ofUser(poll.userId);
    if (!mirror || mirror.poll !== poll) return;
    this.#answerInTurn(mirror);
    this.#delegate.hearers.give(poll);
  };

  #endOverdue(): void {
    const now = Date.now();
    for (const { poll } of this.mirrors.all()) if (poll && poll.deadline <= now) poll.settleEmpty();
  }

  #deliverTo(shard: Shard, userId: number, n: number, sequence: number, chunk: Chunk): void {
    const mirror = this.mirrors.ofUser(userId);
    if (mirror?.n === n) {
      if (sequence <= mirror.sequence) return;
      mirror.push(chunk);
      if (mirror.poll && !mirror.poll.blocked) this.#answerInTurn(mirror);
      else if (this.#isFull(mirror)) this.#letGo(mirror);
    } else {
      for (const pending of shard.pending)
        if (pending.userId === userId) pending.deliveries.push({ sequence, n, chunk });
    }
  }

  #isFull({ waiting, characters }: Mirror): boolean {
    const { inboxMax, inboxBytes } = this.#store.config;
    return waiting > inboxMax || characters > inboxBytes;
  }

  /**
   * Gives a held poll what its mirror has. While its page is above its share, this waits for the user's turn, so that
   * one answer carries more, and not all users are answered at the same moment.
   */
  #answerInTurn(mirror: Mirror): void {
    const { poll, waiting } = mirror;
    if (!poll || poll.holdMs === 0) return void this.#answer(mirror);
    if (mirror.turn !== undefined || waiting === 0) return;
    const now = Date.now();
    const at = turnAfter(now, poll.holdMs, mirror.userId);
    if (waiting >= EVENTS_MAX || poll.deadline <= at) return void this.#answer(mirror);
    mirror.turn = setTimeout(() => {
      mirror.turn = undefined;
      if (mirror.poll) this.#answer(mirror);
    }, at - now);
  }

  /** Gives a held poll what its mirror has: one answer, or as many as a stream takes. */
  #answer(mirror: Mirror): void {
    const { poll } = mirror;
    while (poll && mirror.poll === poll && !poll.blocked) {
      const taken = mirror.take(EVENTS_MAX, EVENTS_BYTES);
      if (!taken) return;
      this.#answered += 1;
      this.#delegate.countDeliveries(taken.count);
      if (poll.goesOn) mirror.forget(taken);
      poll.settle(taken.end, taken.text);
    }
  }

  /** Drops all mirrors of a shard. `last`: the number of the delivery after which it begins anew. */
  #resynchronise(shard: Shard, last: number): void {
    shard.last = shard.expected = last;
    for (const pending of shard.pending) pending.incomplete = true;
    for (const mirror of [...shard.mirrors]) {
      const poll = this.#drop(mirror);
      if (poll) this.#delegate.reattach(poll);
    }
  }

  #drop(mirror: Mirror): Poll | null {
    this.mirrors.remove(mirror);
    this.#shard(mirror.shard).mirrors.delete(mirror);
    const { poll } = mirror;
    mirror.poll = null;
    clearTimeout(mirror.turn);
    return poll;
  }

  /**
   * Drops a mirror; the next tick tells Redis that its user is attached nowhere. A stream that it held attaches again
   * when its client keeps up.
   */
  #letGo(mirror: Mirror): void {
    mirror.noteAcknowledged(mirror.poll?.acked ?? null);
    const poll = this.#drop(mirror);
    this.#shard(mirror.shard).releases.push({ ...touchOf(mirror), letGo: true });
    if (poll) this.#delegate.reattach(poll);
  }

  async #tickShard(shard: Shard, number: number): Promise<void> {
    const now = Date.now();
    for (const mirror of [...shard.mirrors]) {
      if (mirror.poll) mirror.noteAcknowledged(mirror.poll.acked);
      else if (now - mirror.lastPoll > IDLE_MS) this.#letGo(mirror);
    }
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
    const { sequence, gone } = await touch(this.#store, number, this.#delegate.instance(number), touches);
    for (const id of gone) this.#lookAgain(this.forget(id, touches.find((one) => one.id === id)?.n ?? 0));
    const lost = shard.last < shard.expected || sequence < cameBefore;
    if (lost) this.#resynchronise(shard, sequence);
    else shard.expected = sequence;
  }

  /** The mirror of a held poll was not right. A long poll is answered, and the next one attaches. */
  #lookAgain(poll: Poll | null): void {
    if (poll?.goesOn) this.#delegate.reattach(poll);
    else poll?.settleEmpty();
  }

  #shard(number: number): Shard {
    const shard = this.#shards[number];
    if (!shard) throw new Error(`no user shard ${number}`);
    return shard;
  }
}

/** Returns a mirror of the inbox as an attach found it. A stream is given the attach's events, and goes on behind. */
function mirrorOf({ userId, token, goesOn }: Poll, shard: number, attached: Attached): Mirror {
  const { acked, events, end, eventsDigest: digest } = attached;
  const mirror = new Mirror({ userId, token, shard }, attached, goesOn ? end : acked);
  const { length: count } = events;
  if (count > 0 && !goesOn) mirror.push({ text: events.join(','), count, eventId: end.eventId, digest });
  return mirror;
}

/** Spreads users with ids one after the other: the golden ratio of a turn lies between two of them. */
const PHASE_RATIO = 0.618_034;

/** Returns when a user's next turn is, in ms since 1970. A turn comes every `everyMs`, at a time of the user's own. */
function turnAfter(now: number, everyMs: number, userId: number): number {
  const phase = ((userId * PHASE_RATIO) % 1) * everyMs;
  return now + everyMs - ((now + phase) % everyMs);
}

function touchOf({ userId, n, acked }: Mirror): Touch {
  return { id: userId, n, acked, letGo: false };
}
