/** The connections on which held polls wait in Redis: each serves one poll at a time, and there are so many at most. */
import { describe, expect } from 'vitest';
import { BlockingPool } from '../../apps/api/polls/blocking-pool.js';
import { nodesOf } from '../../shared/redis/nodes.js';
import { partsWith } from '../support/fixtures/parts.js';
import { openPart } from '../support/parts.js';
import { joinAs } from '../support/people.js';

const it = partsWith({ LIVE: 'off' });

describe('the pool', () => {
  it('gives a connection out again only when UNBLOCK and BLPOP have both answered, whoever comes first', async ({
    redis,
    part,
  }) => {
    const pool = new BlockingPool(nodesOf(part.store.redis, redis.url), 1);
    for (let i = 0; i < 200; i += 1) {
      const bell = `bell:${i}`;
      const lease = await pool.acquire(bell);
      const waited = lease?.wait(bell, 5_000);
      const rung = i % 3 === 0 ? part.store.redis.rpush(bell, '1') : Promise.resolve(0);
      if (i % 2 === 0) await new Promise(setImmediate);
      lease?.cancel();
      await rung;
      expect(['rung', 'cancelled']).toContain(await waited);
      if (lease) pool.release(lease);
      expect(pool.open).toBe(1);
    }
    const lease = await pool.acquire('last');
    const waited = lease?.wait('last', 5_000);
    await part.store.redis.rpush('last', '1');
    expect(await waited).toBe('rung');
    if (lease) pool.release(lease);
    pool.close();
  });

  it('that is used up refuses with LIVE=off and says when to try again', async ({ redis }) => {
    const narrow = await openPart(redis.url, { LIVE: 'off', POLL_CONNECTIONS: '1' });
    const people = [await joinAs(narrow, 'r'), await joinAs(narrow, 'r')];
    const polls = people.map((person) => narrow.poll(person.token, person.cursor, 1).catch((error: unknown) => error));
    expect(await Promise.all(polls)).toContainEqual(
      expect.objectContaining({ code: 'unavailable', details: { retryAfter: 2 } }),
    );
    await narrow.close();
  });
});
