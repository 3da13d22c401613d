/** The live way against deliveries and notices that come early, late, twice or not at all. */
import { describe, expect } from 'vitest';
import { attach, parseCursor } from '../../shared/store/inboxes.js';
import { parseToken } from '../../shared/store/tokens.js';
import { allAsking, freshRoom } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { until } from '../support/until.js';

/** Puts itself between the subscription and the mirrors; gives what stops it. */
function intercept(part: Part, hear: (deliver: (payload: string) => void, payload: string) => void): () => void {
  const { live } = part.polls;
  const real = live.deliver.bind(live);
  live.deliver = (shard, payload) => hear((text) => real(shard, text), payload);
  return () => {
    live.deliver = real;
  };
}

describe.for(allAsking())('asked by %s', ([, it]) => {
  let here: Part, there: Part, worker: Worker, anna: Person, bert: Person, room: string;
  it.beforeEach(async ({ scene, otherPart }) => {
    [here, there, worker] = [scene.part, otherPart, scene.worker];
    room = freshRoom();
    anna = await joinAs(here, room);
    bert = await joinAs(there, room);
    await worker.fanOut.advanceRoom(room);
    await anna.becomeLive(here);
  });

  async function say(text: string): Promise<void> {
    await bert.send(there, text);
    await worker.fanOut.advanceRoom(room);
  }

  describe('a delivery', () => {
    it('is answered from memory: the held poll needs no attach', async () => {
      await say('first');
      await anna.receive(here, 'first'); // its cursor is of this process
      const n = here.polls.live.mirrors.ofToken(anna.token)?.n;
      const held = anna.poll(here, 5);
      await say('one');
      await held;
      expect(anna.texts).toEqual(['first', 'one']);
      expect(here.polls.live.mirrors.ofToken(anna.token)?.n).toBe(n);
    });

    it('that is missing is noticed by the next one', async () => {
      const stop = intercept(here, () => undefined);
      await say('lost');
      stop();
      await say('next');
      await anna.receive(here, 'next');
      expect(anna.texts).toEqual(['lost', 'next']);
    });

    it('that is the last one and lost is noticed while the poll is held', async () => {
      const held = anna.poll(here, 10);
      const stop = intercept(here, () => undefined);
      await say('lost');
      await held;
      stop();
      expect(anna.texts).toEqual(['lost']);
    });

    it('that comes twice is seen once', async () => {
      const stop = intercept(here, (deliver, payload) => {
        deliver(payload);
        deliver(payload);
      });
      await say('twice');
      await anna.receive(here, 'twice');
      await say('after');
      await anna.receive(here, 'after');
      stop();
      expect(anna.texts).toEqual(['twice', 'after']);
    });

    it('whose sequence goes back makes the users attach again and loses nothing', async () => {
      await here.store.redis.del(
        here.store.keys.sequence(here.store.keys.userShard(anna.id), here.polls.instanceFor(anna.id)),
      );
      for (const text of ['a', 'b', 'c']) await say(text);
      await anna.receive(here, 'c');
      expect(anna.texts).toEqual(['a', 'b', 'c']);
    });

    it('that overtakes the answer of an attach is kept, and one it includes is dropped', async () => {
      const { live } = here.polls;
      live.forget(anna.id, Number.MAX_SAFE_INTEGER);
      const pending = live.begin(anna.id);
      const user = parseToken(anna.token);
      await say('included');
      const attached = await attach(
        here.store,
        user,
        here.polls.instanceFor(anna.id),
        parseCursor(anna.cursor),
        'live',
      );
      await say('overtakes');
      await until(() => pending.deliveries.some(({ n }) => n === attached.n), 'the delivery'); // the one that is included has come, too
      const fake = { userId: anna.id, token: anna.token } as Parameters<typeof live.adopt>[1];
      const mirror = live.adopt(pending, fake, attached);
      expect(attached.events).toHaveLength(1);
      expect(mirror?.take(100)).toMatchObject({ count: 2 });
      expect(mirror?.take(100)?.text).toMatch(/"included".*"overtakes"/);
    });
  });

  describe('a user', () => {
    it('with more than one answer behind is not live until it has caught up', async () => {
      here.polls.live.forget(anna.id, Number.MAX_SAFE_INTEGER);
      for (let i = 0; i < 150; i += 1) await bert.send(there, `m${i}`);
      await worker.fanOut.advanceRoom(room);
      expect((await anna.poll(here)).events).toHaveLength(100);
      expect(here.polls.live.mirrors.ofToken(anna.token)).toBeUndefined();
      await anna.receive(here, 'm149');
      expect(anna.texts).toHaveLength(150);
    });

    it('that polls here, shortly there, and here again loses nothing', async () => {
      const superseded = expect(here.poll(anna.token, anna.cursor, 5)).rejects.toMatchObject({ code: 'superseded' });
      await anna.poll(there);
      await superseded;
      await say('while nowhere');
      await anna.receive(here, 'while nowhere');
      await anna.becomeLive(here);
      await say('live again');
      await anna.receive(here, 'live again');
      expect(anna.texts).toEqual(['while nowhere', 'live again']);
    });

    it('whose older poll attaches while a newer one is held from memory is not deaf', async () => {
      const older = here.poll(anna.token, `${anna.cursor.split('.')[0] ?? ''}.0.0-0`, 5).catch(() => undefined);
      const newer = anna.poll(here, 5);
      await older;
      await say('heard');
      await newer;
      await anna.receive(here, 'heard');
      expect(anna.texts).toEqual(['heard']);
    });

    it('whose notice overtook the answer of its attach is not kept here', async () => {
      const { live } = here.polls;
      const begin = live.begin.bind(live);
      live.begin = (id) => {
        const pending = begin(id);
        live.keepNotice({ what: 'superseded', id, n: Number.MAX_SAFE_INTEGER });
        return pending;
      };
      live.forget(anna.id, Number.MAX_SAFE_INTEGER);
      await expect(here.poll(anna.token, anna.cursor, 1)).rejects.toMatchObject({ code: 'superseded' });
      live.begin = begin;
      expect(live.mirrors.ofToken(anna.token)).toBeUndefined();
    });

    it('that moved keeps what it has acknowledged: a late batch from the former process does nothing', async () => {
      await say('one');
      await anna.receive(here, 'one');
      await anna.poll(there);
      await anna.poll(there);
      await say('two');
      await here.polls.live.tick();
      expect((await anna.poll(there, 1)).events.map((event) => event.text)).toEqual(['two']);
    });

    it('that is let go while it polls again is answered all the same', async () => {
      const mirror = here.polls.live.mirrors.ofToken(anna.token);
      if (mirror) mirror.lastPoll = 0;
      const going = here.polls.live.tick();
      const held = anna.poll(here, 5);
      await going;
      await say('not deaf');
      await held;
      await anna.receive(here, 'not deaf');
      expect(anna.texts).toEqual(['not deaf']);
    });

    it('with a cursor from another process attaches and loses nothing', async () => {
      const elsewhere = await joinAs(there, room);
      await worker.fanOut.advanceRoom(room);
      await elsewhere.poll(there);
      await say('one');
      await elsewhere.receive(here, 'one');
      await say('two');
      await elsewhere.receive(there, 'two');
      expect(elsewhere.texts).toEqual(['one', 'two']);
    });
  });
});
