/** The page of the docs: its forms call operations, and its lists are complete. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { readSource, sourcesOf } from '../support/imports.js';

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

describe('the docs', () => {
  it('call operations in both ways', async () => {
    const page = await open(`${api}/docs`);
    await page.getByRole('button', { name: 'Join as a guest' }).click();
    await page.locator('#op-join output').getByText('"ok": true').waitFor();
    const send = page.locator('#op-send');
    await send.locator('summary').click();
    await send.getByRole('textbox', { name: 'text' }).fill('from the docs');
    await send.getByRole('textbox', { name: 'data' }).fill('{"a":1}');
    await send.getByRole('button', { name: 'With a script tag' }).click();
    await send.locator('output').getByText('"ok": true').waitFor();
    const poll = page.locator('#op-poll');
    await poll.locator('summary').click();
    await poll.getByRole('button', { name: 'Call with fetch' }).click();
    await poll.locator('output').getByText('from the docs').waitFor();
    const rename = page.locator('#op-rename');
    await rename.locator('summary').click();
    await rename.getByRole('textbox', { name: 'name' }).fill('x'.repeat(60));
    await rename.getByRole('button', { name: 'Call with fetch' }).click();
    await rename.locator('output').getByText('"bad_request"').waitFor();
    expect(await rename.locator('output').textContent()).toContain('"status": 400');
  });

  it('open the operation of an address, and send no data that is not JSON', async () => {
    const page = await open(`${api}/docs#op-signal`);
    const signal = page.locator('#op-signal');
    const data = signal.getByRole('textbox', { name: 'data' });
    await signal.getByRole('textbox', { name: 'token' }).fill('1.none');
    await data.fill('{a:1}');
    await signal.getByRole('button', { name: 'Call with fetch' }).click();
    expect(await data.evaluate((input) => (input as HTMLInputElement).validationMessage)).toContain('not JSON');
    expect(await signal.locator('output').textContent()).toBe('');
    await data.fill('"a text"');
    await signal.getByRole('button', { name: 'With a script tag' }).click();
    await signal.locator('output').getByText('"unauthorized"').waitFor();
    await page.goto(`${api}/docs#op-history`);
    await page.getByRole('textbox', { name: 'before' }).waitFor();
  });

  it('name every attribute, property and part of the element, and every call and event of the library', async () => {
    const page = await open(`${api}/docs`);
    expect(await page.locator('main').textContent()).not.toContain('{{server}}');
    const named = (list: string): Promise<string[]> =>
      page
        .locator(`#${list} dt code`)
        .evaluateAll((all) => [...new Set(all.map((code) => (code.textContent ?? '').replace(/\(.*/, '')))].sort());
    const folders = ['element', 'moderation-tools', 'notices', 'search', 'talk', 'bubble'];
    const sources = sourcesOf(...folders.map((folder) => `apps/web/${folder}`))
      .map(readSource)
      .join('\n');
    const found = (text: string, pattern: RegExp): string[] =>
      [...new Set([...text.matchAll(pattern)].flatMap(([, one = '']) => one.split(' ')))].sort();
    const membersOf = (name: string): string =>
      new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(readSource('apps/web/client/api.ts'))?.[1] ?? '';
    const observed = found(/observedAttributes = ([^;]*)/.exec(sources)?.[1] ?? '', /'(\w+)'/g);
    expect(await named('attributes')).toEqual([...observed, 'ask', 'corner', 'texts', 'theme'].sort());
    expect(await named('properties')).toEqual(
      found(readFileSync('apps/web/element/dom/look.css', 'utf8'), /var\((--nbc-[\w-]+)/g),
    );
    expect(await named('parts')).toEqual(
      found(sources.replace(/part: mine \? |'message own' : isMention \? /g, 'part: '), /part: '([\w -]+)'/g),
    );
    expect(await named('options')).toEqual(found(membersOf('JoinOptions'), /^ {2}(\w+)\??:/gm));
    expect(await named('calls')).toEqual(found(membersOf('Chat'), /^ {2}(\w+)[<(]/gm));
    expect(await named('properties-of-chat')).toEqual(found(membersOf('Chat'), /^ {2}readonly (\w+):/gm));
    expect(await named('values')).toEqual(found(membersOf('ChatValues'), /^ {2}(\w+)[<(]/gm));
    expect(await named('reason-names')).toEqual(
      found(/type Reason =([^;]*)/.exec(readSource('shared/protocol/errors.ts'))?.[1] ?? '', /'(\w+)'/g),
    );
    expect(await named('names')).toEqual(found(membersOf('ChatEvents'), /^ {2}(\w+):/gm));
  });
});
