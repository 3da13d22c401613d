/**
 * From an attach to an answer: what every poll goes through that is not served from memory. An attach gives events, or
 * says in which way to wait; whoever waited in the blocking way attaches again when the bell rang.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import { ChatError } from '../../../shared/protocol/errors.js';
import { type Attached, attach, type Want } from '../../../shared/store/inboxes.js';
import type { Store } from '../../../shared/store/store.js';
import { unauthorized } from '../../../shared/store/tokens.js';
import type { BlockingPool, Lease } from './blocking-pool.js';
import type { Hearers } from './hearers.js';
import type { HeldPolls } from './held.js';
import type { Live, PendingAttach } from './live.js';
import type { Poll } from './poll.js';

/** Pause (ms) before who was refused a place to wait at attaches again. */
const REFUSED_PAUSE_MS = 100;
/** What a client is told to wait (s) when no connection is free to hold its poll. */
const RETRY_AFTER_S = 2;

export interface AttachContext {
  store: Store;
  pool: BlockingPool;
  live: Live;
  blockingPolls: HeldPolls;
  hearers: Hearers;
  /** This process as a user shard knows it at the moment. */
  instance: (shard: number) => string;
  /** Whether polls of users of a shard may wait in the live way now. */
  liveIsOpen: (shard: number) => boolean;
  draining: () => boolean;
  /** Makes a poll that has lost its mirror attach again. */
  reattach: (poll: Poll) => void;
  countDeliveries: (count: number) => void;
  /** Told of the events that a poll was given which had waited for them. */
  onReceived: (text: string) => void;
}

/** Attaches until the poll is settled or left with a mirror. Never throws: what goes wrong is the poll's answer. */
export async function attachAndHold(ways: AttachContext, poll: Poll): Promise<void> {
  try {
    while (!poll.settled && (await attachOnce(ways, poll)) === 'again');
  } catch (error) {
    poll.fail(error);
  }
}

/** One attach, and the wait after it unless a mirror takes over. */
async function attachOnce(ways: AttachContext, poll: Poll): Promise<'again' | 'left'> {
  if (poll.superseded) throw superseded();
  const wantsToWait = poll.deadline > Date.now() && !ways.draining();
  const lease = wantsToWait ? await ways.pool.acquire(ways.store.keys.user(poll.userId)) : null;
  try {
    // a newer poll may have come meanwhile, or the client gone: an attach now would take events nobody reads
    if (poll.superseded) throw superseded();
    if (poll.settled) return 'left';
    const attached = await attachPoll(ways, poll, wantOf(ways, poll, lease !== null, wantsToWait));
    return attached && !poll.settled ? await hold(ways, poll, attached, lease, wantsToWait) : 'again';
  } finally {
    if (lease) ways.pool.release(lease);
  }
}

function wantOf(ways: AttachContext, poll: Poll, leased: boolean, wantsToWait: boolean): Want {
  if (!wantsToWait) return 'none';
  const live = poll.cursor !== null && ways.liveIsOpen(shardOf(ways, poll));
  if (leased) return live ? 'live' : 'blocking';
  return live ? 'full' : 'none';
}

/** Attaches; answers if there is something to say. Null when a mirror could not be relied on: attach again. */
async function attachPoll(ways: AttachContext, poll: Poll, want: Want): Promise<Attached | null> {
  const pending = ways.live.begin(poll.userId);
  poll.attaching = true;
  const process = ways.instance(pending.shard);
  try {
    const attached = await attach(ways.store, poll.user, process, poll.cursor, want);
    return process === ways.instance(pending.shard) || attached.way !== 'live'
      ? settleOrMirror(ways, poll, attached, pending)
      : null;
  } finally {
    poll.attaching = false;
    ways.live.end(pending);
  }
}

function settleOrMirror(ways: AttachContext, poll: Poll, attached: Attached, pending: PendingAttach): Attached | null {
  const { n, end, events, missed, reset } = attached;
  const waited = poll.position !== null;
  poll.n = n;
  heedNotices(pending, poll, attached);
  poll.instance = ways.instance(pending.shard);
  poll.position = end;
  if (!poll.superseded) ways.hearers.meet(poll, attached.rooms && new Set(attached.rooms));
  for (const notice of pending.notices) if (notice.what === 'signals') ways.hearers.receive(notice.id, notice.signals);
  const live = attached.way === 'live' && !poll.superseded;
  const orphan = live ? null : ways.live.forget(poll.userId, n);
  if (orphan) ways.reattach(orphan);
  if (live && !ways.live.adopt(pending, poll, attached) && events.length === 0) return null;
  if (events.length === 0 && missed === 0 && !reset) return attached;
  ways.countDeliveries(events.length);
  if (waited && events[0] !== undefined) ways.onReceived(events[0]);
  poll.settle(poll.resumeCursor, events.join(','), missed, reset);
  return attached;
}

/** Takes into account what was said of the user after its attach and heard before the answer. Throws `unauthorized`. */
function heedNotices(pending: PendingAttach, poll: Poll, attached: Attached): void {
  for (const notice of pending.notices) {
    if ('room' in notice) {
      attached.rooms = attached.rooms?.filter((room) => room !== notice.room) ?? null;
      if (notice.what === 'entered') attached.rooms?.push(notice.room);
    } else if ('n' in notice && notice.n >= attached.n) {
      if (notice.what === 'ended') throw unauthorized();
      poll.superseded = true;
    }
  }
}

async function hold(
  ways: AttachContext,
  poll: Poll,
  attached: Attached,
  lease: Lease | null,
  wantsToWait: boolean,
): Promise<'again' | 'left'> {
  if (poll.superseded) throw superseded();
  if (attached.way === 'live') return holdLive(ways, poll);
  if (!wantsToWait || ways.draining()) poll.settleEmpty();
  else ways.hearers.give(poll);
  if (poll.settled) return 'again';
  if (lease && attached.way === 'blocking') await holdBlocking(ways, poll, lease);
  else
    throw new ChatError('unavailable', `No place is free to hold this poll. Try again in ${RETRY_AFTER_S} s.`, {
      retryAfter: RETRY_AFTER_S,
    });
  return 'again';
}

function holdLive(ways: AttachContext, poll: Poll): 'again' | 'left' {
  const mirror = ways.live.mirrors.ofToken(poll.token);
  if (!mirror) return 'again';
  ways.live.hold(poll, mirror);
  return 'left';
}

async function holdBlocking(ways: AttachContext, poll: Poll, lease: Lease): Promise<void> {
  ways.blockingPolls.add(poll);
  poll.onSettled = () => lease.cancel();
  try {
    const bell = ways.store.keys.bell(poll.userId, poll.n);
    if ((await lease.wait(bell, poll.deadline - Date.now())) === 'time') poll.settleEmpty();
  } catch (error) {
    // the connection broke: attach again, which finds out whether Redis is away. While a slot moves it is refused for a moment
    if (error instanceof ReplyError) await sleep(REFUSED_PAUSE_MS);
  } finally {
    poll.onSettled = null;
    ways.blockingPolls.remove(poll);
  }
}

function shardOf({ store }: AttachContext, poll: Poll): number {
  return store.keys.userShard(poll.userId);
}

export function superseded(): ChatError {
  return new ChatError('superseded', 'A newer poll of this user has taken over.');
}
