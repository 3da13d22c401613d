/** The fiddles exactly as they are served and exported, run on another origin. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { paneOf, serveFiddle } from '../support/fiddles.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;
let stage: Stage, api: string;
it.beforeEach(({ stage: own }) => {
  stage = own;
  ({ api } = own);
});

/** A page in a browser of its own. */
async function open(address: string): Promise<Page> {
  const page = await stage.browser.newPage();
  await page.goto(address);
  return page;
}

const run = (name: string, room?: string): Promise<string> => serveFiddle(stage, name, room);

describe('the exported code', () => {
  it.each(['library', 'plain'])('%s talks with the room it was taken from', async (name) => {
    const room = `exported-${name}`;
    const [page, fiddle] = [await open(`${api}/r/${room}`), await open(await run(name, room))];
    await page.getByText('2 here').filter({ visible: true }).waitFor();
    await fiddle.locator('input').fill('from the fiddle');
    await fiddle.locator('input').press('Enter');
    await page.getByRole('log').getByText('from the fiddle').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('from the page: <b>ü</b>');
    await page.getByRole('button', { name: 'Send' }).click();
    await fiddle.getByText('from the page: <b>ü</b>').waitFor();
  });

  it('element talks with the room it was taken from', async () => {
    const [page, fiddle] = [
      await open(`${api}/r/exported-element`),
      await open(await run('element', 'exported-element')),
    ];
    await fiddle.getByRole('textbox', { name: 'Message' }).fill('two lines');
    await fiddle.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('log').getByText('two lines').waitFor();
  });

  it('plain is the one in the README', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const text = (await paneOf(api, 'plain', 'html'))
      .replace('{{server}}', 'http://localhost:8080')
      .replace('{{room}}', 'fiddle');
    expect(readme).toContain(text);
  });
});
