/** Names that are yours again: a secret of the browser gets them back, for seven days after their user has gone. */
import { describe, expect } from 'vitest';
import { ADDRESS_KEPT_NAMES_MAX, KEPT_NAME_TTL_MS, KEPT_NAMES_MAX } from '../../shared/protocol/limits.js';
import { indexNames, releaseName, reserveName } from '../../shared/store/room-names.js';
import { expireUser } from '../../shared/store/user-end.js';
import { bothPlans } from '../support/fixtures/parts.js';
import { DAY_MS, passDays } from '../support/later.js';
import type { Part } from '../support/parts.js';
import type { Person } from '../support/people.js';
import { allKeys, wipe } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const [HERS, OTHERS] = ['her-secret-of-22-letters', 'other-secret-of-22-letters'];
const TAKEN = { code: 'name_taken' };

describe.for(bothPlans())('a name, with the plan %s,', ([, it]) => {
  let scene: Scene, part: Part, bert: Person, anna: Person;
  it.beforeEach(async ({ scene: given }) => {
    scene = given;
    part = scene.part;
    await wipe(part.store.redis);
    part.addresses = ['here', ''];
    bert = await come('Bert');
    anna = await come('Anna', HERS);
  });

  const come = async (name: string, secret?: string, room = 'r'): Promise<Person> =>
    (await scene.join(room, { name, secret })).person;
  const expire = ({ id }: Person): Promise<string[]> => expireUser(part.store, id, Number.MAX_SAFE_INTEGER);
  const kept = (room = 'r') => part.store.redis.zrange(part.store.keys.keptNicks(room), '0', '-1');
  const namesIn = async (room = 'r'): Promise<string[]> =>
    Object.values(await part.store.redis.hgetall(part.store.keys.roster(room))).sort();

  it('is given back at once while a dead page still has it, and everybody is told who left and came', async () => {
    await part.call('enter', { token: anna.token, room: 'second' });
    const carl = await come('Carl', undefined, 'second');
    await anna.send(part, 'before');
    await scene.told(bert);
    const again = await come('ANNA', HERS);
    await again.send(part, 'after');
    await bert.send(part, 'still here');
    expect((await scene.told(bert)).map(({ type, from, text }) => [type, from.id, text])).toEqual([
      ['left', anna.id, undefined],
      ['joined', again.id, undefined],
      ['message', again.id, 'after'],
      ['message', bert.id, 'still here'],
    ]);
    expect(await scene.texts(again)).toEqual(['before', 'after', 'still here']);
    await expect(anna.poll(part)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await scene.told(carl)).toContainEqual(
      expect.objectContaining({ type: 'left', from: { id: anna.id, name: 'Anna' } }),
    );
    expect([await namesIn(), await namesIn('second')]).toEqual([['ANNA', 'Bert'], ['Carl']]);
  });

  it('is given back by `enter` too, and to a user that is in already it changes nothing', async () => {
    const other = await come('Anna', OTHERS, 'other');
    await expect(other.act('enter', { room: 'r', secret: OTHERS })).rejects.toMatchObject(TAKEN);
    await anna.act('enter', { secret: HERS });
    await anna.send(part, 'still here');
    await other.act('enter', { room: 'r', secret: HERS });
    await expect(anna.poll(part)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await namesIn()).toEqual(['Anna', 'Bert']);
  });

  it('is kept for seven days after its user has gone silently, for its secret alone', async () => {
    await expire(anna);
    await expect(come('Anna')).rejects.toMatchObject({ ...TAKEN, details: { field: 'name', suggestion: 'Anna2' } });
    await expect(come('аnnа', OTHERS)).rejects.toMatchObject(TAKEN); // Cyrillic
    await expect(bert.act('rename', { name: 'Anna', room: undefined })).rejects.toMatchObject(TAKEN);
    const other = await come('Anna', undefined, 'elsewhere');
    await expect(other.act('enter', { room: 'r' })).rejects.toMatchObject(TAKEN);
    await passDays(part.store, 'r', 6.9);
    await expect(come('Anna')).rejects.toMatchObject(TAKEN);
    const again = await come('Anna', HERS);
    expect(again.id).toBeGreaterThan(other.id);
    await expire(again);
    await passDays(part.store, 'r', 7.1);
    expect((await come('Anna')).id).toBeGreaterThan(again.id);
    expect(await kept()).toEqual([]);
  });

  it('is free at once when its user leaves, exits or is sent out, or had no secret', async () => {
    for (const end of [
      () => anna.act('leave', { room: undefined }),
      () => anna.act('exit'),
      () => bert.act('kick', { user: anna.id }),
      () =>
        bert.act('ban', { user: anna.id, seconds: 0 }).then(() => anna.act('leave', { room: undefined, forget: true })),
    ]) {
      await end();
      anna = await come('Anna');
      await expire(anna);
      anna = await come('Anna', HERS);
    }
    expect(await kept()).toEqual([]);
  });

  it('that was given up by a rename is free, and the new one is kept', async () => {
    await anna.act('rename', { name: 'Berta', room: undefined });
    await expire(anna);
    expect((await come('Anna')).id).toBeGreaterThan(anna.id);
    await expect(come('Berta')).rejects.toMatchObject(TAKEN);
    const again = await come('Other', HERS);
    await again.act('rename', { name: 'Berta', room: undefined });
    expect(await namesIn()).toEqual(['Anna', 'Bert', 'Berta']);
  });

  it('of a guest is not kept, but given back while its dead page has it', async () => {
    const { user } = await part.call('join', { room: 'r', secret: OTHERS });
    const { id, name } = user as { id: number; name: string };
    const again = await come(name, OTHERS);
    expect(again.id).not.toBe(id);
    await expire(again);
    expect((await come(name)).id).toBeGreaterThan(again.id);
  });

  it('that is kept goes with its room, and Redis has no secret', async () => {
    await expire(anna);
    const { redis } = part.store;
    const texts = await Promise.all(
      (await allKeys(redis)).map(async (key) => `${key} ${String(await redis.dump(key))}`),
    );
    for (const text of texts) expect(text).not.toContain(HERS);
    expect(texts.join()).toContain('anna');
    await expire(bert);
    await passDays(part.store, 'r', KEPT_NAME_TTL_MS / DAY_MS + 0.1);
    expect((await allKeys(redis)).filter((key) => key.includes(':r:'))).toEqual([]);
  });

  it('that is given back is noted as kept no more, nor after its user has left and is forgotten', async () => {
    const { keys, redis } = part.store;
    await expire(anna);
    expect(await kept()).toEqual(['here anna']);
    anna = await come('Anna', HERS);
    expect(await kept()).toEqual([]);
    anna = await come('Anna', HERS); // while the dead page has it
    expect(await kept()).toEqual([]);
    await anna.act('leave', { room: undefined, forget: true });
    expect(await redis.hgetall(keys.holders('r'))).toEqual({ bert: `${bert.id}` });
  });

  it.for([
    ['whoever comes', () => come('Carl')],
    ['or when the names are repaired', () => indexNames(part.store, 'r')],
  ] as const)('that is kept goes when its time has ended, %s', async ([, occasion]) => {
    const { keys, redis } = part.store;
    await expire(anna);
    await redis.zincrby(keys.keptNicks('r'), -KEPT_NAME_TTL_MS - 1_000, 'here anna');
    const ends = await redis.zscore(keys.keptNicks('r'), 'here anna');
    const record = (await redis.hget(keys.holders('r'), 'anna')) ?? '';
    await redis.hset(keys.holders('r'), 'anna', record.replace(/^0 \d+/, `0 ${ends}`));
    await occasion();
    expect(await kept()).toEqual([]);
    expect(await redis.hkeys(keys.holders('r'))).not.toContain('anna');
  });

  it.for([
    ['not longer than its room', 0, DAY_MS],
    ['not as long as a room that stays', 90 * DAY_MS, 8 * DAY_MS],
  ] as const)('is kept %s', async ([, stay, most]) => {
    const { keys, redis } = part.store;
    await expire(anna);
    if (stay > 0) await redis.hset(keys.rules('r'), 'stay', Date.now() + stay);
    await expire(bert);
    for (const key of [keys.holders('r'), keys.keptNicks('r')]) {
      expect(await redis.pttl(key)).toBeGreaterThan(most - 60_000);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(most);
    }
    await come('Anna', HERS);
    expect(await redis.pttl(keys.holders('r'))).toBeGreaterThan(KEPT_NAME_TTL_MS);
  });

  it('stays kept when its user wants it back by a rename that fails, or whose process dies', async () => {
    await expire(anna);
    const { id } = await come('Anne', HERS);
    const claim = { id, name: 'Anna', ends: String(Date.now() + 30_000) };
    for (const how of ['fails', 'dies']) {
      expect(await reserveName(part.store, 'r', how === 'dies' ? { ...claim, ends: '1' } : claim), how).toBe(true);
      if (how === 'fails') await releaseName(part.store, 'r', claim);
      await expect(come('Anna'), how).rejects.toMatchObject(TAKEN);
      await expect(come('Anna', OTHERS), how).rejects.toMatchObject(TAKEN);
    }
    await part.call('rename', { token: (await come('Anno', HERS)).token, name: 'Anna' });
    expect(await namesIn()).toContain('Anna');
    expect(await kept()).toEqual([]);
  });

  it('is one of a bounded number in a room, and of one address: the oldest goes first', async () => {
    const { keys, redis } = part.store;
    // in the order of the numbers, also when two names are kept in one millisecond
    const lettersOf = (n: number): string =>
      [...String(n).padStart(3, '0')].map((digit) => 'abcdefghjk'[Number(digit)]).join('');
    const fill = async (count: number, address: string): Promise<void> => {
      part.addresses = [address, ''];
      for (let i = 0; i < count; i += 1) await expire(await come(`${address} ${lettersOf(i)}`, `${OTHERS}${i}`));
    };
    await expire(anna);
    await fill(ADDRESS_KEPT_NAMES_MAX + 2, 'there');
    expect((await kept()).filter((member) => member.startsWith('there '))).toHaveLength(ADDRESS_KEPT_NAMES_MAX);
    expect(await kept()).toContain('here anna');
    expect((await come(`there ${lettersOf(0)}`)).id).toBeGreaterThan(anna.id);
    await expect(come(`there ${lettersOf(2)}`)).rejects.toMatchObject(TAKEN);

    const later = Date.now() + KEPT_NAME_TTL_MS + 1_000;
    for (let i = (await kept()).length; i < KEPT_NAMES_MAX; i += 1)
      await redis.zadd(keys.keptNicks('r'), later, `address-${i} name ${i}`);
    await fill(2, 'third');
    expect(await kept()).toHaveLength(KEPT_NAMES_MAX);
    expect(await kept()).not.toContain('here anna');
    expect((await come('Anna')).id).toBeGreaterThan(anna.id);
  });
});
