/** Polls against each other, against clients that go, and against a Redis from another time. */
import { describe, expect } from 'vitest';
import { bothWaysAsking, freshRoom } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { wipe } from '../support/redis.js';
import { until } from '../support/until.js';

describe.for(bothWaysAsking({ POLL_CONNECTIONS: '3' }))('with LIVE=%s, asked by %s', ([, , it]) => {
  let here: Part, there: Part, worker: Worker, anna: Person, bert: Person, room: string;

  it.beforeEach(async ({ scene, otherPart }) => {
    [here, there, worker] = [scene.part, otherPart, scene.worker];
    room = freshRoom();
    anna = await joinAs(here, room);
    bert = await joinAs(there, room);
    await worker.fanOut.advanceRoom(room);
    while ((await anna.poll(here)).events.length > 0);
  });

  async function say(text: string): Promise<void> {
    await bert.send(there, text);
    await worker.fanOut.advanceRoom(room);
  }

  const held = (part: Part): Promise<unknown> => until(() => part.polls.heldFor(anna.id), 'a held poll');

  it('the newest poll wins, on one process', async () => {
    const older = here.poll(anna.token, anna.cursor, 10);
    await held(here);
    const newer = anna.poll(here, 10);
    await expect(older).rejects.toMatchObject({ code: 'superseded' });
    await say('to the newer');
    await newer;
    expect(anna.texts).toEqual(['to the newer']);
  });

  it('the newest poll wins, over two processes', async () => {
    const older = here.poll(anna.token, anna.cursor, 10);
    await held(here);
    const newer = anna.poll(there, 10);
    await expect(older).rejects.toMatchObject({ code: 'superseded' });
    await say('to the newer');
    await newer;
    expect(anna.texts).toEqual(['to the newer']);
  });

  it('a poll that is superseded while it waits for a connection does not attach: the newer hears, and nothing is given to nobody', async () => {
    const { pool } = here.polls;
    const take = pool.acquire.bind(pool);
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    pool.acquire = async (key) => {
      await opened;
      return take(key);
    };
    await say('waiting');
    const older = here.call('poll', { token: anna.token, timeout: 10 });
    pool.acquire = take;
    const newer = here.poll(anna.token, null, 10);
    await expect(older).rejects.toMatchObject({ code: 'superseded' });
    open();
    expect((await newer).events.map((event) => event.text)).toContain('waiting');
    const last = here.poll(anna.token, null, 10);
    await held(here);
    await say('heard');
    expect((await last).events.map((event) => event.text)).toEqual(['heard']);
  });

  it('a client that goes frees its place at once and loses nothing', async () => {
    for (let i = 0; i < 10; i += 1) {
      let go: () => void = () => undefined;
      const abandoned = here
        .poll(anna.token, anna.cursor, 10, (gone) => {
          go = gone;
        })
        .catch(() => undefined);
      await held(here);
      if (i % 2 === 0) go();
      else await Promise.all([say(`m${i}`), Promise.resolve().then(() => go())]); // it goes as the bell rings
      go();
      await abandoned;
      await until(() => !here.polls.heldFor(anna.id), 'its place to be free');
      if (i % 2 === 1) await anna.receive(here, `m${i}`);
    }
    await until(() => here.polls.pool.waiting === 0, 'the pool to be free');
    expect(here.polls.pool.open).toBeLessThanOrEqual(3);
    expect(anna.texts).toEqual(['m1', 'm3', 'm5', 'm7', 'm9']);
  });

  it('without a cursor, what the last poll gave counts as acknowledged', async () => {
    await say('one');
    await until(
      async () => (await here.poll(anna.token, null)).events.some((event) => event.text === 'one'),
      'the message',
    );
    expect((await here.poll(anna.token, null)).events).toEqual([]);
  });

  it('a cursor that Redis has no event for resets and acknowledges nothing', async () => {
    await say('kept');
    await anna.receive(here, 'kept');
    const later = anna.cursor.replace(/\.(\d+)\./, (_, position: string) => `.${Number(position) + 5}.`);
    const other = anna.cursor.replace(/\d+-\d+$/, '1-1');
    for (const wrong of [later, other]) {
      const answer = await there.poll(anna.token, wrong, 5);
      expect(answer.reset).toBe(true);
      expect(answer.events.map((event) => event.text)).toContain('kept');
    }
  });

  it('a token of a wiped Redis is unauthorized', async () => {
    const poll = here.poll(anna.token, anna.cursor, 10).catch((error: unknown) => error);
    await held(here);
    await wipe(here.store.redis);
    const refusal = (error: { code: string }): string => error.code;
    await until(
      async () => (await here.poll(anna.token, anna.cursor).then(() => '', refusal)) === 'unauthorized',
      'unauthorized',
    );
    await poll;
  });

  it('a poll is answered unauthorized when its user leaves', async () => {
    const poll = here.poll(anna.token, anna.cursor, 10);
    await held(here);
    await Promise.all([
      expect(poll).rejects.toMatchObject({ code: 'unauthorized' }),
      there.call('leave', { token: anna.token }),
    ]);
  });

  it('a signal reaches held polls of members only, and leaves nothing', async () => {
    const carl = await joinAs(here, `${room}-other`);
    await worker.fanOut.advanceRoom(`${room}-other`);
    while ((await carl.poll(here)).events.length > 0);
    const other = carl.poll(here, 0.5);
    const poll = anna.poll(here, 10);
    await held(here);
    await there.call('signal', { token: bert.token, room, data: { x: 1 } });
    expect((await poll).events).toMatchObject([{ type: 'signal', room, data: { x: 1 } }]);
    expect((await other).events).toEqual([]);
    expect((await anna.poll(here)).events).toEqual([]);
  });

  it('who enters or exits while its poll is held gets the signals of its rooms', async () => {
    const poll = anna.poll(here, 10);
    await held(here);
    const second = `${room}-second`;
    await bert.poll(there);
    await there.call('enter', { token: bert.token, room: second });
    await there.call('enter', { token: anna.token, room: second });
    await until(() => here.polls.heldIn(second).length, 'the notice');
    await there.call('signal', { token: bert.token, room: second, data: 1 });
    expect((await poll).events).toMatchObject([{ type: 'signal', room: second }]);
  });
});
