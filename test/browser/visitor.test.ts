/** How the walks click: what moves away from under the mouse is clicked all the same, and nothing else is. */
import { expect } from 'vitest';
import { chromium } from '../support/engines/chromium.js';
import { Person } from '../support/engines/visitor.js';
import { browserTest } from '../support/fixtures/browser.js';

const it = browserTest;

/** Two buttons that change places when the mouse comes for the first time. */
const PAGE = `<!doctype html><button id="wanted">wanted</button><br><br><button id="other">other</button><script>
  window.clicked = [];
  addEventListener('click', ({ target }) => { clicked.push(target.id); });
  addEventListener('pointermove', () => { document.body.prepend(document.getElementById('other')); }, { once: true });
</script>`;

it('a button that another takes the place of is clicked where it is then', async ({ stage }) => {
  const browser = await chromium.start();
  try {
    const page = await new Person(await browser.session()).visit(stage.site.serve('/', PAGE));
    await page.click('button', 'wanted');
    expect(await page.driver.run('window.clicked')).toEqual(['wanted']);
  } finally {
    await browser.close();
  }
});
