/** What is in Redis of edits goes with their messages, in whatever way these go. */
import { describe, expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { redisTime } from '../../shared/redis/time.js';
import { erasePerson } from '../../shared/store/erase-person.js';
import { clearRoom } from '../../shared/store/moderation.js';
import { tidyOverlays } from '../../shared/store/overlays.js';
import { removeOldMessages } from '../../shared/store/retention.js';
import { age } from '../support/aged.js';
import { emptyWith } from '../support/fixtures/parts.js';
import { endEverybody } from '../support/key-space.js';
import { overlaidIds, strayOverlay } from '../support/overlay.js';
import type { Person } from '../support/people.js';
import { allKeys } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const it = emptyWith({ MESSAGE_TTL: '3600', ROOM_TTL: '3600', SHARDS: '4' });
let scene: Scene, anna: Person, bert: Person, carl: Person;
let theirs: string[], other: string;

/** Sends a message and edits it. Resolves with its id. */
async function editedBy(who: Person, room = who.room): Promise<string> {
  const id = String((await who.act('send', { text: 'first', room })).id);
  await who.act('edit', { id, text: 'SECRET', room });
  return id;
}

it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
  theirs = [await editedBy(bert), await editedBy(bert)];
  await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
  await bert.act('edit', { id: theirs[0], text: 'SECRET too' });
  other = await editedBy(carl);
});

const store = () => scene.worker.store;
const overlaid = () => overlaidIds(store(), 'mine');
/** Does what workers do later. */
async function work(): Promise<void> {
  for (const room of ['mine', `${bert.id}:${carl.id}`]) await scene.worker.fanOut.advanceRoom(room);
  await finishForgetting(store(), 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
  await scene.worker.fanOut.advanceRoom('mine');
}
const tidy = () => tidyOverlays(store(), () => Promise.resolve());

describe('an edit goes with its message', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['is taken back', () => Promise.all(theirs.map((id) => bert.act('unsay', { id })))],
    ['is removed', () => Promise.all(theirs.map((id) => anna.act('remove', { id })))],
    ['goes with its author', () => scene.part.call('leave', { token: bert.token, forget: true })],
    ['goes by a ban', () => anna.act('ban', { user: bert.id, seconds: 60, messages: true })],
    ['is erased by the host', async () => erasePerson(store(), 'mine', 'Bert', await redisTime(store()))],
  ])('that %s, and other edits stay', async (_, go) => {
    await go();
    await work();
    expect(await overlaid()).toEqual([other]);
    expect(await store().redis.hkeys(store().keys.edits('mine'))).toEqual([other]);
    expect(await scene.texts(carl)).toEqual(['SECRET']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['by a moderator', () => anna.act('clear')],
    ['by the host', () => clearRoom(store(), 'mine')],
    [
      'by MESSAGE_TTL',
      async () => {
        await work();
        await age(store(), 'mine', 7_200_000);
        await anna.act('set', { key: 'a', value: 1 });
        await removeOldMessages(store(), await redisTime(store()), () => Promise.resolve());
      },
    ],
  ])('when the log is emptied %s', async (_, go) => {
    await go();
    expect(await overlaid()).toEqual([]);
    expect(await store().redis.exists(store().keys.edits('mine'))).toBe(0);
  });

  it('of a private room, when one of the two is forgotten', async () => {
    const room = `${bert.id}:${carl.id}`;
    const { id } = await scene.part.call('send', { token: bert.token, to: carl.id, text: 'psst' });
    await scene.part.call('edit', { token: bert.token, to: carl.id, id: String(id), text: 'SECRET' });
    expect(await overlaidIds(store(), room)).toEqual([id]);
    await scene.part.call('leave', { token: carl.token, forget: true });
    expect(await store().redis.exists(store().keys.overlaid(room), store().keys.edits(room))).toBe(0);
  });

  it('when its room expires, and not while somebody is there', async () => {
    const keys = [store().keys.overlaid('mine'), store().keys.edits('mine')];
    const ttls = () => Promise.all(keys.map((key) => store().redis.pttl(key)));
    for (const who of [anna, bert]) await who.act('exit');
    expect(await ttls()).toEqual([-1, -1]);
    await carl.act('exit');
    for (const ttl of await ttls()) expect(ttl).toBeGreaterThan(0);
    const { person } = await scene.join('mine');
    expect(await ttls()).toEqual([-1, -1]);
    expect(await scene.texts(person)).toEqual(['SECRET', 'SECRET', 'SECRET']);
    await endEverybody(store());
    await store().redis.del(...keys); // as if the time had come
    await tidy();
    expect(await allKeys(store().redis, '*overlaid*')).toEqual([]);
  });
});

describe('what a process of a former version leaves behind', () => {
  const dropMessages = (...ids: string[]) => store().redis.xdel(store().keys.log('mine'), ...ids);

  it('is not shown, and goes with the next event if it is older than the log', async () => {
    await dropMessages(...theirs);
    await store().redis.xtrim(store().keys.log('mine'), 'MINID', other);
    expect(await strayOverlay(store(), 'mine')).not.toEqual([]);
    await carl.send(scene.part, 'next');
    await scene.worker.fanOut.advanceRoom('mine');
    expect(await overlaid()).toEqual([other]);
    expect(await scene.texts(carl)).toEqual(['SECRET', 'next']);
  });

  it('is found by upkeep, however much it is', async () => {
    const ids = [];
    for (let i = 0; i < 250; i += 1) ids.push(await editedBy(carl));
    const gone = ids.filter((_, i) => i % 3 > 0);
    await dropMessages(...gone);
    await tidy();
    expect(await overlaid()).toEqual([...theirs, other, ...ids.filter((_, i) => i % 3 === 0)]);
    expect(await strayOverlay(store(), 'mine')).toEqual([]);
  });

  it('is found where the room is gone, and does not come back with the next room of its name', async () => {
    const { redis, keys } = store();
    const overlay = [keys.overlaid('mine'), keys.edits('mine')];
    await endEverybody(store());
    for (const key of overlay) await redis.persist(key); // as its `exit-room` does
    await redis.del(keys.log('mine'), keys.delivered('mine'));
    await tidy();
    expect(await allKeys(redis, '*overlaid*')).toEqual([]);
    await redis.hset(keys.edits('mine'), '1-1', '1-1 "SECRET"');
    await scene.join('mine');
    expect(await redis.exists(...overlay)).toBe(0);
  });
});
