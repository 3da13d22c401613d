/** How long, how many and how soon: signals that wait at a process for their users' polls. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ALL_CHARACTERS_MAX, WAIT_MS, WAITING_CHARACTERS_MAX, WAITING_MAX } from '../../apps/api/polls/hearer.js';
import { GATHER_MS, Hearers } from '../../apps/api/polls/hearers.js';
import { LongPoll } from '../../apps/api/polls/long-poll.js';
import { signalOf } from '../../shared/store/signals.js';

const ROOM = 'r';
let hearers: Hearers;

beforeEach(() => {
  vi.useFakeTimers();
  hearers = new Hearers();
});
afterEach(() => {
  hearers.close();
  vi.useRealTimers();
});

interface Asked {
  poll: LongPoll;
  /** What the answer's signals say; null before there is one. */
  data: () => unknown[] | null;
}

/** A user's poll that has been attached, and is held for so many s. */
function poll(id: number, timeout = 25): Asked {
  let body: string | null = null;
  const succeed = (text: string): void => {
    body = text;
  };
  const client = () => ({ origin: 'none', network: '192.0.2.1' });
  const reply = {
    succeed,
    fail: () => undefined,
    onClientGone: null,
    client,
    addressHashes: () => Promise.resolve([]),
  };
  const made = new LongPoll(`${id}.${'x'.repeat(24)}`, null, timeout, reply);
  hearers.meet(made, new Set([ROOM]));
  hearers.give(made);
  if (timeout === 0) made.settleEmpty();
  const dataOf = (text: string) => (JSON.parse(text) as { events: { data: unknown }[] }).events.map(({ data }) => data);
  return { poll: made, data: () => (body === null ? null : dataOf(body)) };
}

function signal(from: number, data: unknown): void {
  const event = { type: 'signal', room: ROOM, at: Date.now(), from: { id: from, name: 'x' }, data };
  hearers.hear(signalOf(JSON.stringify(event)));
}

describe('a held poll', () => {
  it('is answered by a lone signal at once', () => {
    const held = poll(1);
    signal(2, 'lone');
    expect(held.data()).toEqual(['lone']);
  });

  it('gathers what comes soon after an answer with signals, all of it', () => {
    poll(1);
    signal(2, 'first');
    const held = poll(1);
    signal(2, 'a');
    signal(2, 'b');
    expect(held.data()).toBeNull();
    vi.advanceTimersByTime(GATHER_MS);
    expect(held.data()).toEqual(['a', 'b']);
  });

  it('is not answered by signals while it attaches: what that gives must not be thrown away', () => {
    const held = poll(1);
    held.poll.attaching = true;
    signal(2, 'meanwhile');
    expect(held.data()).toBeNull();
    held.poll.attaching = false;
    held.poll.settle(null, '{"data":"message"}');
    expect(held.data()).toEqual(['message', 'meanwhile']);
  });
});

describe('between two polls', () => {
  it('a signal waits for two seconds', () => {
    poll(1, 0);
    signal(2, 'old');
    vi.advanceTimersByTime(WAIT_MS / 2 + 1);
    signal(3, 'young');
    vi.advanceTimersByTime(WAIT_MS / 2);
    expect(poll(1).data()).toEqual(['young']);
  });

  it('nothing waits for a user that has not polled for long', () => {
    poll(1, 0);
    vi.advanceTimersByTime(2 * WAIT_MS);
    signal(2, 'late');
    expect(hearers.isIn(1, ROOM)).toBe(false);
    expect(poll(1, 0).data()).toEqual([]);
  });

  it('the newest of so many senders wait', () => {
    poll(1, 0);
    for (let from = 2; from < WAITING_MAX + 12; from += 1) signal(from, from);
    const data = poll(1, 0).data() ?? [];
    expect(data).toHaveLength(WAITING_MAX);
    expect(data.at(-1)).toBe(WAITING_MAX + 11);
  });

  it('the newest of so many characters wait', () => {
    poll(1, 0);
    const large = 'x'.repeat(4_000);
    for (let from = 2; from < 22; from += 1) signal(from, `${large}${from}`);
    const data = poll(1, 0).data() ?? [];
    expect(data.at(-1)).toBe(`${large}21`);
    expect(JSON.stringify(data).length).toBeLessThan(WAITING_CHARACTERS_MAX);
    expect(data.length).toBe(Math.floor(WAITING_CHARACTERS_MAX / (large.length + 200)));
  });

  it('so much waits for all users together, and more again when some have taken theirs', () => {
    const users = Math.ceil(ALL_CHARACTERS_MAX / WAITING_CHARACTERS_MAX) * 2;
    for (let id = 1; id <= users; id += 1) poll(id, 0);
    for (let from = 0; from < 8; from += 1) signal(users + 1 + from, 'x'.repeat(4_000));
    const held = poll(users + 100);
    signal(users + 1, 'x');
    expect(poll(users, 0).data()?.length).toBeLessThan(8);
    expect(held.data()).toEqual(['x']);
    for (let id = 1; id <= users; id += 1) poll(id, 0);
    for (let from = 0; from < 4; from += 1) signal(users + 1 + from, from);
    expect(poll(users, 0).data()).toEqual([0, 1, 2, 3]);
  });
});
