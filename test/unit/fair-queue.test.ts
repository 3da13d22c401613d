/** Calls that can wait: a few run at a time, the address with the fewest goes first, and late ones are refused. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FairQueue } from '../../apps/api/limits/fair-queue.js';

/** As many as go side by side. */
const SOME = 4;

interface Call {
  address: string;
  end: () => void;
}

/** A lane whose calls last until they are told to end; `begun` are those that are under way, or were. */
function laneOfCalls() {
  const lane = new FairQueue('reading');
  const begun: Call[] = [];
  const ask = (address: string): Promise<string> =>
    lane.run(address, () => new Promise((resolve) => begun.push({ address, end: () => resolve(address) })));
  const endAll = async (): Promise<void> => {
    for (let i = 0; i < begun.length; i += 1) {
      begun[i]?.end();
      await new Promise(setImmediate);
    }
  };
  return { ask, begun, endAll };
}

afterEach(() => void vi.useRealTimers());

describe('a lane', () => {
  it('lets a few calls go side by side, and the next when one of them has ended', async () => {
    const { ask, begun, endAll } = laneOfCalls();
    const asked = Array.from({ length: 10 }, () => ask('a'));
    await new Promise(setImmediate);
    expect(begun).toHaveLength(SOME);
    begun[0]?.end();
    await asked[0];
    await new Promise(setImmediate);
    expect(begun).toHaveLength(SOME + 1);
    await endAll();
    expect(await Promise.all(asked)).toHaveLength(10);
  });

  it('takes who has least in it first, however many an address asks for', async () => {
    const { ask, begun, endAll } = laneOfCalls();
    const asked = [...Array.from({ length: 50 }, () => ask('many')), ask('few'), ask('other'), ask('few')];
    await endAll();
    await Promise.all(asked);
    expect(begun.slice(SOME, SOME + 3).map(({ address }) => address)).toEqual(['few', 'other', 'few']);
  });

  it('refuses more than may wait, and takes others when it is empty again', async () => {
    const { ask, endAll } = laneOfCalls();
    const asked = await Promise.all([Promise.allSettled(Array.from({ length: 310 }, () => ask('a'))), endAll()]);
    const failures = asked[0].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(failures).toHaveLength(310 - 300 - SOME);
    expect(failures[0]).toMatchObject({ code: 'rate_limited', limit: 'reading', details: { retryAfter: 3 } });
    await Promise.all([ask('a'), endAll()]);
  });

  it('has places left for who has none in it, when others have filled it', async () => {
    const { ask, endAll } = laneOfCalls();
    const others = Promise.allSettled(Array.from({ length: 400 }, () => ask('many')));
    const few = Array.from({ length: 50 }, (_, i) => ask(`few-${i}`));
    await endAll();
    expect(await Promise.all(few)).toHaveLength(50);
    await Promise.all([others, endAll()]);
  });

  it('refuses what waits longer than its client does when that time is up, and goes on with what has begun', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { ask, begun, endAll } = laneOfCalls();
    const asked = Array.from({ length: SOME + 1 }, () => ask('a'));
    await new Promise(setImmediate);
    const late = expect(asked[SOME]).rejects.toMatchObject({ code: 'rate_limited', limit: 'reading' });
    await vi.advanceTimersByTimeAsync(5_001);
    await late;
    await endAll();
    expect(await Promise.all(asked.slice(0, SOME))).toHaveLength(SOME);
    expect(begun).toHaveLength(SOME);
  });

  it('goes on after calls that fail', async () => {
    const lane = new FairQueue('coming');
    const failed = await Promise.allSettled(
      Array.from({ length: 20 }, () => lane.run('a', () => Promise.reject(new Error('broken')))),
    );
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await lane.run('a', () => 'done')).toBe('done');
  });
});
