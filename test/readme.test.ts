/** What the README shows is what runs: its texts are taken from the file as they stand. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, Site } from './support/browser.js';
import { startSystem, type TestSystem } from './support/processes.js';
import { until } from './support/until.js';

const ADDRESS = 'http://localhost:8080';
/** What a careless page would break on. */
const TEXTS = ['hello', 'žluťoučký kůň, naïve café', '👩‍👩‍👧 🎉', '</script><script>alert(1)</script>', 'one\u2028two\u2029three', '<b>&amp;"\'\\'];

let system: TestSystem;
let browser: Browser;
let site: Site;
let readme: string;

beforeAll(async () => {
  [system, browser, site, readme] = await Promise.all([
    startSystem({ apis: 2, workers: 1 }), launchBrowser(), Site.start(), readFile(new URL('../README.md', import.meta.url), 'utf8'),
  ]);
});
afterAll(async () => {
  await Promise.all([browser.close(), site.stop()]);
  await system.stop();
});

/** The README's text after a heading, with the address of an API of this test. */
function shown(pattern: RegExp, api: string): string {
  const text = pattern.exec(readme)?.[1];
  if (text === undefined) throw new Error(`the README does not show ${String(pattern)}`);
  return text.replaceAll(ADDRESS, api);
}

async function open(path: string, text: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(site.serve(path, `<!doctype html><meta charset="utf-8"><body>${text}</body>`));
  return page;
}

const said = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((what) => document.querySelector('#log')?.textContent?.includes(what), text);

describe('the README', () => {
  it('shows a fiddle of ten lines that chats from another origin, any text intact', async () => {
    const [one, two] = system.urls.map((api) => shown(/<!-- fiddle -->\s*```html\n([\s\S]*?)```/, api));
    const pages = [await open('/one', one ?? ''), await open('/two', two ?? '')];
    for (const page of pages) await page.locator('#say:enabled').waitFor(); // joined: what is said from here on is for both
    for (const [i, text] of TEXTS.entries()) {
      await pages[i % 2]?.locator('#say').fill(text);
      await pages[i % 2]?.locator('#say').press('Enter');
      for (const page of pages) await said(page, text);
    }
    expect(shown(/<script>\n([\s\S]*?)<\/script>\n```/, '').trim().split('\n')).toHaveLength(10);
    for (const page of pages) expect(await page.locator('script[src]').count(), 'script tags left behind').toBeLessThanOrEqual(2);
  });

  it('shows a page with the library that says what is typed, and nothing by itself', async () => {
    const text = shown(/## With the library\n\n((?: {4}.*\n)+)/, system.urls[0] ?? '');
    const page = await browser.newPage();
    const heard: string[] = [];
    page.on('console', (message) => { heard.push(message.text()); });
    await page.goto(site.serve('/library', `<!doctype html><meta charset="utf-8"><body>${text}</body>`));
    for (const what of ['hello', 'again']) {
      await page.locator('#say').fill(what);
      await page.locator('#say').press('Enter');
      await until(() => heard.includes(`andrew ${what}`), what);
      await page.reload();
    }
    expect(heard).toEqual(['andrew hello', 'andrew again']);
  });

  it('names only npm scripts that there are', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };
    for (const [, name = ''] of readme.matchAll(/npm (?:run )?([a-z:]+)/g)) expect(Object.keys(scripts), name).toContain(name);
  });
});
