/** Exposure: headers of every kind of answer, and secrets that only their user may have. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { root } from '../support/child.js';
import { call, fetchText } from '../support/client.js';
import { browserWith } from '../support/fixtures/browser.js';
import type { TestSystem } from '../support/processes.js';
import { allKeys, openRedis } from '../support/redis.js';
import { sendRaw } from '../support/rubbish-replies.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const PASSWORD = 'only the host';
const folder = `${root}/dist/apps/web/public`;
const pages = readdirSync(folder).filter((file) => file.endsWith('.html') && file !== 'text.html');
const scripts = readdirSync(folder).filter((file) => file.endsWith('.js'));

const it = browserWith({ apis: 2, env: { ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'trace' } });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = started.url;
});

const headersOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${url}${path}`, { headers, redirect: 'manual' })).headers;

describe('our own pages', () => {
  it.each(pages)(
    '%s may run only our scripts, be framed only by us, and tell nobody where its visitor came from',
    async (page) => {
      const headers = await headersOf(`/${page}`);
      const policy = headers.get('content-security-policy') ?? '';
      for (const rule of [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "form-action 'self'",
      ])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/unsafe|\*|data:(?! *;).*script/);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'SAMEORIGIN',
      });
      const html = readFileSync(`${folder}/${page}`, 'utf8');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:|\sstyle=/i);
    },
  );

  it('load images from other hosts only where there is a chat', async () => {
    const imagesOn = async (path: string) =>
      /img-src ([^;]*)/.exec((await headersOf(path)).get('content-security-policy') ?? '')?.[1];
    for (const path of ['/', '/r/lobby', '/embed/lobby'])
      expect(await imagesOn(path), path).toBe("'self' data: https:");
    for (const path of ['/docs', '/examples', '/admin', '/rooms', '/doctor.html'])
      expect(await imagesOn(path), path).toBe("'self' data:");
  });

  it('have no origin where they may load from anywhere: the frame of the doctor', async () => {
    expect((await headersOf('/doctor-frame.html')).get('content-security-policy')).toMatch(
      /sandbox allow-scripts(;|$)/,
    );
    expect((await headersOf('/doctor.html')).get('content-security-policy')).not.toMatch(/sandbox|script-src[^;]*http/);
  });

  it('cannot be framed by a page of another origin', async ({ stage }) => {
    const page = await stage.browser.newPage();
    await page.route('http://elsewhere.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}/r/framed"></iframe>` }),
    );
    await page.goto('http://elsewhere.example/');
    await until(() => page.frames()[1]?.url().startsWith('chrome-error:'), 'the frame to be refused');
  });
});

describe('every answer', () => {
  it.each([
    ...scripts.map((file) => `/${file}`),
    '/',
    '/health',
    '/ready',
    '/nowhere',
    '/metrics',
    '/admin/queues',
    '/api/rooms',
    '/api/nothing',
    '/jsonp/rooms?callback=f',
    '/jsonp/rooms',
    '/robots.txt',
  ])('%s says what it is, and that nothing else may be guessed', async (path) => {
    const headers = await headersOf(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toMatch(
      /^(text\/(html|javascript|plain|css)|application\/(json|javascript)); charset=utf-8$/,
    );
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('nosniff even to what is no path', async () => {
    expect(
      await sendRaw(
        Number(new URL(url).port),
        Buffer.from('GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      ),
    ).toMatch(/^HTTP\/1\.1 400 [\s\S]*X-Content-Type-Options: nosniff/i);
  });

  it.each([...scripts.map((file) => `/${file}`), '/api/rooms', '/jsonp/rooms?callback=f'])(
    '%s may be loaded by pages of other origins',
    async (path) => {
      expect((await headersOf(path)).get('cross-origin-resource-policy')).toBe('cross-origin');
    },
  );

  it.each([
    '/api/rooms',
    '/api/nothing',
    '/jsonp/rooms?callback=f',
    '/jsonp/rooms',
    '/health',
    '/ready',
    '/metrics',
    '/admin/queues',
  ])('%s is stored by no cache; nothing that a cache does not know of changes it', async (path) => {
    expect((await headersOf(path)).get('cache-control')).toBe('no-store');
    const [plain, bent] = await Promise.all(
      [
        {} as Record<string, string>,
        {
          'X-Forwarded-Host': 'evil.example',
          'X-Original-URL': '/admin',
          'X-HTTP-Method-Override': 'DELETE',
          Origin: 'https://evil.example',
          'Accept-Language': 'xx',
        },
      ].map(async (headers) => {
        const response = await fetch(`${url}${path}`, { headers });
        return { status: response.status, text: await response.text() };
      }),
    );
    expect(bent).toEqual(plain);
  });

  it('of a page or script is asked for anew each time, and varies only with its encoding', async () => {
    for (const path of ['/', '/chat.js']) {
      const headers = await headersOf(path, { 'X-Forwarded-Host': 'evil.example' });
      expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-cache', 'Accept-Encoding']);
    }
  });
});

/** Calls with a token in every way. */
async function give(token: string): Promise<void> {
  for (const way of ['jsonp', 'api-post'] as const)
    for (const base of system.urls) await call(base, 'history', { token }, { way });
  await fetch(`${url}/api/members`, { headers: { Authorization: `Bearer ${token}` } });
  await fetch(`${url}/nowhere?token=${token}`);
  await fetch(`${url}/api/send?token=${token}`, { method: 'POST', body: '{' });
}

