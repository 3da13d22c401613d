/** A join that is repeated with its nonce, and what became of a message whose sender has ended. */
import { describe, expect } from 'vitest';
import { parseToken } from '../../shared/store/tokens.js';
import { leave } from '../../shared/store/user-end.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Answer, Part } from '../support/parts.js';
import { joinAs } from '../support/people.js';
import { allKeys } from '../support/redis.js';

const NONCE = 'a-nonce-of-22-letters.';
const it = emptyTest;
let part: Part, otherPart: Part;
it.beforeAll(({ part: here, otherPart: there }) => {
  [part, otherPart] = [here, there];
});

const join = (more: object = {}, at = part): Promise<Answer> => at.call('join', { room: 'mine', id: NONCE, ...more });
const idOf = (answer: Answer): number => (answer.user as { id: number }).id;
const membersOf = (answer: Answer): number[] =>
  (answer.room as { members: { id: number }[] }).members.map(({ id }) => id);
const codeOf = ({ code, details }: { code: string; details: object }): object => ({ code, ...details });

describe('a join with a nonce', () => {
  it('gives the same user, the same token and the room that it made when it is repeated, at any process', async () => {
    const first = await join({ name: 'Anna' });
    const again = await join({ name: 'Anna' }, otherPart);
    for (const field of ['user', 'token', 'owner']) expect(again[field], field).toEqual(first[field]);
    expect(first.owner).toMatch(/^[\w-]{24}$/);
    expect(membersOf(again)).toEqual([idOf(first)]);
    await part.call('send', { token: String(again.token), room: 'mine', text: 'here' });
  });

  it('makes one user of many attempts at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => join({}, i % 2 ? otherPart : part)));
    expect(new Set(all.map(({ token }) => token)).size).toBe(1);
    const { members } = await part.call('members', { token: String(all[0]?.token), room: 'mine' });
    expect(members).toHaveLength(1);
    expect((await allKeys(part.store.redis)).filter((key) => /user:\{u\d\}:\d+$/.test(key))).toHaveLength(1);
  });

  it('goes on where a former attempt died: with the user made, but nothing else', async () => {
    const first = await join({ name: 'Anna' });
    const { keys, redis: store } = part.store;
    const ofRoom = [keys.holders('mine'), keys.nicks('mine'), keys.roster('mine'), keys.roomShards('mine')];
    for (const key of [...ofRoom, keys.userRooms(idOf(first))]) await store.del(key);
    const again = await join({ name: 'Anna' });
    expect(again.token).toBe(first.token);
    expect(membersOf(again)).toEqual([idOf(first)]);
    await expect(part.call('join', { name: 'Anna', room: 'mine' }).catch(codeOf)).resolves.toMatchObject({
      code: 'name_taken',
    });
  });

  it('makes another user when the former one has ended, and has as long to call as a new one', async () => {
    const first = await join({ name: 'Anna' });
    const { keys, redis: store } = part.store;
    const seen = async (id: number): Promise<number> =>
      Number(await store.zscore(keys.seen(keys.userShard(id)), String(id)));
    const before = await seen(idOf(first));
    await store.zadd(keys.seen(keys.userShard(idOf(first))), before - 20_000, String(idOf(first)));
    await join({ name: 'Anna' });
    expect(await seen(idOf(first))).toBeGreaterThanOrEqual(before);
    await leave(part.store, parseToken(String(first.token)));
    const [second, third] = [await join({ name: 'Anna' }), await join({ name: 'Anna' })];
    expect(idOf(second)).not.toBe(idOf(first));
    expect(third.token).toBe(second.token);
  });

  it('that was refused can be tried again, and another nonce is another user', async () => {
    await join({ name: 'Anna' });
    const other = { id: `${NONCE}other`, name: 'Anna' };
    await expect(join(other).catch(codeOf)).resolves.toMatchObject({ code: 'name_taken', suggestion: 'Anna2' });
    expect((await join({ ...other, name: 'Anna2' })).user).toMatchObject({ name: 'Anna2' });
  });

  it('leaves neither nonce nor token in Redis, and what it leaves expires', async () => {
    const { token } = await join();
    const { redis: store } = part.store;
    const kept = (await allKeys(store)).filter((key) => key.startsWith(part.store.keys.joined('')));
    expect(kept).toHaveLength(1);
    const all = await Promise.all((await allKeys(store)).map((key) => store.dump(key)));
    const secret = String(token).replace(/.*\./, '');
    for (const text of [...(await allKeys(store)), ...all.map(String)])
      for (const hidden of [NONCE, secret]) expect(text).not.toContain(hidden);
    expect(await store.pttl(kept[0] ?? '')).toBeGreaterThan(500_000);
  });

  it('shows as much of the history as is asked for', async () => {
    const { token } = await join();
    for (let i = 0; i < 5; i += 1) await part.call('send', { token: String(token), room: 'mine', text: `${i}` });
    const shown = async (history?: number): Promise<number> =>
      ((await join({ history })).room as { history: unknown[] }).history.length;
    expect([await shown(0), await shown(2), await shown()]).toEqual([0, 2, 6]);
    const view = await part.call('enter', { token: String(token), room: 'mine', history: 1 });
    expect((view.room as { history: { text: string }[] }).history.map(({ text }) => text)).toEqual(['4']);
  });
});

describe('a message whose sender has ended', () => {
  it('is found by its nonce and the token it was sent with, and by nothing else', async () => {
    const [anna, bert] = [await joinAs(part, 'mine'), await joinAs(part, 'mine')];
    const accepted = await anna.send(part, 'hello', 'n1');
    const hers = { former: anna.token, id: 'n1', room: 'mine' };
    await leave(part.store, parseToken(anna.token));
    const asBert = (more: object): Promise<Answer> => part.call('sent', { token: bert.token, ...hers, ...more });
    expect(await asBert({})).toMatchObject({ id: accepted.id, at: accepted.at, duplicate: true });
    for (const other of [
      { id: 'n2' },
      { room: 'other' },
      { former: undefined },
      { former: bert.token },
      { former: `${anna.id}.${'x'.repeat(24)}` },
    ]) {
      expect(await asBert(other), JSON.stringify(other)).toEqual({ ok: true });
    }
    await expect(asBert({ former: 'nonsense' }).catch(codeOf)).resolves.toEqual({
      code: 'bad_request',
      field: 'former',
    });
    await expect(asBert({ room: undefined }).catch(codeOf)).resolves.toMatchObject({ code: 'bad_request' });
    await expect(part.call('sent', { ...hers, token: anna.token }).catch(codeOf)).resolves.toMatchObject({
      code: 'unauthorized',
    });
  });

  it('is found when it was private, and when it waits for approval', async () => {
    const [anna, bert] = [await joinAs(part, 'held'), await joinAs(part, 'held')];
    await part.call('rules', { token: anna.token, room: 'held', words: ['rude'], hold: true });
    const held = await bert.send(part, 'rude', 'n1');
    const secret = await part.call('send', { token: bert.token, to: anna.id, text: 'psst', id: 'n1' });
    await leave(part.store, parseToken(bert.token));
    const find = (where: object): Promise<Answer> =>
      part.call('sent', { token: anna.token, former: bert.token, id: 'n1', ...where });
    expect(await find({ room: 'held' })).toMatchObject({ id: held.id, held: true });
    expect(await find({ to: anna.id })).toMatchObject({ id: secret.id });
  });
});
