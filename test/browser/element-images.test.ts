/** Images to which messages link: shown when somebody asks for them, and never stored. */
import type { Page, Route } from 'playwright-core';
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
const HOST = 'https://pictures.example';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="900"><rect width="40" height="900"/></svg>';

/** Answers for the images' host. Returns the referrers of its requests, by path. */
async function host(page: Page, { isBroken = false } = {}): Promise<Map<string, string | undefined>> {
  const seen = new Map<string, string | undefined>();
  await page.route(`${HOST}/**`, async (route: Route) => {
    const request = route.request();
    seen.set(new URL(request.url()).pathname, request.headers().referer);
    await (isBroken ? route.abort() : route.fulfill({ contentType: 'image/svg+xml', body: SVG }));
  });
  return seen;
}

const show = (page: Page) => logOf(page).getByRole('button', { name: 'Show image' });
const picture = (page: Page) => logOf(page).getByRole('img', { name: 'Image from pictures.example' });

/** Sends many lines, the one with an image, and some more. */
async function sayAround(stage: Stage, text: string): Promise<void> {
  const send = await somebody(stage, 'Bob');
  for (let i = 0; i < 30; i += 1) await send(`before ${i}`);
  await send(text);
  for (let i = 0; i < 3; i += 1) await send(`after ${i}`);
}

describe('an image', () => {
  it('is loaded after a click, without a referrer, and can be hidden again', async ({ stage }) => {
    const page = await openElement(stage);
    const seen = await host(page);
    await sayAround(stage, `look: *${HOST}/a.PNG?x=1*, again ${HOST}/a.PNG?x=1`);
    await show(page).waitFor();
    expect(await show(page).count()).toBe(1);
    expect([...seen]).toEqual([]);
    await show(page).click();
    await until(
      async () => (await picture(page).evaluate((image) => (image as HTMLImageElement).naturalWidth)) > 0,
      'it',
    );
    expect([...seen]).toEqual([['/a.PNG', undefined]]);
    expect(await violations(page)).toEqual([]);
    await logOf(page).getByRole('button', { name: 'Hide image', expanded: true }).click();
    expect(await picture(page).count()).toBe(0);
    await show(page).waitFor();
  });

  it.for([
    'http://pictures.example/a.png',
    `${HOST}/a.svg`,
    `${HOST}/a?b.png`,
    `${HOST}/png`,
    `\`${HOST}/a.png\``,
    `${HOST}:x/a.png`,
  ])('is not offered for %s', async (text, { stage }) => {
    const page = await openElement(stage, 'images="show"');
    await sayAround(stage, text);
    await rowOf(page, 'after 2').waitFor();
    expect(await logOf(page).locator('img, .image-button').count()).toBe(0);
  });

  it('that is shown, and comes later, moves nothing that is read', async ({ stage }) => {
    const page = await openElement(stage);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(`${HOST}/**`, async (route) => {
      await held;
      await route.fulfill({ contentType: 'image/svg+xml', body: SVG });
    });
    await sayAround(stage, `${HOST}/a.png`);
    const last = rowOf(page, 'after 2');
    const place = async () => Math.round((await last.boundingBox())?.y ?? NaN);
    const before = await place();
    await show(page).click();
    await picture(page).waitFor();
    expect(await place()).toBe(before); // the user is at the end, so the rows above give way
    release();
    await until(
      async () => (await picture(page).evaluate((image) => (image as HTMLImageElement).naturalWidth)) > 0,
      'it',
    );
    expect(await place()).toBe(before);
    await logOf(page).evaluate((element) => {
      element.scrollTop -= 300; // hiding takes away less than this
    });
    await page.getByRole('button', { name: 'Latest' }).waitFor();
    const above = rowOf(page, 'before 28');
    const top = (await above.boundingBox())?.y;
    await logOf(page).getByRole('button', { name: 'Hide image' }).click();
    expect((await above.boundingBox())?.y).toBe(top);
  });

  it('that cannot be loaded says so in its place', async ({ stage }) => {
    const page = await openElement(stage);
    await host(page, { isBroken: true });
    await sayAround(stage, `${HOST}/a.png`);
    await show(page).click();
    const frame = logOf(page).getByRole('link', { name: 'This image cannot be shown.' });
    await frame.waitFor();
    expect(await frame.evaluate(({ clientHeight }) => clientHeight)).toBe(200);
  });

  it('is shown at once or never where the page wants that', async ({ stage }) => {
    const page = await openElement(stage, 'images="show"');
    const seen = await host(page);
    await sayAround(stage, `${HOST}/a.png ${HOST}/b.jpg ${HOST}/c.webp ${HOST}/d.gif ${HOST}/e.avif`);
    await until(() => seen.size === 4, 'four of five');
    await page.locator('nobackend-chat').evaluate((chat) => chat.setAttribute('images', 'off'));
    await until(async () => (await picture(page).count()) === 0, 'none');
    await rowOf(page, 'after 2').waitFor();
    expect(await show(page).count()).toBe(0);
  });

  it('may be shown on our own pages', async ({ stage: { api, browser, room }, stage }) => {
    const page = await (await browser.newContext()).newPage();
    const seen = await host(page);
    await sayAround(stage, `${HOST}/a.png`);
    for (const path of [`/r/${room}`, `/embed/${room}`]) {
      seen.clear();
      await page.goto(api + path);
      await show(page).click();
      await until(() => seen.size === 1, 'the request');
    }
  });
});

describe('a file', () => {
  it.for(['paste', 'drop'] as const)('that somebody wants to %s is refused in words', async (type, { stage }) => {
    const page = await openElement(stage);
    const box = page.getByRole('textbox', { name: 'Message' });
    const give = (withText: boolean): Promise<boolean> =>
      box.evaluate(
        (input, [kind, text]) => {
          const data = new DataTransfer();
          data.items.add(new File(['x'], 'x.png', { type: 'image/png' }));
          if (text) data.setData('text/plain', 'words');
          const given = { bubbles: true, composed: true, cancelable: true };
          return input.dispatchEvent(
            kind === 'paste'
              ? new ClipboardEvent(kind, { ...given, clipboardData: data })
              : new DragEvent(kind, { ...given, dataTransfer: data }),
          );
        },
        [type, withText] as const,
      );
    expect(await give(true)).toBe(true);
    expect(await page.getByText('This chat keeps no images').count()).toBe(0);
    expect(await give(false)).toBe(false);
    await page.getByRole('status').getByText('This chat keeps no images or files.').waitFor();
  });
});
