/** The whole system when parts of it die: real processes, killed for real. */
import { describe, expect } from 'vitest';
import { ask, call } from '../support/client.js';
import { bothWaysAsking } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const health = async (url: string): Promise<number> => (await fetch(`${url}/health`)).status;

describe.for(bothWaysAsking({ apis: 2, env: { RATE_LIMITS: 'off' } }))(
  'with LIVE=%s, asked by %s',
  { retry: 0 }, // a loss that comes seldom is a loss
  ([, asking, it]) => {
    let system: TestSystem;
    it.beforeAll(({ system: started }) => {
      system = started;
    });

    it('Redis gone: unavailable at once, held polls included; Redis back: all is well by itself', async () => {
      const [anna, bert] = [
        await TestUser.join(system.urls, { room: 'gone', asking }),
        await TestUser.join(system.urls, { room: 'gone', asking }),
      ];
      const follower = anna.follow();
      await bert.sendSurely('before');
      await until(() => follower.texts().includes('before'), 'the message');
      const held = Promise.all(system.urls.map((url) => call(url, 'poll', { token: bert.token, timeout: 20 })));
      await system.redis.kill();
      expect((await held).map(({ body }) => body)).toContainEqual(expect.objectContaining({ ok: false }));
      for (const url of system.urls) {
        expect((await call(url, 'send', { token: anna.token, text: 'x' })).body).toMatchObject({
          error: { code: 'unavailable', status: 503 },
        });
        expect(await health(url)).toBe(503);
      }
      await system.redis.restart();
      await bert.sendSurely('after');
      await until(() => follower.texts().includes('after'), 'the message after the outage');
      await follower.stop();
      expect(follower.texts()).toEqual(['before', 'after']);
    });

    it('a Redis that hangs is answered unavailable, and goes on where it was', async () => {
      for (const url of system.urls) await until(async () => (await health(url)) === 200, 'all processes are back');
      const anna = await TestUser.join(system.urls, { room: 'hanging', asking });
      const follower = anna.follow();
      await anna.sendSurely('before');
      system.redis.pause();
      expect((await call(system.urls[0] ?? '', 'send', { token: anna.token, text: 'x' })).body).toMatchObject({
        error: { code: 'unavailable' },
      });
      system.redis.resume();
      await anna.sendSurely('after');
      await until(() => follower.texts().includes('after'), 'the message');
      await follower.stop();
      expect(follower.texts().filter((text) => text !== 'x')).toEqual(['before', 'after']); // what was answered `unavailable` may have come all the same
    });

    it('kill -9 of a worker with jobs under way loses nothing', async () => {
      const [anna, bert] = [
        await TestUser.join(system.urls, { room: 'worker', asking }),
        await TestUser.join(system.urls, { room: 'worker', asking }),
      ];
      const follower = anna.follow();
      const texts = Array.from({ length: 60 }, (_, i) => `m${i}`);
      for (const [i, text] of texts.entries()) {
        await bert.sendSurely(text);
        if (i === 30) await system.workers[0]?.kill();
      }
      await system.addWorker();
      await until(
        () => {
          follower.check(); // what has ended the polling is the better reason
          return follower.texts().length === 60;
        },
        'all messages',
        20_000,
      );
      await follower.stop();
      expect(follower.texts()).toEqual(texts);
    });

    it('kill -9 of the API process a user polls at: the next poll, elsewhere, is right', async () => {
      const [one = '', two = ''] = system.urls;
      const anna = await TestUser.join(one, { room: 'api', asking });
      const bert = await TestUser.join(two, { room: 'api', asking });
      let { cursor } = anna.joined;
      for (let i = 0; i < 3; i += 1)
        ({ cursor } = await ask<{ cursor: string }>(one, 'poll', { token: anna.token, cursor, timeout: 1 }));
      const held = call(one, 'poll', { token: anna.token, cursor, timeout: 20 }).catch(() => 'cut');
      await system.apis[0]?.kill();
      expect(await held).toBe('cut');
      await bert.sendSurely('while cut off');
      const { events } = await ask<{ events: { text?: string }[] }>(two, 'poll', {
        token: anna.token,
        cursor,
        timeout: 10,
      });
      expect(events.map((event) => event.text)).toContain('while cut off');
    });
  },
);
