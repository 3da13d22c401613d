/**
 * From an attach to an answer: the path of every poll that is not served from memory. An attach returns events, or says
 * how to wait. A poll that has waited in the blocking way attaches again when its bell rings.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import { ChatError } from '../../../shared/protocol/errors.js';
import { type Attached, attach, type Want } from '../../../shared/store/inboxes.js';
import type { Store } from '../../../shared/store/store.js';
import { unauthorized } from '../../../shared/store/tokens.js';
import type { BlockingPool, Lease } from './blocking-pool.js';
import type { Live, LiveDelegate, PendingAttach } from './live.js';
import type { Poll } from './poll.js';
import type { PollIndex } from './poll-index.js';
import { isSupersededBy, throwIfSuperseded } from './supersede.js';

/** The pause before a poll attaches again after Redis refused its BLPOP, as it does while a slot moves. */
const REFUSED_PAUSE_MS = 100;
/** When a client should try again if no connection is free to hold its poll. */
const RETRY_AFTER_S = 2;

export interface AttachContext extends LiveDelegate {
  store: Store;
  pool: BlockingPool;
  live: Live;
  blockingPolls: PollIndex<Poll>;
  /** Whether users of a shard may wait in the live way now. */
  liveIsOpen: (shard: number) => boolean;
  draining: () => boolean;
}

/** The poll has its answer, a mirror holds it, or it must attach again. */
type Outcome = 'answered' | 'mirrored' | 'again';

/** How a poll may wait: not at all, or also on a connection of its own. */
interface Waiting {
  readonly allowed: boolean;
  readonly lease: Lease | null;
}

/** Attaches until the poll is answered or a mirror holds it. Never throws: an error is the poll's answer. */
export async function attachAndHold(context: AttachContext, poll: Poll): Promise<void> {
  try {
    let outcome: Outcome = poll.settled ? 'answered' : 'again';
    while (outcome === 'again') {
      if (poll.blocked) await writable(poll);
      outcome = poll.settled ? 'answered' : await attachOnce(context, poll);
    }
  } catch (error) {
    poll.fail(error);
  }
}

/** Resolves when the client of a stream keeps up again, or the stream has ended. */
function writable(poll: Poll): Promise<void> {
  return new Promise((resolve) => {
    poll.onWritable = () => resolve();
  });
}

/** Attaches, and waits in the blocking way if that is how the poll has to wait. */
async function attachOnce(context: AttachContext, poll: Poll): Promise<Outcome> {
  throwIfSuperseded(poll);
  const allowed = poll.deadline > Date.now() && !context.draining();
  const streamsLive = poll.goesOn && isLiveOpen(context, poll);
  const lease = allowed && !streamsLive ? await context.pool.acquire(context.store.keys.user(poll.userId)) : null;
  try {
    // a newer poll may have come while a connection opened, or the client gone: nobody would read an attach's events
    throwIfSuperseded(poll);
    if (poll.settled) return 'answered';
    const waiting = { allowed, lease };
    const way = await attachPoll(context, poll, streamsLive && allowed ? 'stream' : wantOf(context, poll, waiting));
    if (poll.goesOn && !allowed) poll.drain();
    if (poll.settled) return 'answered';
    return way === null ? 'again' : await hold(context, poll, way, waiting);
  } finally {
    if (lease) context.pool.release(lease);
  }
}

function wantOf(context: AttachContext, poll: Poll, { allowed, lease }: Waiting): Want {
  if (!allowed) return 'none';
  const live = poll.cursor !== null && !poll.goesOn && isLiveOpen(context, poll);
  if (lease) return live ? 'live' : 'blocking';
  return live ? 'full' : 'none';
}

function isLiveOpen({ store, liveIsOpen }: AttachContext, { userId }: Poll): boolean {
  return liveIsOpen(store.keys.userShard(userId));
}

/** Resolves with the way to wait, or with null if the attach cannot be relied on: the poll must attach again. */
async function attachPoll(context: AttachContext, poll: Poll, want: Want): Promise<Attached['way'] | null> {
  const pending = context.live.begin(poll.userId);
  poll.attaching = true;
  const instance = context.instance(pending.shard);
  try {
    const attached = await attach(context.store, poll.user, instance, poll.from, want);
    const subscribedAnew = instance !== context.instance(pending.shard);
    if (attached.way === 'live' && subscribedAnew) return null;
    return applyAttached(context, poll, attached, pending) ? attached.way : null;
  } finally {
    poll.attaching = false;
    context.live.end(pending);
  }
}

