/** The host's own pages: name, colour, logo, texts, and what is closed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { violations } from '../support/axe.js';
import { ask } from '../support/client.js';
import { browserWith } from '../support/fixtures/browser.js';
import { TestUser } from '../support/user.js';

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14"/></svg>';
const NAME = 'Wald <chat> der Gesamtschule am Nordtor';
const TABLE = `| Amt | Name |\n| --- | --- |\n| Leitung | ${'Donaudampfschifffahrts'.repeat(3)} |\n`;
const folder = mkdtempSync(join(tmpdir(), 'site-'));
for (const [name, text] of Object.entries({
  'logo.svg': LOGO,
  'imprint.de.md': `# Impressum & Kontakt\n\nSchule **am Wald**, [Weg 1](https://example.org).\n\n${TABLE}`,
  'terms.md': 'Be kind.\n',
  'robots.txt': 'User-agent: *\nDisallow: /\n',
}))
  writeFileSync(join(folder, name), text);

const it = browserWith({
  env: {
    SITE_NAME: NAME,
    SITE_COLOR: '#ffcc00',
    SITE_DIR: folder,
    CLOSED_PAGES: 'front, examples, rooms',
  },
});
it.afterAll(() => rmSync(folder, { recursive: true }));

it('gives all pages name, logo, colour, and links to the texts', async ({ stage: { browser, api } }) => {
  const page = await browser.newPage();
  for (const [path, title] of [
    ['/docs', `Docs · ${NAME}`],
    ['/doctor', `Doctor · ${NAME}`],
    ['/imprint', `Impressum & Kontakt · ${NAME}`],
    ['/r/wood', `wood · ${NAME}`],
    ['/embed/wood', `wood · ${NAME}`],
    ['/no/such/page', `Nothing here · ${NAME}`],
  ] as const) {
    await page.goto(api + path);
    await page.waitForFunction((wanted) => document.title === wanted, title);
    if (path.startsWith('/embed')) continue;
    expect(await page.locator('.brand').textContent(), path).toBe(NAME);
    const logo = page.locator('.brand img');
    expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth), path).toBeGreaterThan(0);
    expect(await logo.getAttribute('src'), path).toMatch(/assets\/logo\.svg$/);
    if (path.startsWith('/r/')) continue;
    const links = await page.locator('footer.site a').allTextContents();
    expect(links, path).toEqual(['Docs', 'Doctor', 'Status', 'Terms', 'Impressum & Kontakt']);
    expect(await violations(page), path).toEqual([]);
  }
  await page.goto(`${api}/imprint`);
  expect(await page.locator('main strong').textContent()).toBe('am Wald');
  expect(await page.locator('main').getAttribute('lang')).toBe('de');
  await page.locator('footer.site').getByRole('link', { name: 'Terms' }).click();
  expect(await page.locator('main h1').textContent()).toBe('Terms');
  expect(await page.locator('main').getAttribute('lang')).toBe('en');
  expect(
    await page
      .locator('a')
      .first()
      .evaluate(() => getComputedStyle(document.body).getPropertyValue('--accent')),
  ).not.toBe('#0d6a55');
});

it('has room for a long name and a long word on a phone', async ({ stage: { browser, api } }) => {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  await page.goto(`${api}/imprint`);
  await page.getByRole('cell', { name: 'Leitung' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
  await page.goto(`${api}/r/wood`);
  const [brand, invite] = [page.locator('.brand'), page.getByRole('button', { name: 'Invite' })];
  const brandBottom = await brand.evaluate((one) => one.getBoundingClientRect().bottom);
  expect(await invite.evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(brandBottom);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

it('closes pages: nothing is there, and no link leads there', async ({ stage: { browser, api } }) => {
  const page = await browser.newPage();
  for (const path of ['/', '/index.html', '/examples', '/examples.html', '/text.html', '/text']) {
    expect((await page.goto(api + path))?.status(), path).toBe(404);
    expect(await page.locator('a[href$="examples"]').count()).toBe(0);
  }
  for (const path of ['/docs', '/doctor', '/imprint'] as const) {
    await page.goto(api + path);
    expect(await page.locator('a[href*="examples"]').count(), path).toBe(0);
  }
  const robots = await fetch(`${api}/robots.txt`);
  expect(await robots.text()).toBe('User-agent: *\nDisallow: /\n');
});

it('lists no rooms when the list is closed', async ({ stage: { api } }) => {
  await TestUser.join(api, { room: 'wood' });
  expect(await ask(api, 'rooms', {})).toMatchObject({ rooms: [] });
});
