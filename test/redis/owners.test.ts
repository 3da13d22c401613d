/** The owner of a room: who made it, what that allows, what everybody is told, and that nobody else may. */
import { describe, expect } from 'vitest';
import { emptyTest } from '../support/fixtures/parts.js';
import { endEverybody, ghosts } from '../support/key-space.js';
import type { Answer, Part } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, part: Part, anna: Person, bert: Person, owner: string;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  part = scene.part;
  const made = await scene.join('mine', { name: 'Anna' });
  [anna, owner] = [made.person, String(made.owner)];
  bert = (await scene.join('mine', { name: 'Bert' })).person;
});

const join = (room: string, name?: string) => scene.join(room, { name });

const act = (extra: object = {}): { token: string; room: string; owner: string } => ({
  token: anna.token,
  room: 'mine',
  owner,
  ...extra,
});
const historyOf = async (): Promise<Answer['events']> =>
  (await part.call('history', { token: anna.token, room: 'mine' })).events;
const textsOf = async () => (await historyOf()).filter(({ type }) => type === 'message').map(({ text }) => text);
/** The events of the other user, after fan-out. */
async function told(): Promise<Answer['events']> {
  await scene.worker.fanOut.advanceRoom('mine');
  return (await bert.poll(part)).events;
}

describe('a room', () => {
  it('belongs to who makes it, by join or by enter, who is told then, and when it enters again; Redis has only a hash', async () => {
    expect(owner).toMatch(/^[\w-]{24}$/);
    expect((await join('mine')).owner).toBeUndefined();
    expect((await part.call('enter', { token: anna.token, room: 'mine' })).owner).toBe(owner);
    expect((await part.call('enter', { token: bert.token, room: 'mine' })).owner).toBeUndefined();
    const entered = await part.call('enter', { token: bert.token, room: 'second' });
    expect(entered.owner).toMatch(/^[\w-]{24}$/);
    expect(JSON.stringify(await part.store.redis.hgetall(part.store.keys.rules('mine')))).not.toContain(owner);
  });

  it('belongs to one of many who come at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => join('rushed')));
    expect(all.filter((one) => one.owner !== undefined)).toHaveLength(1);
  });

  it.each(['lobby', 'public', 'Lobby.games', 'public-2', 'lobby_x'])(
    '%s is for everybody and belongs to nobody',
    async (room) => {
      expect((await join(room)).owner).toBeUndefined();
    },
  );

  it("keeps its owner while it is empty, as long as its log; then it is anybody's", async () => {
    const { keys, redis: store } = part.store;
    for (const { token } of [anna, bert]) await part.call('leave', { token });
    expect(await store.pttl(keys.rules('mine'))).toBeGreaterThan(0);
    const back = await join('mine');
    expect([back.owner, await store.pttl(keys.rules('mine'))]).toEqual([undefined, -1]);
    anna = back.person;
    await part.call('rules', act({ slow: 1 }));
    await part.call('leave', { token: anna.token });
    await store.del(keys.rules('mine'), keys.log('mine'), keys.delivered('mine')); // as when they expire
    expect((await join('mine')).owner).toEqual(expect.any(String));
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });
});

describe("without a role and the owner's token", () => {
  it.each([
    ['remove', { id: '1-1' }],
    ['clear', {}],
    ['mute', { user: 1, seconds: 5 }],
    ['kick', { user: 1 }],
    ['ban', { user: 1, seconds: 5 }],
    ['rules', { readonly: true }],
    ['moderate', { user: 1 }],
    ['handover', { user: 1 }],
    ['held', {}],
    ['approve', { id: '1-1' }],
    ['reject', { id: '1-1' }],
    ['own', {}],
    ['audit', {}],
  ] as const)('%s is refused and does nothing', async (name, extra) => {
    await anna.send(part, 'stays');
    const before = await historyOf();
    for (const wrong of name === 'own'
      ? [undefined]
      : [`${owner.slice(0, -1)}${owner.endsWith('A') ? 'B' : 'A'}`, '', bert.token]) {
      await expect(
        part.call(name, {
          ...act({ ...extra, ...('user' in extra && { user: bert.id }) }),
          token: bert.token,
          owner: wrong,
        }),
      ).rejects.toMatchObject({ code: 'not_owner', details: { field: 'owner' } });
    }
    await expect(part.call(name, act({ ...extra, token: `${bert.id}.${'A'.repeat(24)}` }))).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect(await historyOf()).toEqual(before);
    await bert.send(part, 'may speak');
  });
});