describe('a token', () => {
  it('is in no log, no figure and no key of Redis, however it was given, taken or refused', async () => {
    const user = await TestUser.join(system.urls, { room: 'secret', name: 'Keeper' });
    const follower = user.follow();
    const secret = 'the text nobody else may read';
    await user.send(secret);
    await until(() => follower.texts().includes(secret), 'the message');
    await follower.stop();
    const lost = `999999.${'Z'.repeat(24)}`;
    for (const token of [user.token, lost]) await give(token);
    const own = 'name.only-she-has-this-secret';
    for (const way of ['jsonp', 'api-post'] as const)
      for (const room of ['secret', 'no room'])
        await call(url, 'join', { name: `Her ${way}`, room, secret: own }, { way });
    const figures = await (
      await fetch(`${url}/metrics`, {
        headers: { Authorization: `Basic ${Buffer.from(`:${PASSWORD}`).toString('base64')}` },
      })
    ).text();
    const redis = openRedis(system.redis.url);
    await redis.config('SET', 'rdbcompression', 'no'); // so that a dump can be searched
    const kept = await Promise.all(
      (await allKeys(redis)).map(async (key) => `${key} ${String(await redis.dump(key))}`),
    );
    redis.disconnect();
    const logs = [...system.apis, ...system.workers].map((process) => process.output());
    for (const text of [...logs, figures, ...kept])
      for (const token of [user.token, lost, own]) expect(text).not.toContain(token.split('.')[1]);
    for (const text of [...logs, figures]) expect(text).not.toContain(secret);
  });

  it('is so long that guessing is hopeless, and never the same twice', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => TestUser.join(url))).then((users) =>
      users.map(({ token }) => token.split('.')[1] ?? ''),
    );
    expect(new Set(tokens).size).toBe(20);
    for (const secret of tokens) expect(Buffer.from(secret, 'base64url')).toHaveLength(18);
  });

  it('does not travel in the Referer of a page that uses us, nor of ours', async ({ stage }) => {
    const page = await stage.browser.newPage();
    const referers = await refererOf(page, `${url}/r/referer`);
    expect(referers.filter((referer) => /token|jsonp|api/.test(referer))).toEqual([]);
  });
});

/** The Referer of every request that a page makes until it is in its room. */
async function refererOf(page: Page, address: string): Promise<string[]> {
  const referers: string[] = [];
  page.on(
    'request',
    (request) =>
      void request.allHeaders().then(
        (headers) => referers.push(headers.referer ?? ''),
        () => undefined,
      ),
  );
  await page.goto(address);
  await page.getByRole('textbox', { name: 'Message' }).fill('hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log', { name: 'Messages' }).getByText('hello', { exact: true }).waitFor();
  expect(referers.length).toBeGreaterThan(3);
  return referers;
}

describe('a name or text that looks like a command or a key of Redis', () => {
  it.each([
    'nick:*',
    '{u0}:1',
    'user:{u0}:1',
    'a\u00a0*2 $4 PING',
    '$-1',
    '*',
    'x"]};return 1--',
    "'..redis.call('FLUSHALL')..'",
    '%d %s',
    '[^%w]+',
  ])('%j is a name and a text like any other', async (name) => {
    const before = await TestUser.join(url, { room: 'keys' });
    const user = await TestUser.join(url, { name, room: 'keys' });
    await user.send({ text: name, data: { [name]: name }, id: 'n' });
    const { events } = await before.ask<{ events: object[] }>('history', { limit: 1 });
    expect(events).toEqual([
      expect.objectContaining({ from: { id: user.id, name }, text: name, data: { [name]: name } }),
    ]);
    expect((await before.ask<{ members: object[] }>('members')).members).toContainEqual({ id: user.id, name });
    await user.ask('leave');
  });

  it.each(['*', 'r:1', '{r1}', 'a b', 'a\r\nFLUSHALL', '1:2', '../x', ''])('%j is no room', async (room) => {
    expect((await call(url, 'join', { room })).body).toMatchObject({
      ok: false,
      error: { code: 'bad_request', field: 'room' },
    });
  });
});

describe('a page that did not join', () => {
  it('learns by JSONP only what is public: no operation answers in the name of who has the browser', async () => {
    await TestUser.join(url, { room: 'hidden' });
    for (const [operation, parameters] of [
      ['history', { room: 'hidden' }],
      ['members', { room: 'hidden' }],
      ['poll', {}],
      ['send', { room: 'hidden', text: 'x' }],
      ['leave', {}],
      ['rename', { name: 'x' }],
    ] as const) {
      const { text } = await fetchText(
        'GET',
        `${url}/jsonp/${operation}?callback=f&${new URLSearchParams(parameters)}`,
      );
      expect(text).toContain('"field":"token"');
    }
  });

  it('cannot send for a user by a cookie or a form: there is nothing that a browser adds by itself', async () => {
    const user = await TestUser.join(url, { room: 'forms' });
    const response = await fetch(`${url}/api/send`, {
      method: 'POST',
      headers: { Cookie: `token=${user.token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'text=forged',
    });
    expect(await response.json()).toMatchObject({ error: { code: 'bad_request', field: 'token' } });
    expect((await call(url, 'send', { text: 'forged' })).body).toMatchObject({ error: { field: 'token' } });
  });
});
