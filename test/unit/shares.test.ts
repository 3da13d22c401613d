/** Fair shares: which pages are held back under pressure, and that everybody is let go afterwards. */
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares, SHARE_MIN } from '../../apps/api/limits/shares/fair-share.js';
import { HOLD_MAX_MS, Page } from '../../apps/api/limits/shares/page.js';
import type { PressureLevel } from '../../apps/api/limits/shares/pressure.js';
import { Shares } from '../../apps/api/limits/shares/shares.js';

/** Steps after which everything that was held back is let go: a good minute. */
const LET_GO_STEPS = 140;

const from = (origin: string): IncomingMessage =>
  ({ headers: { origin, host: 'chat.example' } }) as unknown as IncomingMessage;
const rates = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 30 });

/** Lets pages make so much work in each of so many steps. Returns them. */
function stepped(work: number[], steps: number, level: () => PressureLevel = () => 'over') {
  const shares = new Shares(level);
  const pages = work.map((_, i) => shares.noteRequest('poll', { room: 'r' }, from(`https://page-${i}.example`)).page);
  const step = (amounts: number[]): void => {
    for (const i of work.keys())
      for (let one = amounts[i] ?? 0; one > 0; one -= 1)
        shares.noteRequest('poll', { room: 'r' }, from(`https://page-${i}.example`));
    shares.step();
  };
  for (let i = 0; i < steps; i += 1) step(work);
  return { shares, pages, step };
}

describe('a share', () => {
  it('never holds back a page that makes no more work than the mean', () => {
    fc.assert(
      fc.property(rates, (all) => {
        const mean = all.reduce((sum, rate) => sum + rate, 0) / all.length;
        const shares = fairShares(all);
        for (const [i, rate] of all.entries()) {
          if (rate > mean) continue;
          const page = Object.assign(new Page('p', true), { rate });
          for (let step = 0; step < LET_GO_STEPS; step += 1) page.adjust(shares[i] ?? 0);
          expect(page.isFree).toBe(true);
        }
      }),
    );
  });

  it('never is so small that invented pages could make a quiet one too loud', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 0, max: SHARE_MIN }), (invented, rate) => {
        expect(fairShares([...Array.from({ length: invented }, () => 1), rate]).at(-1)).toBeGreaterThanOrEqual(rate);
      }),
    );
  });

  it('of a page that is alone is everything, and a page makes only the share of others larger', () => {
    expect(fairShares([10_000])).toEqual([Infinity]);
    expect(fairShares([10_000, 100, 100])).toEqual([200, 10_100, 10_100]);
    expect(fairShares([10_000, 0.5])).toEqual([Infinity, 20_000]);
  });

  it('lets everybody go when the pressure is over', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 200 }), (all, steps) => {
        const pages = all.map((rate) => Object.assign(new Page('p', true), { rate }));
        for (const [n, share] of fairShares(all).entries()) for (let i = 0; i < steps; i += 1) pages[n]?.adjust(share);
        for (const page of pages) for (let i = 0; i < LET_GO_STEPS; i += 1) page.adjust(Infinity);
        expect(pages.filter((page) => !page.isFree)).toEqual([]);
      }),
    );
  });
});

