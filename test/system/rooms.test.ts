/**
 * Rooms: who comes and goes, what they keep, which are listed, and the private ones, which nobody else can look into.
 */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { call } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { allKeys, openRedis } from '../support/redis.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { type Joined, TestUser } from '../support/user.js';

const it = systemWith({ apis: 2, env: { RATE_LIMITS: 'off' } });
let system: TestSystem;
it.beforeAll(({ system: started }) => {
  system = started;
});

const join = (room: string, name?: string) =>
  TestUser.join(system.urls, name === undefined ? { room } : { room, name });
interface Page {
  events: ChatEvent[];
  more: boolean;
}
const textsOf = ({ events }: Page) => events.map(({ type, text }) => text ?? type);

describe('presence', () => {
  it('is told to who is there: joined, left by exit, left by leave', async () => {
    const [stays, goes] = [await join('presence'), await join('presence')];
    await goes.ask('exit', { room: 'presence' });
    await goes.ask('enter', { room: 'presence' });
    await goes.ask('leave');
    const follower = stays.follow();
    await until(() => follower.events.filter(({ type }) => type === 'left').length === 2, 'both departures');
    await follower.stop();
    const about = follower.events.filter(({ from }) => from.id === goes.id);
    expect(about.map(({ type }) => type)).toEqual(['joined', 'left', 'joined', 'left']);
    for (const event of about)
      expect(event).toEqual({
        type: event.type,
        room: 'presence',
        id: event.id,
        at: Number.parseInt(event.id, 10),
        from: goes.joined.user,
      });
  });

  it('is not told twice to who enters a room again', async () => {
    const user = await join('again');
    await user.ask('enter', { room: 'again' });
    expect((await user.ask<Page>('history')).events).toHaveLength(1);
  });

  it('ends with the room: who has exited gets nothing more and may not look', async () => {
    const [stays, goes] = [await join('ended'), await join('ended')];
    await goes.ask('enter', { room: 'other' });
    await goes.ask('exit', { room: 'ended' });
    await stays.send('behind your back');
    await goes.send('and elsewhere');
    const follower = goes.follow();
    await until(() => follower.texts().includes('and elsewhere'), 'the other room goes on');
    await follower.stop();
    expect(follower.texts()).toEqual(['and elsewhere']);
    expect((await refusal(goes.ask('history', { room: 'ended' }))).code).toBe('not_in_room');
  });
});

