/** A stream whose client reads slowly or says nothing, and one whose process ends or has no room. */
import { describe, expect } from 'vitest';
import { EVENTS_MAX } from '../../shared/protocol/limits.js';
import { bothWays, freshRoom } from '../support/fixtures/parts.js';
import type { PartStream } from '../support/part-stream.js';
import { openPart, type Part } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { hears, StreamScene } from '../support/stream-scene.js';
import { until } from '../support/until.js';

const INBOX_MAX = 150;

describe.for(bothWays({ CLIENT_TIMEOUT: '7', INBOX_MAX: `${INBOX_MAX}` }))('with LIVE=%s, a stream', ([, it]) => {
  let scene: StreamScene, here: Part, anna: Person;

  it.beforeEach(async ({ part, otherPart, worker }) => {
    here = part;
    scene = await StreamScene.set({ here, there: otherPart, worker });
    ({ anna } = scene);
  });
  it.afterEach(() => scene.end());

  it('stops at a client that reads nothing, and goes on behind it; the inbox keeps the rest', async () => {
    const stream = await scene.open();
    stream.stop();
    await scene.say('first');
    await hears(stream, 'first');
    const texts = Array.from({ length: EVENTS_MAX + 20 }, (_, i) => `m${i}`);
    await scene.say(...texts);
    await scene.signal('outdated');
    await scene.signal('newest');
    await scene.say('last');
    expect(stream.texts).toEqual(['first']);
    stream.readOn();
    await hears(stream, 'last');
    expect(stream.texts).toEqual(['first', ...texts, 'last']);
    const signals = stream.answers.flatMap(({ events }) => events).filter(({ type }) => String(type) === 'signal');
    expect(signals.length).toBeLessThan(2);
  });

  it('tells a client that has read nothing for long how many events its inbox has lost meanwhile', async () => {
    const stream = await scene.open();
    stream.stop();
    await scene.say('first');
    await hears(stream, 'first');
    const texts = Array.from({ length: INBOX_MAX + 50 }, (_, i) => `m${i}`);
    for (let sent = 0; sent < texts.length; sent += 50) await scene.say(...texts.slice(sent, sent + 50));
    await until(() => !here.polls.live.mirrors.ofToken(anna.token), 'its mirror to be full');
    stream.readOn();
    await hears(stream, texts.at(-1) ?? '');
    const missed = stream.answers.reduce((sum, answer) => sum + (answer.missed ?? 0), 0);
    expect(missed).toBeGreaterThan(0);
    expect(stream.texts).toEqual(['first', ...texts.slice(missed)]);
  });

  it('whose client reads nothing for CLIENT_TIMEOUT is broken off', async () => {
    const stream = await scene.open();
    stream.stop();
    await scene.say('first');
    await hears(stream, 'first');
    scene.tick(6);
    expect(stream.aborted).toBe(false);
    scene.tick(8);
    expect(stream.aborted).toBe(true);
    const again = await scene.open(here, anna.cursor);
    await hears(again, 'first');
  });

  it('gets a comment when it is quiet for a quarter of a minute, and only then', async () => {
    const stream = await scene.open();
    for (let second = 0; second < 12; second += 1) scene.tick(second);
    expect(stream.comments).toBe(0);
    await scene.say('not quiet');
    await hears(stream, 'not quiet');
    for (let second = 0; second < 12; second += 1) scene.tick(second);
    expect(stream.comments).toBe(0);
    await until(() => {
      scene.tick(15);
      return stream.comments > 0;
    }, 'a comment');
    for (let second = 0; second < 12; second += 1) scene.tick(second);
    expect(stream.comments).toBe(1);
  });

  it('ends within that time when the host switches its page or address off', async () => {
    const stream = await scene.open();
    stream.refusal = new Error('switched off');
    for (let second = 0; second < 15; second += 1) scene.tick(second);
    expect(stream.failure).toBe(stream.refusal);
  });

  it('gets signals at once, and several that come soon after together', async () => {
    const stream = await scene.open();
    await until(() => here.polls.heldIn(scene.room).length > 0, 'to hear');
    for (const data of [1, 2, 3]) await scene.signal(data);
    const given = () => stream.answers.map(({ events }) => events.map((event) => (event as { data?: unknown }).data));
    await until(() => given().flat().length === 3, 'all signals');
    expect(given().flat()).toEqual([1, 2, 3]);
    expect(given()[0]).toEqual([1]);
    expect(new Set(stream.answers.map(({ cursor }) => cursor)).size).toBe(1);
  });
});

describe.for(bothWays())('with LIVE=%s, a process that ends', ([, it]) => {
  it('ends its streams, and tells each when to come again', async ({ redis, part, worker, settings }) => {
    const room = freshRoom();
    const going = await openPart(redis.url, settings);
    const people = await Promise.all(Array.from({ length: 20 }, () => joinAs(going, room)));
    await worker.fanOut.advanceRoom(room);
    const streams = people.map(({ token, cursor }) => going.stream(token, cursor));
    await until(() => streams.every((stream) => stream.answers.length > 0), 'the beginning');
    await people[0]?.send(part, 'before');
    await worker.fanOut.advanceRoom(room);
    going.polls.drain();
    await until(() => streams.every((stream) => stream.ended), 'the end');
    const waits = streams.map(({ returnAfterMs }) => returnAfterMs ?? -1);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(new Set(waits).size).toBeGreaterThan(5);
    const late = going.stream(people[0]?.token ?? '', null);
    await until(() => late.ended, 'the end of one that came late');
    expect(late.returnAfterMs).not.toBeNull();
    await people[0]?.send(part, 'after');
    await worker.fanOut.advanceRoom(room);
    const resumed = streams.map(({ cursor = '' }, at) => part.stream(people[at]?.token ?? '', cursor));
    await until(() => resumed.every(({ texts }) => texts.includes('after')), 'all of it');
    for (const [at, stream] of streams.entries())
      expect([...stream.texts, ...(resumed[at]?.texts ?? [])]).toEqual(['before', 'after']);
    for (const stream of resumed) stream.go();
    await going.close();
  });
});

describe.for(bothWays({ POLL_CONNECTIONS: '1' }))('with LIVE=%s and one connection for BLPOP', ([LIVE, it]) => {
  it('a second stream is unavailable only if it needs one', async ({ part, worker }) => {
    const room = freshRoom();
    const people = [await joinAs(part, room), await joinAs(part, room)];
    await worker.fanOut.advanceRoom(room);
    const streams: PartStream[] = [];
    for (const person of people) {
      while ((await person.poll(part)).events.length > 0);
      const stream = part.stream(person.token, person.cursor);
      await until(() => part.polls.heldFor(person.id) ?? stream.failure, 'held or refused');
      streams.push(stream);
    }
    const refused = LIVE === 'on' ? null : expect.objectContaining({ code: 'unavailable', details: { retryAfter: 2 } });
    expect(streams.map(({ failure }) => failure)).toEqual([null, refused]);
    for (const stream of streams) stream.go();
  });
});