describe('under pressure', () => {
  const WORK = [600, 30, 30, 30, 30];

  it('the page that makes twenty times as much waits longer, and then may send less; no other page', () => {
    const { pages, shares } = stepped(WORK, 3);
    expect(pages[0]?.holdMs).toBeGreaterThan(0);
    expect(pages[0]?.admitted).toBe(1); // longer holds come first
    expect(pages[0]?.historyMax).toBe(10);
    for (let i = 0; i < 10; i += 1) pages[0]?.adjust(100);
    expect(pages[0]?.holdMs).toBe(HOLD_MAX_MS);
    expect(pages[0]?.admitted).toBeLessThan(1);
    expect(pages.slice(1).every((page) => page.isFree)).toBe(true);
    expect(shares.heldBack).toBe(1);
  });

  it('a page that may send less sends exactly that part, and is told when to come again', () => {
    const shares = new Shares(() => 'over');
    const source = shares.noteRequest('send', { room: 'r' }, from('https://heavy.example'));
    source.page.admitted = 0.25;
    const refusals = Array.from({ length: 100 }, () => {
      try {
        return shares.check('send', source);
      } catch (refusal) {
        return refusal as Error;
      }
    }).filter((refusal) => refusal !== undefined);
    expect(refusals.length).toBe(75);
    expect(refusals[0]).toMatchObject({
      code: 'rate_limited',
      limit: 'share',
      details: { reason: 'share', retryAfter: 4 },
    });
    expect(() => shares.check('poll', source)).not.toThrow(); // nobody is deaf
    expect(() => shares.check('leave', source)).not.toThrow();
  });

  it('nobody is held back without pressure, and all are let go after it', () => {
    let level: PressureLevel = 'calm';
    const { pages, step } = stepped(WORK, 10, () => level);
    expect(pages.every((page) => page.isFree)).toBe(true);
    level = 'over';
    for (let i = 0; i < 10; i += 1) step(WORK);
    expect(pages[0]?.isFree).toBe(false);
    const held = pages[0]?.holdMs;
    level = 'near';
    for (let i = 0; i < 10; i += 1) step(WORK);
    expect(pages[0]?.holdMs).toBe(held);
    level = 'calm';
    for (let i = 0; i < LET_GO_STEPS; i += 1) step(WORK);
    expect(pages.every((page) => page.isFree)).toBe(true);
  });
});

describe('a page', () => {
  const pageOf = (shares: Shares, origin: string, room?: string) =>
    shares.noteRequest('join', { room }, from(origin)).page;

  it('is an origin, with all its rooms', () => {
    const shares = new Shares(() => 'calm');
    expect(pageOf(shares, 'https://a.example', 'one')).toBe(pageOf(shares, 'https://a.example', 'two'));
    expect(pageOf(shares, 'https://a.example')).not.toBe(pageOf(shares, 'https://b.example'));
  });

  it.each(['null', 'https://jsfiddle.net', 'https://cdpn.io', 'https://chat.example'])(
    'is a room where authors share the origin %s',
    (origin) => {
      const shares = new Shares(() => 'calm');
      expect(pageOf(shares, origin, 'one')).not.toBe(pageOf(shares, origin, 'two'));
      expect(pageOf(shares, origin, 'one')).toBe(pageOf(shares, origin, 'one'));
    },
  );

  it('of a user is that of its room, also when a call names none or a private one', () => {
    const shares = new Shares(() => 'calm');
    shares.roomOf = (user) => (user === 7 ? 'one' : undefined);
    const ofOne = pageOf(shares, 'null', 'one');
    expect(shares.noteRequest('poll', { token: '7.x' }, from('null')).page).toBe(ofOne);
    expect(shares.noteRequest('send', { token: '7.x', room: '7:9' }, from('null')).page).toBe(ofOne);
    expect(shares.noteRequest('poll', { token: '8.x' }, from('null')).page.isKnown).toBe(false);
  });

  it('stays the same page, however many other sources come, and is forgotten with its last one', () => {
    const shares = new Shares(() => 'calm');
    const page = pageOf(shares, 'https://a.example', 'one');
    for (let i = 0; i < 6_000; i += 1) pageOf(shares, `https://x${i}.example`, 'r');
    expect(pageOf(shares, 'https://a.example', 'two')).toBe(page);
    for (let i = 0; i < 12_000; i += 1) pageOf(shares, `https://y${i}.example`, 'r');
    expect(pageOf(shares, 'https://a.example', 'two')).not.toBe(page);
    expect(shares.takeUsage().length).toBeLessThanOrEqual(10_000);
  });
});
