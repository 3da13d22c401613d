/** Pages of a room with keys, on a test's own stage. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { ask } from './client.js';
import type { Stage } from './fixtures/browser.js';

const PERMISSIONS = ['clipboard-read', 'clipboard-write'];

export class KeyPages {
  constructor(readonly stage: Stage) {}

  newContext(): Promise<BrowserContext> {
    return this.stage.browser.newContext({ reducedMotion: 'reduce', permissions: PERMISSIONS });
  }

  /** Opens an address in somebody's browser. */
  async open(hash = '', at = `${this.stage.api}/r/${this.stage.room}`, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await this.newContext())).newPage();
    await page.goto(at + hash);
    return page;
  }

  /** Gives the room keys. Its owner is not in a browser. */
  async lock() {
    const { api, room } = this.stage;
    const anna = await ask<{ token: string }>(api, 'join', { room, name: `Anna ${room}` });
    const act = <Fields>(operation: string, extra: object = {}) =>
      ask<Fields>(api, operation, { token: anna.token, room, ...extra });
    const keys = await act<{ member: string; moderator: string }>('keys', { member: 'renew', moderator: 'renew' });
    return { act, keys };
  }
}

export const own = (page: Page): Locator => page.getByRole('button', { name: /Change your name/ });

export const press = (where: Page | Locator, name: string): Promise<void> =>
  where.getByRole('button', { name, exact: true }).click();
