/** A process killed after any step of join, enter, exit, rename, leave, a private message or expiry leaves no ghost. */
import { describe, expect } from 'vitest';
import { operations } from '../../apps/api/operations/index.js';
import type { Parameters } from '../../apps/api/operations/parameters/check.js';
import type { Reply } from '../../apps/api/reply.js';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { banUser, removeMessagesOf } from '../../shared/store/bans.js';
import { ForgetBudget } from '../../shared/store/forget.js';
import { enterRoom, exitRoom } from '../../shared/store/memberships.js';
import { readRoom } from '../../shared/store/rooms.js';
import type { Store } from '../../shared/store/store.js';
import { parseToken } from '../../shared/store/tokens.js';
import { leave } from '../../shared/store/user-end.js';
import { renameUser } from '../../shared/store/users.js';
import { emptyWith } from '../support/fixtures/parts.js';
import { dyingStore, endEverybody, ghosts } from '../support/key-space.js';
import type { Part } from '../support/parts.js';

const it = emptyWith({ LIVE: 'off' });
let part: Part, other: { id: number; token: string };
it.beforeEach(async ({ part: here }) => {
  part = here;
  other = await part.join('r', 'other');
});

/** Runs an operation that dies before its command 0, 1, 2, ... until it gets through. Gives how often it died. */
async function dieAtEveryStep(run: (store: Store) => Promise<unknown>, after: () => Promise<void>): Promise<number> {
  for (let step = 0; step < 60; step += 1) {
    const died = await run(dyingStore(part.store, step)).then(
      () => false,
      (error: Error) => {
        if (error.message !== 'killed') throw error;
        return true;
      },
    );
    await after();
    if (!died) return step;
  }
  throw new Error('never got through');
}

const everybodyGone = async (): Promise<void> => {
  await endEverybody(part.store);
  expect(await ghosts(part.store)).toEqual([]);
  other = await part.join('r', 'other');
};

/** A worker's run some minutes later. */
const finish = () => finishForgetting(part.store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });

/** How many events of a kind a room's log has of a user. */
async function eventsOf(room: string, id: number, type: string): Promise<number> {
  const entries = await part.store.redis.xrange(part.store.keys.log(room), '-', '+');
  return entries.filter(([, fields]) =>
    fields.join().includes(`{"type":"${type}","room":"${room}","from":{"id":${id},`),
  ).length;
}

/** Joins as at a process that has this store. */
async function joinWith(store: Store, name: string): Promise<void> {
  const reply: Reply = {
    succeed: () => undefined,
    fail: () => undefined,
    onClientGone: null,
    addressHashes: () => Promise.resolve([]),
    client: () => ({ origin: '', network: '' }),
  };
  await operations.join({ ...part.chat, store }, { name, room: 'r' } as Parameters<'join'>, reply);
}

describe('a process killed at any step', () => {
  it('of join leaves nothing after expiry, and the name free', async () => {
    expect(await dieAtEveryStep((store) => joinWith(store, 'Anna'), everybodyGone)).toBeGreaterThan(5);
  });

  it('of enter leaves nothing after expiry, and entering again works', async () => {
    const steps = await dieAtEveryStep(
      async (store) => {
        const { id, tokenHash } = parseToken(other.token);
        await enterRoom(store, 'second', id, tokenHash);
      },
      async () => {
        const { id, tokenHash } = parseToken(other.token);
        await enterRoom(part.store, 'second', id, tokenHash);
        expect((await readRoom(part.store, 'second', 0)).members).toHaveLength(1);
        await everybodyGone();
      },
    );
    expect(steps).toBeGreaterThan(2);
  });

  it('of exit leaves nothing after expiry, and exiting again works', async () => {
    const steps = await dieAtEveryStep(
      (store) => exitRoom(store, 'r', { id: other.id, name: 'other' }),
      async () => {
        await exitRoom(part.store, 'r', { id: other.id, name: 'other' });
        expect((await readRoom(part.store, 'r', 0)).members).toEqual([]);
        await everybodyGone();
      },
    );
    expect(steps).toBe(3);
  });

  it('of rename leaves one name that works, and repeating it finishes it', async () => {
    const steps = await dieAtEveryStep(
      (store) => renameUser(store, parseToken(other.token), 'Berta'),
      async () => {
        await renameUser(part.store, parseToken(other.token), 'Berta');
        expect((await readRoom(part.store, 'r', 0)).members).toEqual([{ id: other.id, name: 'Berta' }]);
        expect(await part.store.redis.hgetall(part.store.keys.holders('r'))).toEqual({ berta: String(other.id) });
        await everybodyGone();
      },
    );
    expect(steps).toBeGreaterThan(4);
  });

  it('of leave is finished by expiry', async () => {
    const steps = await dieAtEveryStep((store) => leave(store, parseToken(other.token)), everybodyGone);
    expect(steps).toBeGreaterThan(4);
  });

  it('of a leave with forget takes back all that was said, once it has begun', async () => {
    const steps = await dieAtEveryStep(
      async (store) => {
        await part.call('send', { token: other.token, room: 'r', text: 'said' });
        await leave(store, parseToken(other.token), new ForgetBudget());
      },
      async () => {
        const [token, ended] = await part.store.redis.hmget(part.store.keys.user(other.id), 'token', 'ended');
        await endEverybody(part.store);
        await finish();
        expect(await eventsOf('r', other.id, 'message')).toBe(token && !ended ? 1 : 0);
        await everybodyGone();
      },
    );
    expect(steps).toBeGreaterThan(5);
  });

  it('of a ban with messages takes them back, and tells the room once, if the ban holds', async () => {
    let [room, carl, times] = ['', 0, 0];
    const steps = await dieAtEveryStep(
      async (store) => {
        times += 1;
        room = `of-anna-${times}`;
        const by = { id: (await part.join(room)).id, name: 'Anna' };
        const { id, token } = await part.join(room);
        carl = id;
        await part.call('send', { token, room, text: 'said' });
        await banUser(store, { room, by }, { id, name: 'Carl' }, { seconds: 60, messages: true });
        await removeMessagesOf(store, { room, by }, { id, name: 'Carl' });
      },
      async () => {
        await finish();
        const holds = await part.store.redis.hexists(part.store.keys.rules(room), 'bans');
        expect([await eventsOf(room, carl, 'message'), await eventsOf(room, carl - 1, 'removed')]).toEqual(
          holds ? [0, 1] : [1, 0],
        );
      },
    );
    expect(steps).toBeGreaterThan(2);
  });

  it('of a first private message leaves nothing after expiry', async () => {
    const steps = await dieAtEveryStep(async (store) => {
      const second = await part.join('r');
      const message = { room: `${other.id}:${second.id}`, from: { id: other.id, name: 'other' }, text: 'x' };
      for (const id of [second.id, other.id]) await enterRoom(store, message.room, id, null);
    }, everybodyGone);
    expect(steps).toBeGreaterThan(5);
  });
});
