import { type Browser as Firefox, launch, type Page } from 'puppeteer-core';
import { entrust } from '../child.js';
import { type Browser, type Driver, type Engine, findProgram, type Session } from './engine.js';

const program = process.env.FIREFOX ?? findProgram('firefox-esr');

const LAUNCH = { browser: 'firefox', headless: true, defaultViewport: { width: 1_280, height: 720 } } as const;

/** Firefox by WebDriver BiDi. */
export const firefox: Engine = {
  name: 'Firefox',
  packages: 'firefox-esr',
  isInstalled: program !== null,
  start: async () => browserOf(await launch({ ...LAUNCH, executablePath: program ?? '' })),
};

function browserOf(whole: Firefox): Browser {
  const child = whole.process();
  if (child?.pid) entrust(child.pid, child);
  return { session: () => sessionOf(whole), close: () => whole.close() };
}

async function sessionOf(whole: Firefox): Promise<Session> {
  const context = await whole.createBrowserContext();
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
