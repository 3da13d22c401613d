/** The look of a message in the element: code, bold, italic, quotes, and blocks of code that can be copied. */
import { describe, expect } from 'vitest';
import { violations } from '../support/axe.js';
import { logOf, openElement, rowOf, somebody } from '../support/element-page.js';
import { browserTest } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const it = browserTest;
const CODE = 'const x = 1;\n  return `x` * 2 * 3;';

describe('a message', () => {
  it('has its formatting as elements, and never HTML', async ({ stage }) => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bob');
    await send('*bold* _it_ `code` <b>no</b> snake_case_name https://a.b/_c_');
    await send(`> a *quote*\n> of two lines\nand\n\`\`\`js\n${CODE}\n\`\`\`\nlast`);
    await logOf(page).getByText('last').waitFor();
    const html = await logOf(page)
      .locator('.text')
      .evaluateAll((all) => all.map((text) => text.innerHTML.replace(/ (target|rel)="[^"]*"/g, '')));
    expect(html).toEqual([
      '<strong>bold</strong> <em>it</em> <code>code</code> &lt;b&gt;no&lt;/b&gt; snake_case_name ' +
        '<a href="https://a.b/_c_" dir="ltr">https://a.b/_c_</a>',
      '<blockquote>a <strong>quote</strong>\nof two lines</blockquote>and' +
        '<div class="code" part="code" dir="ltr"><div><span>js</span>' +
        '<button type="button" class="plain copy" part="copy">Copy</button></div>' +
        `<pre tabindex="0">${CODE}</pre></div>last`,
    ]);
    expect(await violations(page)).toEqual([]);
  });

  it('of the user looks the same before and after it has arrived', async ({ stage }) => {
    const page = await openElement(stage);
    const look = () => logOf(page).locator('.mine .text').last().innerHTML();
    await page.context().setOffline(true);
    await page.getByRole('textbox', { name: 'Message' }).fill('*x* and\n> y');
    await page.keyboard.press('Enter');
    await logOf(page).locator('.mine.waiting').waitFor();
    const before = await look();
    expect(before).toBe('<strong>x</strong> and<blockquote>y</blockquote>');
    await page.context().setOffline(false);
    await logOf(page).locator('.rows .mine').waitFor();
    expect(await look()).toBe(before);
  });

  it('without marks is one text, as it was', async ({ stage }) => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bob');
    await send('two\nlines, 2 * 3 * 4, >:( and a_b_c');
    const text = rowOf(page, 'a_b_c').locator('.text');
    await text.waitFor();
    expect(await text.evaluate(({ childNodes }) => [childNodes.length, childNodes[0]?.nodeType])).toEqual([1, 3]);
  });

  it('of much code and many quotes is folded', async ({ stage }) => {
    const page = await openElement(stage);
    const send = await somebody(stage, 'Bob');
    const lines = (mark: string) => Array.from({ length: 40 }, (_, i) => `${mark}line ${i}`).join('\n');
    await send(`\`\`\`\n${lines('')}\n\`\`\``);
    await send(lines('> '));
    await until(async () => (await logOf(page).getByRole('button', { name: 'Show all' }).count()) === 2, 'both folded');
    for (const tag of ['pre', 'blockquote']) {
      const text = logOf(page).locator('.text', { has: page.locator(tag) });
      const height = () => text.evaluate((box) => box.clientHeight);
      const folded = await height();
      await text.locator('..').getByRole('button', { name: 'Show all' }).click();
      expect(await height()).toBeGreaterThan(1.5 * folded);
    }
  });
});

describe('a block of code', () => {
  it.for([
    ['with the clipboard', ''],
    ['without one', "Object.defineProperty(navigator, 'clipboard', { value: undefined })"],
  ] as const)('is copied as it was written, %s', async ([, spoil], { stage }) => {
    const page = await openElement(stage, '', { permissions: ['clipboard-read', 'clipboard-write'] });
    const read = page.context().newPage();
    await page.evaluate(spoil);
    const send = await somebody(stage, 'Bob');
    await send(`\`\`\`js\n${CODE}\n\`\`\``);
    await page.getByRole('button', { name: 'Copy' }).click();
    const copied = page.getByRole('button', { name: 'Copied' });
    await copied.waitFor();
    expect(await copied.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button)).toBe(true);
    expect(await logOf(page).locator('textarea').count()).toBe(0);
    const reader = await read;
    await reader.goto(`${stage.site.origin}/${stage.room}`);
    await reader.bringToFront();
    expect(await reader.evaluate(() => navigator.clipboard.readText())).toBe(CODE);
  });
});
