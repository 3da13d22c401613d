/** The host's pages: who is let in and how, and the queues' board in a real browser. */
import { crc32 } from 'node:zlib';
import { describe, expect } from 'vitest';
import { fetchText } from '../support/client.js';
import { browserWith } from '../support/fixtures/browser.js';
import { basic } from '../support/host.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { onCluster } from '../support/redis.js';
import { TestUser } from '../support/user.js';

const PASSWORD = 'pass:wörd ';
const HIDDEN = [
  '/metrics',
  '/admin',
  '/admin/',
  '/admin/admin.js',
  '/admin/admin.css',
  '/admin/figures',
  '/admin/usage?days=1',
  '/admin/queues',
  '/admin/queues/',
  '/admin/queues/api/queues',
  '/admin/queues/static/favicon-32x32.png',
];

const it = browserWith({ env: { ADMIN_PASSWORD: PASSWORD, ADMIN_TRIES: 1_000 } });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = started.url;
});

const get = (path: string, authorization?: string, base = url) =>
  fetch(`${base}${path}`, authorization === undefined ? {} : { headers: { Authorization: authorization } });

describe('without ADMIN_PASSWORD', () => {
  it('there are no figures, no page and no board, for nobody', async () => {
    const open = await startSystem({ redis: system.redis, workers: 0 });
    for (const path of HIDDEN) {
      for (const authorization of [undefined, basic('', ''), basic('admin', 'null'), basic('admin', PASSWORD)]) {
        const response = await get(path, authorization, open.urls[0]);
        expect({ path, status: response.status, asked: response.headers.get('www-authenticate') }).toEqual({
          path,
          status: 404,
          asked: null,
        });
      }
    }
    const act = await fetch(`${open.urls[0]}/admin/act`, {
      method: 'POST',
      body: '{"act":"clear","on":"lobby"}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(act.status).toBe(404);
    await open.stop();
  });
});

describe('with ADMIN_PASSWORD', () => {
  it.each(HIDDEN)('%s wants it, whatever the name', async (path) => {
    const wrong = [
      undefined,
      basic('admin', ''),
      basic('admin', 'wrong'),
      basic(PASSWORD, ''),
      basic('admin', `${PASSWORD}x`),
      'Basic',
      'Basic %%%',
      'Bearer x',
      `Bearer ${PASSWORD.trim().replace('ö', 'o')}`,
    ];
    for (const authorization of wrong) {
      const response = await get(path, authorization);
      expect({ authorization, status: response.status }).toEqual({ authorization, status: 401 });
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    }
    for (const name of ['admin', '']) expect((await get(path, basic(name, PASSWORD))).status).toBe(200);
  });

  it("a page of another site cannot make the host's browser change the queues", async () => {
    const add = (headers: object) =>
      fetch(`${url}/admin/queues/api/queues/upkeep/add`, {
        method: 'POST',
        body: 'name=forged&data=1',
        headers: {
          Authorization: basic('', PASSWORD),
          'Content-Type': 'application/x-www-form-urlencoded',
          ...headers,
        },
      });
    for (const site of ['cross-site', 'same-site']) expect((await add({ 'Sec-Fetch-Site': site })).status).toBe(403);
    for (const origin of ['http://evil.example', 'null', `${url}0`])
      expect((await add({ Origin: origin })).status).toBe(403); // plain HTTP
    for (const own of [
      { 'Sec-Fetch-Site': 'same-origin' },
      { Origin: url },
      { Origin: 'http://chat.example:81', 'X-Forwarded-Host': 'chat.example' },
    ])
      expect((await add(own)).status).not.toBe(403);
  });

  it('the board cannot be reached by another spelling of its path', async () => {
    for (const path of [
      '/admin//queues',
      '/admin/admin.html',
      '/admin.html',
      '/assets/admin.js',
      '/static/../admin/figures',
      '/admin//figures',
      '/ADMIN/figures',
      '//admin/queues',
      '/ADMIN/QUEUES',
      '/admin/queues/..%2fqueues',
      '/admin/%71ueues',
      '/static/../admin/queues',
    ]) {
      expect([401, 404], path).toContain((await fetchText('GET', `${url}${path}`)).status);
    }
    for (const path of ['/ADMIN', '/Admin/figures', '/METRICS'])
      expect((await get(path, basic('', PASSWORD))).status, path).toBe(404); // they would have other headers
  });
});

describe('in a browser', () => {
  it('the board shows both queues, loads nothing from elsewhere, and leads back', async ({ stage }) => {
    const { browser, room } = stage;
    await TestUser.join(url, { room }); // a job of that room's queue
    const page = await browser.newPage({ httpCredentials: { username: 'host', password: PASSWORD } });
    const [loaded, errors]: [string[], string[]] = [[], []];
    page.on('response', (response) => loaded.push(response.url()));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${url}/admin/queues`);
    const fanOut = onCluster ? `fanout-${crc32(room) % 8}` : 'fanout';
    for (const queue of [fanOut, 'upkeep']) await page.getByRole('main').getByText(queue, { exact: true }).waitFor();
    await page.getByRole('main').getByText(fanOut, { exact: true }).click();
    const job = page.getByText(/^(advance|lease)$/).first();
    await job.waitFor();
    expect(loaded.filter((one) => !one.startsWith(url) && !one.startsWith('data:'))).toEqual([]);
    expect(errors).toEqual([]);
    await page.getByRole('link', { name: 'Host' }).click();
    await page.getByRole('heading', { name: 'Host' }).waitFor();
  });

  it("the chat's own pages keep their stricter policy, and what is the host's is of no use to pages elsewhere", async () => {
    const policy = (await get('/')).headers.get('content-security-policy');
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toContain('unsafe');
    for (const path of ['/admin', '/admin/figures', '/metrics'])
      expect((await get(path)).headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});
