/** `/status`: what everybody is told of the chat, by page and as JSON, whatever goes wrong. */
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import type { ServerStatus } from '../../shared/protocol/status.js';
import { violations } from '../support/axe.js';
import { browserWith } from '../support/fixtures/browser.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';

/** Without limits, no process looks at its pressure, which a busy machine puts on it. */
const it = browserWith({ env: { RATE_LIMITS: 'off' } });
let system: TestSystem, browser: Browser;
it.beforeEach(({ stage, system: started }) => {
  system = started;
  browser = stage.browser;
});

async function status(headers: Record<string, string> = {}): Promise<ServerStatus & { httpStatus: number }> {
  const response = await fetch(`${system.url}/status`, { headers });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { ...((await response.json()) as ServerStatus), httpStatus: response.status };
}

/** A look at the workers may be 5 s old, and the next one begins 5 s later. */
const stateIs = (state: ServerStatus['state']) => until(async () => (await status()).state === state, state, 30_000);

it('says that the chat works, with its version and nothing else', async () => {
  await stateIs('works');
  const { since, version, ...said } = await status({ Accept: 'application/json' });
  expect(said).toEqual({ ok: true, state: 'works', text: 'The chat works.', httpStatus: 200 });
  expect(since).toBeLessThanOrEqual(Date.now());
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

it.each(['light', 'dark'] as const)('is a page for people, in %s', async (colorScheme) => {
  for (const width of [390, 1_280]) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 700 } });
    await page.goto(`${system.url}/status`);
    await page.getByText('The chat works.', { exact: true }).waitFor();
    await page.getByText(/^Since \d+ \w+/).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.close();
  }
});

it('says that messages do not arrive, while no worker runs', async () => {
  await system.workers[0]?.stop();
  await stateIs('undelivered');
  expect(await status()).toMatchObject({ ok: false, httpStatus: 503 });
  await system.addWorker();
  await stateIs('works');
});

it('says that the chat does not work while Redis hangs, and that it works again', async () => {
  const page = await browser.newPage();
  await page.goto(`${system.url}/status`);
  system.redis.pause();
  await stateIs('away');
  expect(await status()).toMatchObject({ ok: false, httpStatus: 503 });
  await page.reload();
  await page.getByText('The chat does not work at the moment.').waitFor();
  system.redis.resume();
  await stateIs('works');
});

it('says on the page that the server does not answer', async () => {
  const page = await browser.newPage();
  await page.route('**/status', (route) =>
    route.request().headers().accept === 'application/json' ? route.abort() : route.continue(),
  );
  await page.goto(`${system.url}/status`);
  await page.getByText('The server does not answer, or you are offline.', { exact: true }).waitFor();
});
