/** The note in `/admin` when the Node of its server gets no more fixes. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { endOfLifeNotice } from '../../shared/node-version.js';
import type { AdminSnapshot } from '../../shared/protocol/admin.js';
import { browserWith } from '../support/fixtures/browser.js';

const PASSWORD = 'host';

const it = browserWith({ env: { ADMIN_PASSWORD: PASSWORD } });
let page: Page, api: string;
it.beforeEach(async ({ stage }) => {
  ({ api } = stage);
  page = await stage.browser.newPage({ httpCredentials: { username: 'me', password: PASSWORD } });
});

/** Opens the page with figures in which the server says this of its Node. */
async function open(notice: string | null | undefined): Promise<void> {
  await page.unrouteAll();
  await page.route('**/admin/figures?*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...((await response.json()) as AdminSnapshot), node: notice } });
  });
  await page.goto(`${api}/admin`);
  await page.getByText('Live', { exact: true }).waitFor();
}

describe('the page of the host', () => {
  it('is told of the Node that runs the server', async () => {
    const headers = { Authorization: `Basic ${btoa(`me:${PASSWORD}`)}` };
    const figures = await fetch(`${api}/admin/figures?since=0`, { headers });
    expect(((await figures.json()) as AdminSnapshot).node).toBe(endOfLifeNotice());
  });

  it('shows the notice, and nothing when there is none or the server is of a former version', async () => {
    await open('Node 1.2.3 has had no fixes.');
    expect(await page.getByText('Node 1.2.3 has had no fixes.').isVisible()).toBe(true);
    for (const nothing of [null, undefined]) {
      await open(nothing);
      expect(await page.locator('#node').isVisible()).toBe(false);
    }
  });
});
