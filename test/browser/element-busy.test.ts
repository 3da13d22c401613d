/** The element on a page that is above its share: reader and author are told, and the message arrives. */
import { expect } from 'vitest';
import { freshRoom, browserTest as it } from '../support/fixtures/browser.js';
import { until } from '../support/until.js';

const error = {
  code: 'rate_limited',
  status: 429,
  message: 'This page is very busy, and others need the server too.',
  reason: 'share',
  retryAfter: 1,
};

it('says that messages may come late, warns the author once, and sends again by itself', async ({ stage }) => {
  const { browser, site, api } = stage;
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  let refused = 0;
  await page.route(/\/(api|jsonp)\/send/, (route) => {
    refused += 1;
    if (refused > 2) return route.continue();
    const headers = { 'Access-Control-Allow-Origin': '*' };
    return route.fulfill({ status: 429, headers, json: { ok: false, error } });
  });
  await page.goto(
    site.serve(
      '/busy',
      `<!doctype html><html lang="en"><head><title>Busy</title></head><body><script src="${api}/element.js"></script>
<nobackend-chat room="${freshRoom()}"></nobackend-chat></body></html>`,
    ),
  );
  await page.getByRole('textbox').fill('hello');
  await page.keyboard.press('Enter');
  await page.getByText('This page is very busy. Messages may come late.').waitFor();
  await until(() => refused > 2, 'the third try');
  await page.locator('.message:not(.waiting)', { hasText: 'hello' }).waitFor();
  expect(warnings.filter((text) => text.includes('busy'))).toEqual([`${error.message} ${api}/docs#errors`]);
});
