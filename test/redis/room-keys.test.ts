/** Keys of rooms: whom they let in, which role they give, and what ends with them. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { readRooms } from '../../shared/store/rooms.js';
import { bothPlans } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { wipe } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const LOCKED = { code: 'not_allowed', details: { reason: 'key', field: 'key' } };
const seen = (events: ChatEvent[], type: string) => events.filter((event) => event.type === type);

describe.for(bothPlans())('a room with a key (%s)', ([, it]) => {
  let scene: Scene, anna: Person, bert: Person, owner: string;
  it.beforeEach(async ({ scene: given }) => {
    scene = given;
    await wipe(scene.part.store.redis);
    scene.part.addresses = ['here', ''];
    const made = await scene.join('mine', { name: 'Anna' });
    [anna, owner] = [made.person, String(made.owner)];
    [bert] = await scene.people('mine', 'Bert');
  });

  const renew = async (which: 'member' | 'moderator'): Promise<string> =>
    String((await anna.act('keys', { [which]: 'renew' }))[which]);
  const view = async (who: Person, more = {}) => (await who.act('enter', more)).room as Record<string, unknown>;
  const listed = async () => (await readRooms(scene.part.store)).map(({ name, members }) => `${name} ${members}`);

  it('lets in who has the key, the owner and who is in; and nobody else, by join or by enter', async () => {
    const key = await renew('member');
    const { person: dora } = await scene.join('elsewhere', { name: 'Dora' });
    for (const wrong of [undefined, '', 'wrong', `${key}x`]) {
      await expect(scene.join('mine', { key: wrong })).rejects.toMatchObject(LOCKED);
      await expect(dora.act('enter', { room: 'mine', key: wrong })).rejects.toMatchObject(LOCKED);
    }
    await scene.join('mine', { key });
    await scene.join('mine', { owner, key: 'old' });
    await dora.act('enter', { room: 'mine', key });
    for (const who of [anna, bert, dora])
      expect(await view(who, { room: 'mine', key: 'old' })).toMatchObject({ name: 'mine' });
    await dora.act('exit', { room: 'mine' });
    await expect(dora.act('enter', { room: 'mine' })).rejects.toMatchObject(LOCKED);
  });

  it('says of its key only how it begins, to moderators; Redis has its hash', async () => {
    const key = await renew('member');
    const { keys, acts } = await anna.act('audit');
    expect(keys).toEqual({ member: key.slice(0, 4) });
    expect(acts).toMatchObject([{ by: anna.id, what: 'keys', member: 'renew' }]);
    const { redis, keys: names } = scene.part.store;
    expect(JSON.stringify(await redis.hgetall(names.rules('mine')))).not.toContain(key);
    expect(JSON.stringify([await view(bert), await scene.told(bert)])).not.toContain(key);
  });

  it('tells the room once of a member that becomes a moderator by entering again', async () => {
    const key = await renew('moderator');
    const { person: odd } = await scene.join('mine', { name: 'a"from":{"b}' });
    for (const one of [anna, bert, odd]) await scene.told(one);
    for (let i = 0; i < 2; i += 1) expect(await view(odd, { key })).toMatchObject({ role: 'moderator' });
    const user = { id: odd.id, name: 'a"from":{"b}' };
    for (const one of [bert, odd])
      expect(await scene.told(one)).toMatchObject([{ type: 'moderator', room: 'mine', from: user, user, on: true }]);
    await anna.act('moderate', { user: odd.id, on: false });
    await odd.act('exit');
    await odd.act('enter', { key });
    const told = (await scene.told(bert)).map(({ type, role = '' }) => `${type} ${role}`);
    expect(told).toEqual(['moderator ', 'left ', 'joined moderator']);
  });

  it('ends its former key with a new one, and needs none when it is off; who is in stays', async () => {
    const former = await renew('member');
    const { person: dora } = await scene.join('mine', { key: former, name: 'Dora' });
    const key = await renew('member');
    await expect(scene.join('mine', { key: former })).rejects.toMatchObject(LOCKED);
    await dora.send(scene.part, 'still here');
    await scene.join('mine', { key });
    await anna.act('keys', { member: 'off' });
    await scene.join('mine');
    await expect(scene.join('mine', { key })).rejects.toMatchObject(LOCKED); // as for a room that does not exist
  });

  it('is not told from a room without a key, or from none, by a key that is wrong; and none is made', async () => {
    await renew('member');
    await scene.join('open');
    const said = [];
    for (const room of ['mine', 'open', 'nowhere'])
      said.push(
        await scene.join(room, { key: 'guess' }).catch((error: Error) => ({ ...error, message: error.message })),
      );
    expect(said).toEqual([said[0], said[0], said[0]]);
    expect(said[0]).toMatchObject(LOCKED);
    expect(await scene.part.store.redis.exists(scene.part.store.keys.delivered('nowhere'))).toBe(0);
  });

  it('is never listed, and has its place in the list again without its key', async () => {
    expect(await listed()).toEqual(['mine 2']);
    const key = await renew('member');
    expect(await listed()).toEqual([]);
    const { person } = await scene.join('mine', { key });
    await person.act('exit');
    expect(await listed()).toEqual([]);
    await anna.act('keys', { member: 'off' });
    expect(await listed()).toEqual(['mine 2']);
  });

  it('gives its keys to its owner alone', async () => {
    const key = await renew('moderator');
    await view(bert, { key });
    for (const who of [bert, (await scene.people('mine', 'Carl'))[0]])
      await expect(who.act('keys', { member: 'renew' })).rejects.toMatchObject({ code: 'not_owner' });
    await expect(anna.act('keys')).rejects.toMatchObject({ code: 'bad_request', details: { field: 'member' } });
    await bert.act('keys', { moderator: 'off', owner });
  });

  it("gives the role at each visit by a moderator's key, and ends it with that key", async () => {
    const key = await renew('moderator');
    const [carl] = await scene.people('mine', 'Carl');
    await scene.told(carl);
    const { person: dora, room } = await scene.join('mine', { key, name: 'D<o>ra' });
    expect(room).toMatchObject({ role: 'moderator' });
    expect(seen(await scene.told(carl), 'joined').at(-1)).toMatchObject({ from: { id: dora.id }, role: 'moderator' });
    await dora.act('exit');
    expect(await view(dora)).not.toHaveProperty('role');
    expect(await view(dora, { key })).toMatchObject({ role: 'moderator' });
    expect(await view(bert, { key })).toMatchObject({ role: 'moderator' });
    await scene.told(carl);
    await renew('moderator');
    expect(seen(await scene.told(carl), 'moderator')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          from: { id: anna.id, name: 'Anna' },
          user: { id: bert.id, name: 'Bert' },
          on: false,
        }),
        expect.objectContaining({ user: { id: dora.id, name: 'D<o>ra' }, on: false }),
      ]),
    );
    for (const who of [bert, dora]) {
      await expect(who.act('rules', { slow: 1 })).rejects.toMatchObject({ code: 'not_owner' });
      expect(await view(who, { key })).not.toHaveProperty('role');
    }
  });

  it("leaves with a new moderator's key the roles that the owner has given by name, and the owner's", async () => {
    const key = await renew('moderator');
    await view(bert, { key });
    await anna.act('moderate', { user: bert.id });
    await view(anna, { key, owner });
    const { person: dora } = await scene.join('mine', { key });
    await anna.act('handover', { user: dora.id });
    const fresh = String((await dora.act('own')).owner);
    await dora.act('keys', { moderator: 'renew', owner: fresh });
    expect(await view(dora)).toMatchObject({ role: 'owner', moderators: expect.arrayContaining([bert.id, dora.id]) });
  });

  it('has at most twenty moderators by its key; its owner gets in all the same', async () => {
    const key = await renew('moderator');
    const came = [];
    for (let i = 0; i < 21; i += 1) came.push((await scene.join('mine', { key })).room.role);
    expect(came.filter((role) => role === 'moderator')).toHaveLength(19); // the owner has a role, too
    expect((await scene.join('mine', { owner })).room.role).toBe('owner');
  });

  it("keeps out who is banned, whatever the key; and a moderator's key opens a closed room", async () => {
    const [member, moderator] = [await renew('member'), await renew('moderator')];
    await anna.act('rules', { closed: true });
    await expect(scene.join('mine', { key: member })).rejects.toMatchObject({ details: { reason: 'closed' } });
    await scene.join('mine', { key: moderator });
    scene.part.addresses = ['there', ''];
    const { person: carl } = await scene.join('mine', { key: moderator, name: 'Carl' });
    await anna.act('ban', { user: carl.id, seconds: 60 });
    await expect(scene.join('mine', { key: moderator })).rejects.toMatchObject({ details: { reason: 'banned' } });
    await expect(scene.join('mine')).rejects.toMatchObject(LOCKED);
  });
});