describe('the owner', () => {
  it('removes a message: gone from the history, and everybody is told which', async () => {
    const { id } = (await bert.send(part, 'rude')) as unknown as { id: string };
    await bert.send(part, 'kind');
    await part.call('remove', act({ id }));
    expect(await textsOf()).toEqual(['kind']);
    expect(await told()).toContainEqual(
      expect.objectContaining({ type: 'removed', removed: id, from: { id: anna.id, name: 'Anna' } }),
    );
    for (const none of [id, '1-1', (await historyOf())[0]?.id])
      await expect(part.call('remove', act({ id: none }))).rejects.toMatchObject({
        code: 'bad_request',
        details: { field: 'id' },
      });
  });

  it('clears the room: nothing of before is left, what comes after arrives', async () => {
    await bert.send(part, 'before');
    await part.call('clear', act());
    await bert.send(part, 'after');
    expect((await historyOf()).map(({ type }) => type)).toEqual(['cleared', 'message']);
    await scene.worker.fanOut.advanceRoom('mine');
    await bert.receive(part, 'after');
    expect(bert.texts).toEqual(['after']);
  });

  it('mutes a member for a time, and lets it speak again', async () => {
    await part.call('mute', act({ user: bert.id, seconds: 60 }));
    await expect(bert.send(part, 'x')).rejects.toMatchObject({ code: 'not_allowed' });
    await anna.send(part, 'others may');
    await part.store.redis.hset(part.store.keys.rules('mine'), `mute:${bert.id}`, Date.now() - 1); // as when it is over
    await bert.send(part, 'again');
    await part.call('mute', act({ user: bert.id, seconds: 60 }));
    await part.call('mute', act({ user: bert.id, seconds: 0 }));
    await bert.send(part, 'and again');
    await expect(part.call('mute', act({ user: 999, seconds: 60 }))).rejects.toMatchObject({
      code: 'no_such_user',
      details: { field: 'user' },
    });
  });

  it('tells a mute and its end to the muted alone, a quiet one to nobody', async () => {
    for (const [seconds, quiet] of [
      [60, true],
      [0, false],
      [60, false],
      [0, false],
    ] as const)
      await part.call('mute', act({ user: bert.id, seconds, quiet }));
    const { events } = await part.call('history', { token: bert.token, room: 'mine' });
    expect(events.filter(({ type }) => type === 'muted')).toMatchObject(
      [60, 0].map((seconds) => ({ from: { id: anna.id }, user: { id: bert.id }, seconds })),
    );
    expect((await historyOf()).map(({ type }) => type)).not.toContain('muted');
  });

  it('kicks a member, who is out and may come back; the others are told by whom', async () => {
    const carl = (await join('mine', 'Carl')).person;
    await part.call('kick', act({ user: carl.id }));
    expect(await told()).toContainEqual(
      expect.objectContaining({ type: 'left', from: { id: carl.id, name: 'Carl' }, by: { id: anna.id, name: 'Anna' } }),
    );
    await expect(carl.send(part, 'x')).rejects.toMatchObject({ code: 'not_in_room' });
    await part.call('enter', { token: carl.token, room: 'mine' });
  });

  it('slows the room down: a message each so often from each, the owner excepted', async () => {
    await part.call('rules', act({ slow: 30 }));
    await bert.send(part, 'one');
    await expect(bert.send(part, 'two')).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfter: expect.any(Number) },
    });
    for (const text of ['a', 'b']) await part.call('send', { token: anna.token, room: 'mine', text, owner });
    await part.call('rules', act({ slow: 0 }));
    await bert.send(part, 'two');
    expect((await told()).filter(({ type }) => type === 'rules').map(({ slow }) => slow)).toEqual([30, 0]);
  });

  it("makes the room read-only, but for who has a role or the owner's token", async () => {
    await part.call('rules', act({ readonly: true }));
    await expect(bert.send(part, 'x')).rejects.toMatchObject({ code: 'not_allowed', details: { reason: 'read_only' } });
    await anna.send(part, 'announced');
    await part.call('send', { token: bert.token, room: 'mine', text: 'with the token', owner });
    await part.call('rules', act({ readonly: false }));
    await bert.send(part, 'open again');
    expect(await textsOf()).toEqual(['announced', 'with the token', 'open again']);
    await expect(part.call('rules', act())).rejects.toMatchObject({ code: 'bad_request', details: { field: 'slow' } });
  });

  it('reads what was done, a hundred acts at most', async () => {
    await part.call('mute', act({ user: bert.id, seconds: 5 }));
    await part.call('clear', act());
    expect((await part.call('audit', act())).acts).toEqual([
      { at: expect.any(Number), by: anna.id, byName: 'Anna', what: 'mute', user: bert.id, name: 'Bert', seconds: 5 },
      { at: expect.any(Number), by: anna.id, byName: 'Anna', what: 'clear' },
    ]);
    for (let i = 0; i < 101; i += 1) await part.call('rules', act({ slow: i }));
    const acts = (await part.call('audit', act())).acts as { slow?: number }[];
    expect([acts.length, acts[0]?.slow, acts.at(-1)?.slow]).toEqual([100, 1, 100]);
  });
});
