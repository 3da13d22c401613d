/** Pages that keep something, written with nothing but what the README says of values. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const SECTION = /## Keep something\n([\s\S]*?)\n## /;
const CODE = /((?: {4}.*\n)+)/;
const CURLS = /^ {4}curl (.*)$/gm;
const LINES_MAX = 30;

const TODO = `<script src="http://localhost:8080/chat.js"></script>
<ul id="list"></ul> <input id="add" placeholder="To do">
<script>
  const { values } = NobackendChat.join({ room: 'likes-of-my-page' });
  const lineOf = ([key, { text, done }]) => {
    const line = document.createElement('li'), gone = document.createElement('button');
    line.append(done ? 'done: ' : '', text, gone);
    gone.textContent = 'Delete';
    gone.onclick = () => values.delete(key);
    line.onclick = ({ target }) => target === line && values.set(key, { text, done: !done });
    return line;
  };
  values.on('todo/', () => list.replaceChildren(...Object.entries(values.all('todo/')).sort().map(lineOf)));
  add.onchange = () => { values.set('todo/' + Date.now() + Math.random(), { text: add.value }); add.value = ''; };
</script>`;

const BOARD = `<script src="http://localhost:8080/chat.js"></script>
<canvas id="board" width="400" height="300"></canvas>
<script>
  const { values } = NobackendChat.join({ room: 'likes-of-my-page' });
  const pen = board.getContext('2d');
  let stroke;
  values.on('ink/', () => {
    pen.clearRect(0, 0, 400, 300);
    for (const points of Object.values(values.all('ink/'))) {
      pen.beginPath();
      for (const [x, y] of points) pen.lineTo(x, y);
      pen.stroke();
    }
  });
  board.onpointerdown = () => { stroke = []; };
  board.onpointermove = ({ offsetX, offsetY }) => stroke?.push([offsetX, offsetY]);
  board.onpointerup = () => { values.set('ink/' + Date.now() + Math.random(), stroke); stroke = null; };
</script>`;

const [, section = ''] = SECTION.exec(readFileSync('README.md', 'utf8')) ?? [];
const it = browserTest;
let stage: Stage;
it.beforeEach(({ stage: own }) => {
  stage = own;
});

/** Text of the README, with the address and room of this test. */
const here = (text: string): string =>
  text.replaceAll(/(http:\/\/)?localhost:8080/g, stage.api).replaceAll('likes-of-my-page', stage.room);

const serve = (text: string): string =>
  stage.site.serve(`/${stage.room}`, `<!doctype html><meta charset="utf-8"><body>${here(text)}</body>`);

async function open(address: string, browser: Browser = stage.browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  return page;
}

describe('by the README', () => {
  it('a counter counts every click, and is the same when everybody has left', async () => {
    const address = serve(CODE.exec(section)?.[1] ?? '');
    const pages = [await open(address), await open(address)];
    for (const page of pages) await page.getByText('\u2665 0').waitFor();
    await Promise.all(pages.map((page) => page.getByRole('button').click({ clickCount: 5 })));
    for (const page of pages) await page.getByText('\u2665 10').waitFor();
    await Promise.all(pages.map((page) => page.evaluate('void location.replace("about:blank")')));
    await Promise.all(pages.map((page) => page.context().close()));
    await (await open(address)).getByText('\u2665 10').waitFor();
  });

  it('a to-do list keeps the lines of people who write at once', async () => {
    expect(TODO.split('\n').length).toBeLessThanOrEqual(LINES_MAX);
    const address = serve(TODO);
    const pages = [await open(address), await open(address)];
    const add = async (page: Page, text: string): Promise<void> => {
      await page.locator('#add').fill(text);
      await page.keyboard.press('Enter');
    };
    for (let i = 0; i < 3; i += 1) await Promise.all(pages.map((page, who) => add(page, `${who} ${i}`)));
    const lines = (page: Page): Promise<string[]> => page.locator('li').allTextContents();
    for (const page of pages) await until(async () => (await lines(page)).length === 6, 'all lines');
    const [ann, bob] = pages as [Page, Page];
    await ann.locator('li', { hasText: '1 0' }).click({ position: { x: 2, y: 2 } });
    await bob.locator('li', { hasText: 'done: 1 0' }).waitFor();
    await bob.locator('li', { hasText: '0 1' }).getByRole('button').click();
    await until(async () => (await lines(ann)).length === 5, 'the line to go');
    const late = await open(address);
    await late.locator('li', { hasText: 'done: 1 0' }).waitFor();
    expect(await lines(late)).toEqual(await lines(ann));
  });

  it('a drawing board shows every stroke, to those who come later too', async () => {
    expect(BOARD.split('\n').length).toBeLessThanOrEqual(LINES_MAX);
    const address = serve(BOARD);
    const pages = [await open(address), await open(address)];
    const strokes = (page: Page): Promise<number> => page.evaluate("Object.keys(values.all('ink/')).length");
    const picture = (page: Page): Promise<string> => page.evaluate('board.toDataURL()');
    await Promise.all(
      pages.map(async (page, who) => {
        await page.evaluate('NobackendChat && values');
        for (let i = 0; i < 10; i += 1) {
          const y = 30 + who * 130 + i * 10;
          await page.mouse.move(20, y);
          await page.mouse.down();
          for (let x = 30; x < 380; x += 10) await page.mouse.move(x, y + (x % 7));
          await page.mouse.up();
        }
      }),
    );
    const late = await open(address);
    for (const page of [...pages, late]) await until(async () => (await strokes(page)) === 20, 'all strokes');
    const drawn = await picture(late);
    for (const page of pages) await until(async () => (await picture(page)) === drawn, 'the same picture');
  });

  it('curl writes a value with one request, and reads it with one', async () => {
    const answers: { ok: boolean; token?: string; values?: object }[] = [];
    for (const [, line = ''] of section.matchAll(CURLS)) {
      const words = here(line)
        .replace('...', answers[0]?.token ?? '')
        .replaceAll("'", '')
        .split(' ');
      const data = words.filter((_, i) => words[i - 1] === '-d');
      const form = { method: 'POST', body: new URLSearchParams(data.join('&')) };
      const answer = await fetch(words.at(-1) ?? '', data.length > 0 ? form : {});
      answers.push((await answer.json()) as (typeof answers)[0]);
    }
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(answers.at(-1)?.values).toMatchObject({ likes: { value: 1 } });
  });
});
