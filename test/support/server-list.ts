/** A page with a list of servers, whose clock a test can move. */
import type { Page } from 'playwright-core';
import type { JoinOptions } from '../../apps/web/client/api.js';
import { joinIn } from './browser.js';
import { until } from './until.js';

declare global {
  interface Window {
    /** How far the page's clock is ahead, in ms. */
    aheadMs: number;
    /** Pauses of so many ms and more are over at once. Requests keep their patience: only pauses are random. */
    longestPauseMs: number;
    /** The servers that the chat has gone over to, with the texts of the room there. */
    moves: { server: string; was: string; texts: (string | undefined)[] }[];
  }
}

/** Lets the test move the clock of a page, from its next address on. */
export async function withClock(page: Page): Promise<Page> {
  await page.addInitScript(() => {
    const { setTimeout } = window;
    const now = Date.now.bind(Date);
    Object.assign(window, { aheadMs: 0, longestPauseMs: Infinity });
    Date.now = () => now() + window.aheadMs;
    window.setTimeout = ((act: () => void, ms = 0) =>
      setTimeout(act, ms >= window.longestPauseMs && !Number.isInteger(ms) ? 50 : ms)) as typeof window.setTimeout;
  });
  return page;
}

/** Joins, and keeps what the page hears of servers. Resolves when the room is open on one of them. */
export async function joinList(page: Page, options: JoinOptions): Promise<void> {
  const joined = joinIn(page, options);
  await page.waitForFunction(() => window.chat);
  await page.evaluate(() => {
    window.moves = [];
    window.chat.on('server', ({ server, was, ready }) => {
      const texts = ready.history.flatMap(({ type, text }) => (type === 'message' ? [text] : []));
      window.moves.push({ server, was, texts });
    });
  });
  await joined;
}

/** The server has not answered for more than 30 s now. */
export const waitInVain = async (page: Page): Promise<void> => {
  await until(() => page.evaluate(() => window.chat.state === 'reconnecting'), 'the chat to miss its server');
  await page.evaluate(() => {
    window.aheadMs += 31_000;
  });
};

export const serverOf = (page: Page): Promise<string> => page.evaluate(() => window.chat.server);

/** Waits until the chat has gone over to a server. */
export const moved = (page: Page, server: string): Promise<unknown> =>
  until(() => page.evaluate((to) => window.moves.at(-1)?.server === to, server), `the move to ${server}`, 20_000);