/**
 * Notes what an attach returned, and answers the poll if there is something to say. Returns false to attach again. A
 * stream does that after each answer, unless it is live.
 */
function applyAttached(context: AttachContext, poll: Poll, attached: Attached, pending: PendingAttach): boolean {
  const { events, missed, reset } = attached;
  const hasWaited = poll.position !== null;
  poll.noteAttached(attached, context.instance(pending.shard));
  applyNotices(pending, poll, attached);
  passSignals(context, poll, attached, pending);
  const isReliable = updateMirror(context, poll, attached, pending);
  if (events.length === 0 && missed === 0 && !reset) return isReliable;
  context.countDeliveries(events.length);
  if (hasWaited && events[0] !== undefined) context.onReceived(events[0]);
  poll.settle(attached.end, events.join(','), missed, reset);
  return !poll.goesOn || (isReliable && attached.way !== '');
}

/**
 * Applies the notices that came before the answer of the attach. They tell what happened to the user after the attach.
 * Throws `unauthorized` if the user has ended.
 */
function applyNotices({ notices }: PendingAttach, poll: Poll, attached: Attached): void {
  for (const notice of notices) {
    if ('room' in notice) {
      attached.rooms = attached.rooms?.filter((room) => room !== notice.room) ?? null;
      if (notice.what === 'entered') attached.rooms?.push(notice.room);
    } else if (isSupersededBy(attached.n, notice)) {
      if (notice.what === 'ended') throw unauthorized();
      poll.superseded = true;
    }
  }
}

/** Lets the user hear signals here, and passes on those that waited for it at another process. */
function passSignals({ hearers }: AttachContext, poll: Poll, { rooms }: Attached, { notices }: PendingAttach): void {
  if (!poll.superseded) hearers.meet(poll, rooms && new Set(rooms));
  for (const notice of notices) if (notice.what === 'signals') hearers.receive(notice.id, notice.signals);
}

/** Makes or drops the user's mirror. Returns false if the mirror that a live poll needs cannot be relied on. */
function updateMirror({ live, reattach }: AttachContext, poll: Poll, attached: Attached, pending: PendingAttach) {
  if (attached.way === 'live' && !poll.superseded) return live.adopt(pending, poll, attached) !== null;
  const orphan = live.forget(poll.userId, attached.n);
  if (orphan) reattach(orphan);
  return true;
}

/** Lets the poll wait for events. Throws `unavailable` if there is no way for it to wait. */
async function hold(context: AttachContext, poll: Poll, way: Attached['way'], waiting: Waiting): Promise<Outcome> {
  throwIfSuperseded(poll);
  if (way === 'live') return holdLive(context, poll);
  if (!waiting.allowed || context.draining()) poll.drain();
  else context.hearers.give(poll);
  if (poll.settled) return 'answered';
  if (way !== 'blocking' || !waiting.lease) throw tooManyConnections();
  await holdBlocking(context, poll, waiting.lease);
  return poll.settled ? 'answered' : 'again';
}

function holdLive({ live }: AttachContext, poll: Poll): Outcome {
  const mirror = live.mirrors.ofToken(poll.token);
  if (!mirror) return 'again';
  live.hold(poll, mirror);
  return 'mirrored';
}

async function holdBlocking({ store, blockingPolls, hearers }: AttachContext, poll: Poll, lease: Lease): Promise<void> {
  blockingPolls.add(poll);
  poll.onSettled = () => lease.cancel();
  poll.onWritable = () => hearers.give(poll);
  poll.begin();
  try {
    const bell = store.keys.bell(poll.userId, poll.n);
    if ((await lease.wait(bell, poll.waitMs)) === 'time') poll.settleEmpty();
  } catch (error) {
    // after a broken connection the next attach finds out whether Redis is away
    if (error instanceof ReplyError) await sleep(REFUSED_PAUSE_MS);
  } finally {
    poll.onSettled = null;
    blockingPolls.remove(poll);
  }
}

function tooManyConnections(): ChatError {
  return new ChatError('unavailable', `Too many open connections. Try again in ${RETRY_AFTER_S} s.`, {
    retryAfter: RETRY_AFTER_S,
  });
}
