/** Signals: at once to the held polls of a room's members, at every process; never stored. */
import { describe, expect } from 'vitest';
import type { SignalEvent } from '../../shared/protocol/events.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { bothWaysAsking } from '../support/fixtures/system.js';
import type { Follower } from '../support/follower.js';
import type { TestSystem } from '../support/processes.js';
import { allKeys, openRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

describe.for(bothWaysAsking({ apis: 2, env: { RATE_LIMITS: 'off' } }))(
  'with LIVE=%s, asked by %s, a signal',
  ([, asking, it]) => {
    let system: TestSystem;
    it.beforeAll(({ system: started }) => {
      system = started;
    });

    const join = (room: string, at = 0) => TestUser.join(system.urls[at] ?? '', { room, asking });

    /** Signals until all have got one, as nothing waits for a user that has not polled yet; its data is counted up. */
    async function signalUntilHeard(from: TestUser, followers: Follower[], room?: string): Promise<SignalEvent[]> {
      let data = 0;
      return until(async () => {
        data += 1;
        await from.ask('signal', { data, room });
        const heard = followers.flatMap(({ signals }) => signals.slice(-1));
        return heard.length === followers.length ? heard : null;
      }, 'everybody has heard a signal');
    }

    it("comes to the held polls of all members, the sender's too, at both processes", async () => {
      const users = [await join('heard', 0), await join('heard', 1), await join('heard', 0)];
      const followers = users.map((user) => user.follow());
      const heard = await signalUntilHeard(users[0] ?? expect.fail(), followers);
      for (const signal of heard)
        expect(signal).toEqual({
          type: 'signal',
          room: 'heard',
          at: expect.any(Number),
          from: users[0]?.joined.user,
          data: expect.any(Number),
        });
      await Promise.all(followers.map((follower) => follower.stop()));
    });

    it('does not come to who is elsewhere, has exited, or is no party of a private room', async () => {
      const [a, b, other, former] = [
        await join('here'),
        await join('here', 1),
        await join('there'),
        await join('here'),
      ];
      await former.ask('enter', { room: 'there' });
      await former.ask('exit', { room: 'here' });
      await a.send({ to: b.id, text: 'private' });
      const [listening, outside] = [
        [a.follow(), b.follow()],
        [other.follow(), former.follow()],
      ];
      await signalUntilHeard(a, listening);
      for (const follower of listening) follower.signals.length = 0;
      await signalUntilHeard(a, listening, `${a.id}:${b.id}`);
      await signalUntilHeard(other, outside); // they hear, but only what is theirs
      expect(outside.flatMap(({ signals }) => signals).filter(({ room }) => room !== 'there')).toEqual([]);
      await Promise.all([...listening, ...outside].map((follower) => follower.stop()));
    });

    it('is heard in a room that was entered while the poll was held, and no more in one that was left', async () => {
      const [moves, a, b] = [await join('before'), await join('before'), await join('after')];
      const follower = moves.follow();
      await signalUntilHeard(a, [follower]);
      await moves.ask('enter', { room: 'after' });
      await moves.ask('exit', { room: 'before' });
      await until(async () => {
        for (const [user, room] of [
          [a, 'before'],
          [b, 'after'],
        ] as const)
          await user.ask('signal', { data: 'late', room });
        return follower.signals.some(({ room }) => room === 'after');
      }, 'a signal of the new room');
      await follower.stop();
      expect(follower.signals.filter(({ room, data }) => room === 'before' && data === 'late')).toEqual([]);
    });

    it('comes in its latest value to everybody, when many come from many', async () => {
      const [rounds, users] = [40, await Promise.all(Array.from({ length: 5 }, (_, i) => join('many', i % 2)))];
      const followers = users.map((user) => user.follow());
      await signalUntilHeard(users[0] ?? expect.fail(), followers);
      await Promise.all(
        users.map(async (user) => {
          for (let n = 1; n <= rounds; n += 1) await user.ask('signal', { data: { n } });
        }),
      );
      const hasLast = ({ signals }: Follower, { id }: TestUser): boolean => {
        const last = signals.filter(({ from }) => from.id === id).at(-1)?.data;
        return JSON.stringify(last) === `{"n":${rounds}}`;
      };
      await until(async () => {
        // a client that leaves its stream loses what is on the way to it
        if (asking === 'mixed') for (const user of users) await user.ask('signal', { data: { n: rounds } });
        return followers.every((one) => users.every((user) => hasLast(one, user)));
      }, 'all latest values');
      await Promise.all(followers.map((follower) => follower.stop()));
    });

    it('leaves nothing behind: no key, no history, nothing for who polls for the first time', async () => {
      const [a, b] = [await join('kept'), await join('kept')];
      const redis = openRedis(system.redis.url);
      await until(
        async () => (await redis.llen((await allKeys(redis, `user:*:${a.id}:messages`))[0] ?? '')) === 2,
        'both have joined',
      );
      for (let i = 0; i < 20; i += 1) await b.ask('signal', { data: { secret: 'ephemeral' } });
      for (const key of await allKeys(redis)) expect(await contents(redis, key), key).not.toContain('ephemeral');
      redis.disconnect();
      const { events } = await a.poll(0, { cursor: a.joined.cursor });
      expect(events.map(({ type }) => type)).toEqual(['joined', 'joined']);
      expect((await a.ask<{ events: object[] }>('history')).events).toHaveLength(2);
    });
  },
);

/** Everything in a key, as text. */
async function contents(redis: RedisClient, key: string): Promise<string> {
  return (await redis.dumpBuffer(key))?.toString('latin1') ?? '';
}
