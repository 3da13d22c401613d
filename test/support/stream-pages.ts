/** Pages whose library has gone over to a stream, and what a test wants to know of them. */
import type { BrowserContext, Page } from 'playwright-core';
import { joinIn, textsIn } from './browser.js';
import { numbered, sendElsewhere } from './elsewhere.js';
import type { Stage } from './fixtures/browser.js';
import { until } from './until.js';

interface OpenOptions {
  context?: BrowserContext;
  /** The test moves the page's time. */
  clock?: boolean;
}

/** Pages on a test's own stage. Their way to the API is its link. */
export class StreamPages {
  constructor(readonly stage: Stage) {}

  async open({ context, clock = false }: OpenOptions = {}): Promise<Page> {
    const { browser, site, link } = this.stage;
    const page = await (context ?? (await browser.newContext())).newPage();
    if (clock) await page.clock.install();
    await page.goto(site.library(link.url));
    return page;
  }

  /** Opens a page that has joined the stage's room, and has gone over to a stream. */
  async streaming(options: OpenOptions = {}): Promise<Page> {
    const before = this.streams;
    const page = await this.open(options);
    await joinIn(page, { room: this.stage.room });
    await until(() => this.streams > before, 'a stream');
    return page;
  }

  /** How many requests have come whose path matches. */
  seen(pattern: RegExp): number {
    return this.stage.link.seen.filter((path) => pattern.test(path)).length;
  }

  get streams(): number {
    return this.seen(/\/stream\b/);
  }

  get polls(): number {
    return this.seen(/\/poll\b/);
  }

  get acks(): number {
    return this.seen(/\/ack\b/);
  }

  /** Somebody else says something. */
  say(...texts: string[]): Promise<void> {
    return sendElsewhere(this.stage.api, this.stage.room, texts);
  }

  /** Lets a stream live for so many quarters of a minute. Something is said in each. */
  async liveFor(page: Page, quarters: number): Promise<void> {
    for (const [i, text] of numbered(quarters).entries()) {
      await page.clock.fastForward(15_000);
      await this.say(text);
      await hears(page, i + 1);
    }
  }
}

/** Resolves when a page has heard so many messages. */
export async function hears(page: Page, count: number): Promise<void> {
  await until(async () => (await textsIn(page)).length >= count, `${count} messages`, 30_000);
}

/** Returns what is stored of why the page polls. */
export function givenUp(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const key = Object.keys(sessionStorage).find((one) => one.startsWith('nobackend-chat')) ?? '';
    return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { polls?: string }).polls;
  });
}
