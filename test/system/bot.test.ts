/** The bot of docs/api.md runs in Node: its text is taken from the page as it stands. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { UserRef } from '../../shared/protocol/events.js';
import { Child } from '../support/child.js';
import { systemTest } from '../support/fixtures/system.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const BOT = /<!-- bot -->\s*```js\n([\s\S]*?)```/;
const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

systemTest('the bot of the docs answers, and has its name back after a restart', async ({ url }) => {
  const code = (BOT.exec(page)?.[1] ?? '').replace('http://localhost:8080', url);
  const start = async (): Promise<Child> => {
    const [bot] = await Child.start('node', ['--input-type=module', '-e', code], env, /^/);
    return bot;
  };
  const env = { ...process.env, SECRET: randomUUID() };
  const ann = await TestUser.join(url, { room: 'fiddle', name: 'Ann' });
  const follower = ann.follow();
  const namesakes = async (): Promise<UserRef[]> => {
    const { members } = await ann.ask<{ members: UserRef[] }>('members', { room: 'fiddle' });
    return members.filter(({ name }) => name === 'clock');
  };
  const answers = async (): Promise<void> => {
    const { id } = await ann.send({ room: 'fiddle', text: '!time' });
    await until(() => follower.events.some(({ re }) => re === id), 'the answer');
    const { from, text } = follower.events.find(({ re }) => re === id) ?? expect.fail();
    expect(from.name).toBe('clock');
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  };
  const first = await start();
  await until(async () => (await namesakes()).length === 1, 'the bot');
  const [former] = await namesakes();
  await answers();
  await first.kill();
  const second = await start();
  const another = async (): Promise<boolean> => {
    const [namesake] = await namesakes();
    return namesake !== undefined && namesake.id !== former?.id;
  };
  await until(another, 'another user with the name');
  await answers();
  expect(await namesakes()).toHaveLength(1);
  await ann.send({ room: 'fiddle', text: 'what time is it?' });
  await answers();
  expect(follower.events.filter(({ from, type }) => type === 'message' && from.name === 'clock')).toHaveLength(3);
  expect(second.output()).toBe('');
  await second.kill();
  await follower.stop();
});