describe('send with a nonce', () => {
  it('adds nothing when it is repeated, at any process, and gives the first id', async () => {
    const user = await join('nonce');
    const first = await user.send({ text: 'once', id: 'n1' });
    expect(first).not.toHaveProperty('duplicate');
    for (let i = 0; i < 4; i += 1)
      expect(await user.send({ text: `again ${i}`, id: 'n1' })).toEqual({ ...first, duplicate: true });
    await user.send({ text: 'twice', id: 'n2' });
    expect(textsOf(await user.ask<Page>('history'))).toEqual(['joined', 'once', 'twice']);
  });

  it('is one message of many attempts at the same moment', async () => {
    const user = await join('nonce-race');
    const sent = await Promise.all(Array.from({ length: 20 }, () => user.send({ text: 'x', id: 'n' })));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  it("means the sender and the room: another's nonce, or that of another room, is another", async () => {
    const [a, b] = [await join('nonce-a'), await join('nonce-a')];
    await a.ask('enter', { room: 'nonce-b' });
    const all = [
      a.send({ text: '1', id: 'n', room: 'nonce-a' }),
      a.send({ text: '2', id: 'n', room: 'nonce-b' }),
      b.send({ text: '3', id: 'n' }),
    ];
    expect((await Promise.all(all)).some(({ duplicate }) => duplicate)).toBe(false);
  });
});

describe('history', () => {
  it('is read page by page, oldest first, to its beginning', async () => {
    const user = await join('pages');
    for (let i = 1; i <= 9; i += 1) await user.send(`${i}`);
    const last = await user.ask<Page>('history', { limit: 4 });
    expect([textsOf(last), last.more]).toEqual([['6', '7', '8', '9'], true]);
    const middle = await user.ask<Page>('history', { limit: 4, before: last.events[0]?.id });
    expect([textsOf(middle), middle.more]).toEqual([['2', '3', '4', '5'], true]);
    const first = await user.ask<Page>('history', { limit: 4, before: middle.events[0]?.id });
    expect([textsOf(first), first.more]).toEqual([['joined', '1'], false]);
    expect(await user.ask<Page>('history', { before: first.events[0]?.id })).toMatchObject({ events: [], more: false });
    expect(await user.ask<Page>('history', { before: '0-0' })).toMatchObject({ events: [], more: false });
    expect((await user.ask<Page>('history', { limit: 10 })).more).toBe(false);
  });

  it('is what was polled, event by event', async () => {
    const user = await join('same');
    await user.send({ text: 'a', data: [1, '<é>'] });
    const follower = user.follow();
    await until(() => follower.texts().length === 1, 'the message');
    await follower.stop();
    expect((await user.ask<Page>('history')).events).toEqual(follower.events);
  });
});

it('rooms lists public rooms with members, busiest first, then by name, and none that is empty', async () => {
  const before = new Set((await listed()).map(({ name }) => name));
  const [a, c, other] = [
    await join('list-b'),
    await join('list-c'),
    await join('list-c'),
    await join('list-a'),
    await join('list-a'),
  ];
  await c.send({ to: other.id, text: 'a private room is not listed' });
  const fresh = (await listed()).filter(({ name }) => !before.has(name));
  expect(fresh).toEqual([
    { name: 'list-a', members: 2 },
    { name: 'list-c', members: 2 },
    { name: 'list-b', members: 1 },
  ]);
  await a.ask('leave');
  expect((await listed()).map(({ name }) => name)).not.toContain('list-b');
});

async function listed(): Promise<{ name: string; members: number }[]> {
  const { body } = await call<{ rooms: { name: string; members: number }[] }>(system.urls[0] ?? '', 'rooms');
  return body.ok ? body.rooms : expect.fail();
}

describe('a private message', () => {
  it('reaches both, marked as private, in a room named from both, and only them', async () => {
    const [a, b, c] = [await join('party', 'alice'), await join('party', 'bob'), await join('party', 'carol')];
    const room = `${a.id}:${b.id}`;
    const followers = [a, b, c].map((user) => user.follow());
    const { id } = await b.send({ to: a.id, text: 'psst' });
    await c.send({ room: 'party', text: 'loud' });
    for (const follower of followers) await until(() => follower.texts('party').length === 1, 'what is public');
    for (const follower of followers.slice(0, 2)) {
      const event = await until(() => follower.events.find((one) => one.room === room), 'what is private');
      expect(event).toEqual({
        type: 'message',
        room,
        id,
        at: Number.parseInt(id, 10),
        from: b.joined.user,
        text: 'psst',
        private: true,
      });
    }
    await Promise.all(followers.map((follower) => follower.stop()));
    expect(followers[2]?.events.filter((event) => event.room.includes(':'))).toEqual([]);
    expect(
      followers.flatMap(({ events }) => events).filter(({ type, room: where }) => type === 'joined' && where === room),
    ).toEqual([]);
  });

  it('has a history and members for the two, who can answer in its room by name', async () => {
    const [a, b] = [await join('answer'), await join('answer')];
    const room = `${a.id}:${b.id}`;
    await a.send({ to: b.id, text: '1' });
    await b.send({ room, text: '2' });
    await a.send({ room, text: '3' });
    for (const user of [a, b]) {
      expect(textsOf(await user.ask<Page>('history', { room }))).toEqual(['1', '2', '3']);
      expect((await user.ask<Joined['room']>('members', { room })).members).toEqual([a.joined.user, b.joined.user]);
      expect(textsOf(await user.ask<Page>('history'))).not.toContain('1'); // the only public room is still the default
    }
  });

  it('cannot be read, written, signalled to, entered or left by a third user', async () => {
    const [a, b, c] = [await join('closed'), await join('closed'), await join('closed')];
    await a.send({ to: b.id, text: 'secret' });
    const room = `${a.id}:${b.id}`;
    for (const [operation, parameters] of [
      ['history', {}],
      ['members', {}],
      ['send', { text: 'x' }],
      ['signal', { data: 1 }],
    ] as const) {
      expect((await refusal(c.ask(operation, { room, ...parameters }))).code, operation).toBe('not_in_room');
    }
    expect(await refusal(c.ask('enter', { room }))).toMatchObject({ code: 'bad_request', field: 'room' });
    expect((await refusal(c.ask('exit', { room }))).code).toBe('not_in_room');
    expect(await refusal(TestUser.join(system.urls, { room }))).toMatchObject({ code: 'bad_request', field: 'room' });
    expect(textsOf(await a.ask<Page>('history', { room }))).toEqual(['secret']);
  });

  it('can be exited by either of the two, and goes on with the next message', async () => {
    const [a, b] = [await join('exits'), await join('exits')];
    await a.send({ to: b.id, text: 'one' });
    const room = `${a.id}:${b.id}`;
    await b.ask('exit', { room });
    expect((await refusal(b.ask('history', { room }))).code).toBe('not_in_room');
    await a.send({ to: b.id, text: 'two' });
    expect(textsOf(await b.ask<Page>('history', { room }))).toEqual(['one', 'two']);
  });

  it('has one room only: no other way of writing its name is taken', async () => {
    const [a, b] = [await join('spelling'), await join('spelling')];
    await a.send({ to: b.id, text: 'x' });
    for (const room of [
      `${b.id}:${a.id}`,
      `0${a.id}:${b.id}`,
      `${a.id}:${b.id}:`,
      `${a.id}::${b.id}`,
      `${a.id}:${a.id}`,
      `+${a.id}:${b.id}`,
      `${a.id}:${b.id} `,
      `${a.id}.0:${b.id}`,
      ':',
    ]) {
      for (const operation of ['history', 'members'])
        expect(await refusal(a.ask(operation, { room })), room).toMatchObject({ code: 'bad_request', field: 'room' });
      expect(await refusal(a.send({ room, text: 'x' })), room).toMatchObject({ code: 'bad_request', field: 'room' });
    }
  });

  it('finds nobody when the other has left, and says so; what was said stays', async () => {
    const [a, b] = [await join('parting'), await join('parting')];
    await a.send({ to: b.id, text: 'bye' });
    await b.ask('leave');
    const room = `${a.id}:${b.id}`;
    expect(await refusal(a.send({ room, text: 'still there?' }))).toMatchObject({ code: 'no_such_user', field: 'to' });
    expect(textsOf(await a.ask<Page>('history', { room }))).toEqual(['bye']);
  });
});

it('what is kept of a token is only its hash', async () => {
  const user = await join('hashed');
  const redis = openRedis(system.redis.url);
  const texts = await Promise.all(
    (await allKeys(redis, 'user:*')).filter((key) => /:\d+$/.test(key)).map((key) => redis.hgetall(key)),
  );
  redis.disconnect();
  expect(JSON.stringify(texts)).not.toContain(user.token.split('.')[1]);
});
