/**
 * Edits, messages taken back and answers on the wire, on both routes: what they do, and each refusal with its status.
 */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { call, type Parameters, type Way } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { Follower } from '../support/follower.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ apis: 2, env: { SEND_RATE: 5 } });
let urls: readonly string[];
let rooms = 0;
it.beforeAll(({ system }) => {
  urls = system.urls;
});

interface People {
  room: string;
  owner: TestUser;
  bert: TestUser;
  carl: TestUser;
  /** A message of bert's. */
  id: string;
}

async function people(way: Way): Promise<People> {
  const room = `edits-${++rooms}`;
  const join = (name: string) => TestUser.join(urls, { room, name, way });
  const [owner, bert, carl] = [await join('Anna'), await join('Bert'), await join('Carl')];
  const { id } = await bert.send({ room, text: 'helo' });
  return { room, owner, bert, carl, id };
}

const told = (follower: Follower, type: string) => until(() => follower.events.find((one) => one.type === type), type);
const seen = async (who: TestUser, room: string): Promise<ChatEvent[]> =>
  (await who.ask<{ events: ChatEvent[] }>('history', { room, types: 'message' })).events;

describe.each<Way>(['jsonp', 'api-post'])('by %s', (way) => {
  it('an edit reaches everybody at once and is in the history that a newcomer gets', async () => {
    const { room, bert, carl, id } = await people(way);
    const follower = carl.follow();
    const { at } = await bert.ask<{ at: number }>('edit', { room, id, text: 'hello' });
    const edited = await told(follower, 'edited');
    expect(edited).toEqual({
      ...{ type: 'edited', room, id: expect.any(String), at, from: bert.joined.user, edited: id, text: 'hello' },
    });
    const { joined } = await TestUser.join(urls, { room, way });
    expect(joined.room.history).toContainEqual(expect.objectContaining({ id, text: 'hello', editedAt: at }));
    await follower.stop();
  });

  it('a message that is taken back goes for everybody', async () => {
    const { room, bert, carl, id } = await people(way);
    const follower = carl.follow();
    expect(await bert.ask('unsay', { room, id })).toEqual({ ok: true });
    const removed = await told(follower, 'removed');
    expect(removed).toMatchObject({ removed: id, from: bert.joined.user });
    expect(await seen(carl, room)).toEqual([]);
    await follower.stop();
  });

  it('an answer says what it answers, also when that is gone', async () => {
    const { room, bert, carl, id } = await people(way);
    await carl.send({ room, text: 'hi', re: id });
    await bert.ask('unsay', { room, id });
    await carl.send({ room, text: 'gone?', re: id });
    expect((await seen(bert, room)).map(({ text, re }) => [text, re])).toEqual([
      ['hi', id],
      ['gone?', id],
    ]);
  });

  it.each<[string, (people: People) => Promise<Parameters | undefined>, object]>([
    [
      'of another',
      async ({ carl }) => ({ token: carl.token }),
      { code: 'not_allowed', status: 403, reason: 'foreign' },
    ],
    ['of a stranger', async () => ({ token: '1.x' }), { code: 'unauthorized', status: 401 }],
    ['in another room', async () => ({ room: 'nowhere' }), { code: 'not_in_room', status: 403, field: 'room' }],
    ['to oneself', async ({ bert }) => ({ room: undefined, to: bert.id }), { code: 'bad_request', field: 'to' }],
    ['with room and to', async ({ carl }) => ({ to: carl.id }), { code: 'bad_request', field: 'to' }],
    ['with nothing to see', async () => ({ text: ' \u200b' }), { code: 'bad_request', field: 'text' }],
    ['of what never was', async () => ({ id: '1-1' }), { code: 'bad_request', status: 400, field: 'id' }],
    [
      'of what was removed meanwhile',
      async ({ owner, room, id }) => void (await owner.ask('remove', { room, id })),
      { code: 'bad_request', field: 'id' },
    ],
    [
      'of a muted user',
      async ({ owner, bert, room }) => void (await owner.ask('mute', { room, user: bert.id, seconds: 60 })),
      { code: 'not_allowed', reason: 'muted', retryAfter: expect.any(Number) },
    ],
    [
      'in a read-only room',
      async ({ owner, room }) => void (await owner.ask('rules', { room, readonly: true })),
      { code: 'not_allowed', reason: 'read_only' },
    ],
    [
      'where others see messages later',
      async ({ owner, room }) => void (await owner.ask('rules', { room, delay: 9 })),
      { code: 'not_allowed', reason: 'delay' },
    ],
    [
      'where every message waits',
      async ({ owner, room }) => void (await owner.ask('rules', { room, hold: 'all' })),
      { code: 'not_allowed', reason: 'hold' },
    ],
    [
      'too soon in slow mode',
      async ({ owner, bert, room, id }) => {
        await owner.ask('rules', { room, slow: 60 });
        await bert.ask('edit', { room, id, text: 'hell' });
      },
      { code: 'rate_limited', status: 429, retryAfter: expect.any(Number) },
    ],
  ])('an edit %s is refused', async (_, prepare, error) => {
    const all = await people(way);
    const change = await prepare(all);
    const given = { token: all.bert.token, room: all.room, id: all.id, text: 'hello', ...change };
    const [first = '', second = first] = urls;
    const { body } = await call(second, 'edit', given, { way });
    expect(body).toMatchObject({ ok: false, error });
    expect((await seen(all.carl, all.room)).map(({ text }) => text)).not.toContain('hello');
  });

  it('edits cost as much as messages', async () => {
    const { room, bert, id } = await people(way);
    const edits = Array.from({ length: 25 }, (_, i) => bert.ask('edit', { room, id, text: `text ${i}` }));
    const outcomes = await Promise.allSettled(edits);
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ failure: { code: 'rate_limited' } });
  });
});
