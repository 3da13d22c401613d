/** Outgoing hooks with whole processes: the receiver of the docs, and a worker that is killed. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { Child } from '../support/child.js';
import { systemWith } from '../support/fixtures/system.js';
import { HookReceiver } from '../support/hook-receiver.js';
import { HOOKS_ON } from '../support/hooks-world.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ env: { ...HOOKS_ON, RATE_LIMITS: 'off', ADMIN_PASSWORD: 'word' } });
const RECEIVER = /<!-- receiver -->\s*```js\n([\s\S]*?)```/;
const page = readFileSync(new URL('../../docs/hooks.md', import.meta.url), 'utf8');

interface Added {
  id: string;
  secret: string;
}

it('the receiver of the docs prints what is said, and refuses what is not signed by it, or old', async ({ url }) => {
  const port = await freePort();
  const room = 'docs';
  const anna = await TestUser.join(url, { room, name: 'Anna' });
  const target = `http://127.0.0.1:${port}/`;
  const { secret } = await anna.ask<Added>('hook', { room, url: target });
  const env = { ...process.env, SECRET: secret, PORT: String(port) };
  const code = RECEIVER.exec(page)?.[1] ?? '';
  const [receiver] = await Child.start('node', ['--input-type=module', '-e', code], env, /ready/);
  await anna.send({ room, text: 'hello' });
  await until(() => receiver.output().includes('Anna: hello'), 'the message');

  const body = JSON.stringify({ events: [{ id: '1-0', from: { name: 'Eve' }, text: 'false' }] });
  const post = async (at: number, signature: string): Promise<number> => {
    const headers = { 'webhook-id': 'x', 'webhook-timestamp': String(at), 'webhook-signature': signature };
    return (await fetch(target, { method: 'POST', headers, body })).status;
  };
  const signed = (at: number): string => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`x.${at}.${body}`).digest('base64')}`;
  };
  const now = Math.floor(Date.now() / 1_000);
  expect([await post(now, ''), await post(now, 'v1,x'), await post(now, signed(now - 1))]).toEqual([401, 401, 401]);
  expect(await post(now - 3_600, signed(now - 3_600))).toBe(401);
  expect(receiver.output()).not.toContain('false');
  expect(await post(now, signed(now))).toBe(200);
  await receiver.kill();
});

it('a worker that is killed while a letter is under way loses nothing, and tells no log the address', async ({
  url,
  system,
}) => {
  const room = 'killed';
  const receiver = await HookReceiver.start();
  const anna = await TestUser.join(url, { room, name: 'Anna' });
  await anna.ask<Added>('hook', { room, url: `${receiver.url}/a-secret` });
  receiver.answer = () => undefined; // it is told, and its answer never comes
  const texts = ['one', 'two', 'three'];
  for (const text of texts) await anna.send({ room, text });
  await until(() => receiver.all.length > 0, 'the first letter');
  const [worker] = system.workers.splice(0);
  await worker?.kill();
  receiver.answer = 200;
  await system.addWorker();
  await until(() => receiver.texts.length >= 3, 'the letters after the kill', 30_000);
  await anna.send({ room, text: 'four' });
  await until(() => receiver.texts.includes('four'), 'the next message');
  expect([...new Set(receiver.texts)]).toEqual([...texts, 'four']);
  const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Basic ${btoa(':word')}` } });
  expect(await metrics.text()).toMatch(/chat_hooks_total\{outcome="sent"\} [1-9]/);
  const logs = [worker, ...system.workers, ...system.apis].map((process) => process?.output()).join('\n');
  expect(logs).toContain('"msg":"working"');
  expect(logs).not.toContain('a-secret');
  await receiver.down();
});

it('a hook that leads to a room’s own address is refused there, whatever its shape, and repeats nothing', async ({
  url,
}) => {
  const room = 'round';
  const anna = await TestUser.join(url, { room, name: 'Anna' });
  const base = `http://127.0.0.1:${new URL(url).port}`;
  for (const [shape, path] of [
    ['slack', `/r/${room}?name=echo`],
    ['ntfy', `/r/${room}`],
    ['slack', '/api/post'],
  ])
    await anna.ask<Added>('hook', { room, shape, url: base + path });
  await anna.send({ room, text: 'once' });
  await until(async () => {
    const { hooks } = await anna.ask<{ hooks: { error?: { message: string } }[] }>('hooks', { room });
    return hooks.every(({ error }) => error?.message.includes('400'));
  }, 'the refusals');
  for (const where of [room, 'lobby']) {
    const newcomer = await TestUser.join(url, { room: where, name: 'Bert' });
    const { events } = await newcomer.ask<{ events: { text: string }[] }>('history', { room: where, types: 'message' });
    expect(events.map(({ text }) => text)).toEqual(where === room ? ['once'] : []);
  }
});
