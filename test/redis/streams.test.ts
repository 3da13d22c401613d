/** What a stream gives, what it keeps until it is acknowledged, and who takes over from it. */
import { describe, expect } from 'vitest';
import { EVENTS_MAX } from '../../shared/protocol/limits.js';
import { type Cursor, parseCursor } from '../../shared/store/inboxes.js';
import { bothWays } from '../support/fixtures/parts.js';
import type { Part } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { hears, StreamScene } from '../support/stream-scene.js';
import { until } from '../support/until.js';

describe.for(bothWays())('with LIVE=%s, a stream', ([LIVE, it]) => {
  let scene: StreamScene, here: Part, there: Part, anna: Person;

  it.beforeEach(async ({ part, otherPart, worker }) => {
    [here, there] = [part, otherPart];
    scene = await StreamScene.set({ here, there, worker });
    ({ anna } = scene);
  });
  it.afterEach(() => scene.end());

  /** Writes to Redis what is acknowledged, in either way to wait. */
  async function write(): Promise<void> {
    if (LIVE === 'on') await here.polls.live.tick();
    else await scene.say('an event makes a stream that waits by BLPOP attach');
  }

  it('gives each message as a poll does, one after the other, and waits in the way that its process has', async () => {
    const stream = await scene.open();
    await scene.say('one');
    await hears(stream, 'one');
    await scene.say('two', 'three');
    await hears(stream, 'three');
    expect(stream.texts).toEqual(['one', 'two', 'three']);
    expect(Object.keys(stream.answers[0] ?? {})).toEqual(['ok', 'cursor', 'events']);
    await until(() => here.polls.heldFor(anna.id), 'to be held');
    expect(here.polls.live.mirrors.ofToken(anna.token) !== undefined).toBe(LIVE === 'on');
  });

  it('is live at once, also without a cursor, if that is open', async () => {
    const carl = await joinAs(there, scene.room);
    await scene.say('before');
    const stream = await scene.open(here, null, carl.token);
    await until(() => here.polls.heldFor(carl.id), 'to be held');
    expect(here.polls.live.mirrors.ofToken(carl.token) !== undefined).toBe(LIVE === 'on');
    await scene.say('to carl');
    await hears(stream, 'to carl');
  });

  it('begins with all that waits, however much more than one answer it is', async () => {
    const texts = Array.from({ length: 2.5 * EVENTS_MAX }, (_, i) => `m${i}`);
    await scene.say(...texts);
    const stream = await scene.open();
    await hears(stream, texts.at(-1) ?? '');
    expect(stream.texts).toEqual(texts);
    expect(stream.answers.length).toBeGreaterThan(2);
    await scene.say('after');
    await hears(stream, 'after');
  });

  it('keeps in Redis what it has given until that is acknowledged, here or at another process', async () => {
    const stream = await scene.open();
    await scene.say('one', 'two');
    await hears(stream, 'two');
    await scene.say('three');
    await hears(stream, 'three');
    expect(await scene.inbox()).toHaveLength(3);
    for (const part of [here, there]) {
      const acknowledged = part === here ? 'two' : 'three';
      const answer = stream.answers.find(({ events }) => events.at(-1)?.text === acknowledged);
      await part.call('ack', { token: anna.token, cursor: cursorOf(answer?.cursor ?? '') });
      await write();
      await until(async () => !(await scene.inbox()).includes(acknowledged), 'less');
      expect((await scene.inbox()).includes('three')).toBe(part === here);
    }
    await scene.say('four');
    await hears(stream, 'four');
    expect(stream.texts.slice(0, 3)).toEqual(['one', 'two', 'three']);
    expect(stream.answers.every(({ reset, missed }) => reset === undefined && missed === undefined)).toBe(true);
  });

  it('that breaks is resumed by its last id, here or elsewhere: nothing is lost, and nothing comes twice', async () => {
    const first = await scene.open();
    await scene.say('one');
    await hears(first, 'one');
    first.go();
    await scene.say('two');
    const second = await scene.open(there, first.cursor);
    await hears(second, 'two');
    second.go();
    const again = await scene.open(here, first.cursor); // what the second gave has not arrived
    await hears(again, 'two');
    expect([first.texts, second.texts, again.texts]).toEqual([['one'], ['two'], ['two']]);
  });

  it('counts what it gave half a minute ago as had, if its client never acknowledges', async () => {
    const stream = await scene.open();
    await scene.say('old');
    await hears(stream, 'old');
    scene.tick(1);
    await scene.say('young');
    await hears(stream, 'young');
    scene.tick(28);
    await write();
    expect((await scene.inbox()).length).toBeGreaterThanOrEqual(2);
    scene.tick(32);
    await write();
    await until(async () => (await scene.inbox())[0] === 'young', 'the old one is gone');
    stream.go();
    const again = await scene.open(there, anna.cursor);
    await hears(again, 'young');
    expect(again.texts).not.toContain('old');
    expect(again.answers[0]?.missed).toBeUndefined();
  });

  it('does not count it while nothing leaves the process, nor if its client does acknowledge', async () => {
    const stream = await scene.open();
    await scene.say('one');
    await hears(stream, 'one');
    await here.call('ack', { token: anna.token, cursor: cursorOf(stream.cursor ?? '') });
    await scene.say('two');
    await hears(stream, 'two');
    for (const seconds of [1, 33, 60]) scene.tick(seconds);
    await write();
    await until(async () => (await scene.inbox())[0] === 'two', 'the first one is gone');
    stream.stop();
    for (const seconds of [61, 100]) scene.tick(seconds);
    expect(stream.ended).toBe(false);
    stream.readOn();
    scene.tick(100); // its client has acknowledged before, and nothing for so long: there is nobody any more
    expect(stream.aborted).toBe(true);
  });

  it('acknowledges nothing that it has not given, nor with the token of somebody else', async () => {
    const stream = await scene.open();
    await scene.say('one');
    await hears(stream, 'one');
    const { count, ...rest } = cursorOf(stream.cursor ?? '');
    for (const part of [here, there])
      await part.call('ack', { token: anna.token, cursor: { ...rest, count: count + 5 } });
    for (const part of [here, there]) {
      await part.call('ack', { token: anna.token, cursor: { ...rest, count, eventId: '1-1' } });
      await part.call('ack', { token: anna.token, cursor: { ...rest, count, digest: rest.digest + 1 } });
    }
    const wrong = anna.token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    await expect(there.call('ack', { token: wrong, cursor: { ...rest, count } })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await scene.say('two');
    await hears(stream, 'two');
    await here.polls.live.tick();
    expect(await scene.inbox()).toEqual(['one', 'two']);
  });

  it.for([
    ['stream', 'here'],
    ['stream', 'there'],
    ['poll', 'here'],
    ['poll', 'there'],
  ] as const)('is superseded by a newer %s %s', async ([way, where]) => {
    const stream = await scene.open();
    await until(() => here.polls.heldFor(anna.id), 'to be held');
    const part = where === 'here' ? here : there;
    const newer = way === 'stream' ? await scene.open(part) : anna.poll(part, 10);
    await until(() => stream.failure, 'the end');
    expect(stream.failure).toMatchObject({ code: 'superseded' });
    await scene.say('to the newer');
    if (newer instanceof Promise) await newer;
    else await hears(newer, 'to the newer');
    expect(stream.texts).toEqual([]);
  });

  it('supersedes an older poll', async () => {
    const superseded = expect(anna.poll(here, 10)).rejects.toMatchObject({ code: 'superseded' });
    await until(() => here.polls.heldFor(anna.id), 'a held poll');
    await scene.open(there);
    await superseded;
  });

  it('ends with unauthorized when its user does, and for a token that is none', async () => {
    const stream = await scene.open();
    await there.call('leave', { token: anna.token });
    await until(() => stream.failure, 'the end');
    expect(stream.failure).toMatchObject({ code: 'unauthorized' });
    for (const token of [anna.token, 'nonsense'])
      expect((await scene.open(here, null, token)).failure).toMatchObject({ code: 'unauthorized' });
  });
});

function cursorOf(text: string): Cursor {
  return parseCursor(text) ?? expect.fail(`no cursor: ${text}`);
}
