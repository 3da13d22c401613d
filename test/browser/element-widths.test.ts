/** The element in narrow and wide places: what gives way, and what stands in one line. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';

const it = browserTest;

const boxOf = (one: Locator): Promise<DOMRect> => one.evaluate((node) => node.getBoundingClientRect());

/** Opens the element in a box of so many px. */
async function openIn(stage: Stage, width: number, attributes = ''): Promise<Page> {
  const page = await openElement(stage, `style="width: ${width}px" ${attributes}`, { width: width + 100 });
  await page.locator('.many, .here').first().waitFor({ state: 'attached' });
  return page;
}

it('a narrow chat shows only the number of people, and a screen reader reads all of it', async ({ stage }) => {
  await somebody(stage, 'Bert');
  const page = await openIn(stage, 360);
  const people = page.getByRole('button', { name: '2 here', exact: true });
  await people.waitFor();
  expect(await people.locator('.many').textContent()).toBe('2');
  expect((await boxOf(people.locator('.many'))).width).toBeGreaterThan(0);
  expect((await boxOf(people.locator('.count'))).width).toBe(1);
});

it("the room's name and the user's own name share the place", async ({ stage }) => {
  const named = { ...stage, room: `${stage.room}-with-a-long-name` };
  const page = await openIn(named, 500, 'name="Somebody with a long name"');
  const [title, own] = [await boxOf(page.locator('.titles')), await boxOf(page.locator('.own-name'))];
  expect(title.width).toBeGreaterThan(80);
  expect(own.width).toBeGreaterThan(40);
  expect((await boxOf(page.locator('.bar'))).width).toBeLessThanOrEqual(500);
});

it('an edited message has its time beside the sign, at every width', async ({ stage }) => {
  const page = await openIn(stage, 460, 'name="Anna"');
  const input = page.getByRole('textbox', { name: 'Message', exact: true });
  await input.fill('see you at fife');
  await input.press('Enter');
  await rowOf(page, 'see you').locator('.dots').waitFor({ state: 'attached' });
  await input.press('ArrowUp');
  await input.fill('see you at five');
  await input.press('Enter');
  const edited = rowOf(page, 'see you at five').locator('.edited');
  await edited.waitFor();
  const time = rowOf(page, 'see you at five').locator('time');
  const chat = page.locator('nobackend-chat');
  for (let width = 460; width >= 220; width -= 10) {
    await chat.evaluate((node, px) => node.style.setProperty('width', `${px}px`), width);
    const [sign, stamp] = [await boxOf(edited), await boxOf(time)];
    expect(Math.abs(sign.bottom - stamp.bottom), `at ${width} px`).toBeLessThan(4);
  }
});

it('in a wide chat the input box begins where the messages begin', async ({ stage }) => {
  const say = await somebody(stage, 'Bert');
  const page = await openIn(stage, 1_300);
  await say('hello');
  const bubble = rowOf(page, 'hello').locator('.bubble');
  await bubble.waitFor();
  const [message, input] = [await boxOf(bubble), await boxOf(page.locator('.input'))];
  expect(Math.abs(message.left - input.left)).toBeLessThanOrEqual(4);
});

it('an image leaves room for the button of its message', async ({ stage }) => {
  const say = await somebody(stage, 'Bert');
  const page = await openIn(stage, 360);
  await say('https://127.0.0.1:1/cat.png');
  const message = rowOf(page, 'cat.png');
  await message.getByRole('button', { name: 'Show image' }).click();
  await message.locator('.image').waitFor();
  const [log, dots] = [await boxOf(page.locator('.log')), await boxOf(message.locator('.dots'))];
  expect(dots.right).toBeLessThanOrEqual(log.right);
});
