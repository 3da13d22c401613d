/** The log with LOG_LEVEL=debug: it follows a message from its send to its readers, and has nothing private. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Child } from '../support/child.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const ROOM = 'kitchen-of-ann';
const MARK = createHash('sha256').update(ROOM).digest('hex').slice(0, 8);

interface Line {
  msg: string;
  request?: string;
  operation?: string;
  user?: number;
  event?: string;
  events?: string[];
  code?: string;
}

const it = systemWith({ apis: 2, env: { LOG_LEVEL: 'debug', TRUST_PROXY: 1 } });
let system: TestSystem, url: string;
it.beforeAll(({ system: started }) => {
  system = started;
  url = system.url;
});

function lines(...processes: Child[]): Line[] {
  const texts = processes.flatMap((process) => process.output().split('\n').slice(0, -1)); // the last may not be whole yet
  return texts.map((text) => JSON.parse(text) as Line);
}

const lineOf = (what: string, matches: (line: Line) => boolean, ...processes: Child[]) =>
  until(() => lines(...processes).find((line) => line.msg === what && matches(line)), `a line "${what}"`);

/** Sends as through a proxy that gives requests an id. */
async function send(user: TestUser, id: string, fields: object, base = url): Promise<string> {
  const body = JSON.stringify({ token: user.token, ...fields });
  const answer = await fetch(`${base}/api/send`, { method: 'POST', body, headers: { 'X-Request-Id': id } });
  expect([...answer.headers.keys()]).not.toContain('x-request-id');
  return ((await answer.json()) as { id: string }).id;
}

it("follows a message by its room's mark and log id: accepted, fanned out, given, in whatever process", async () => {
  const users = await Promise.all(
    (['poll', 'stream'] as const).map((asking, i) =>
      TestUser.join(system.urls[i] ?? '', { room: ROOM, name: `Confidential ${i}`, asking }),
    ),
  );
  const followers = users.map((user) => user.follow());
  const [ann = expect.fail(), bert = expect.fail()] = users;
  const text = 'for no log';
  const event = `${MARK}/${await send(ann, 'from-the-proxy-1', { text })}`;
  await Promise.all(followers.map((follower) => until(() => follower.texts().includes(text), 'the message')));
  await Promise.all(followers.map((follower) => follower.stop()));

  expect(await lineOf('accepted', (line) => line.event === event, ...system.apis)).toMatchObject({
    request: 'from-the-proxy-1',
    operation: 'send',
    user: ann.id,
  });
  await lineOf('fanned out', ({ events }) => events?.includes(event) ?? false, ...system.workers);
  for (const [user, operation] of [
    [ann, 'poll'],
    [bert, 'stream'],
  ] as const) {
    const given = await lineOf(
      'given',
      (line) => line.user === user.id && (line.events?.includes(event) ?? false),
      ...system.apis,
    );
    expect(given.request).toMatch(/^[0-9a-f]{16}$/);
    expect(given.operation).toBe(operation);
  }
  const all = [...system.apis, ...system.workers].map((process) => process.output()).join('');
  for (const secret of [text, ROOM, 'Confidential', ann.token, '127.0.0.1', '/api/']) expect(all).not.toContain(secret);
});

it('says what was refused, and who asked; an id that is none, and a path that is no operation, are not repeated', async () => {
  const user = await TestUser.join(url);
  await send(user, 'a b<c>', { room: 'nowhere', text: 'x' });
  expect(await lineOf('refused', ({ code }) => code === 'not_in_room', ...system.apis)).toMatchObject({
    operation: 'send',
    user: user.id,
    request: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
  });
  await fetch(`${url}/api/of-my-own`);
  expect(await lineOf('refused', ({ code }) => code === 'unknown_operation', ...system.apis)).toMatchObject({
    operation: 'unknown',
  });
});

it('does not tell of private messages whose they are', async () => {
  const [ann, bert] = await Promise.all([TestUser.join(url), TestUser.join(url)]);
  const id = await send(ann, 'private-1', { to: bert.id, text: 'x' });
  expect(await lineOf('accepted', ({ request }) => request === 'private-1', ...system.apis)).toMatchObject({
    event: `private/${id}`,
  });
});

it('believes no id of a request without a proxy of ours: a client could give many one id', async () => {
  const open = await system.addApi({ TRUST_PROXY: 0 });
  const user = await TestUser.join(open.url);
  const id = await send(user, 'made-up', { text: 'x' }, open.url);
  const { request } = await lineOf('accepted', ({ event }) => event?.endsWith(`/${id}`) ?? false, open);
  expect(request).toMatch(/^[0-9a-f]{16}$/);
});
