import type { Browser as Chromium, Page } from 'playwright-core';
import { launchWholeBrowser } from '../browser.js';
import type { Browser, Driver, Engine, Session } from './engine.js';

/** Chromium by Playwright, as all other tests drive it: without it they fail, so these do too. */
export const chromium: Engine = {
  name: 'Chromium',
  packages: 'chromium',
  isInstalled: true,
  start: async () => browserOf(await launchWholeBrowser()),
};

function browserOf(whole: Chromium): Browser {
  return { session: () => sessionOf(whole), close: () => whole.close() };
}

async function sessionOf(whole: Chromium): Promise<Session> {
  const context = await whole.newContext();
  return { tab: async () => driverOf(await context.newPage()), close: () => context.close() };
}

function driverOf(page: Page): Driver {
  return {
    go: async (address) => {
      await page.goto(address);
    },
    reload: async () => {
      await page.reload();
    },
    run: (expression) => page.evaluate(expression),
    clickAt: (x, y) => page.mouse.click(x, y),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    close: () => page.close(),
  };
}
