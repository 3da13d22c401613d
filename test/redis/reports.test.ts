/** Reports: members tell moderators of a message. */
import { describe, expect } from 'vitest';
import type { ReportedMessage } from '../../shared/protocol/events.js';
import { REPORTERS_MAX, REPORTS_MAX, REPORTS_PER_USER_MAX } from '../../shared/protocol/limits.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person, dora: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl, dora] = await scene.people('mine', 'Anna', 'Bert', 'Carl', 'Dora');
});

const say = async (who: Person, text = 'rude') => String((await who.send(scene.part, text)).id);
const report = (who: Person, id: string) => who.act('report', { id });
const reports = async () => ((await anna.act('held')).reports ?? []) as ReportedMessage[];
const noSuch = { code: 'bad_request', details: { field: 'id' } };

describe('reports of a message', () => {
  it('are counted once for each user, and told to roles at the first', async () => {
    const [polite, rude] = [await say(bert, 'polite'), await say(bert)];
    for (const one of [carl, dora, carl]) await report(one, rude);
    await report(carl, polite);
    expect(await reports()).toEqual([
      { id: rude, at: Number.parseInt(rude, 10), from: { id: bert.id, name: 'Bert' }, text: 'rude', count: 2 },
      expect.objectContaining({ id: polite, count: 1 }),
    ]);
    expect((await anna.act('audit')).reports).toBe(2);
    const told = (await scene.told(anna)).filter(({ type }) => type === 'reported');
    expect(told.map(({ reported }) => reported)).toEqual([rude, polite]);
  });

  it('nobody learns who has reported it, and members learn nothing', async () => {
    const id = await say(bert);
    await report(carl, id);
    const given = [await scene.told(anna), await anna.act('held'), await anna.act('audit')];
    const about = JSON.stringify(given).replaceAll(/"type":"joined"[^}]*}/g, '');
    expect(about).not.toMatch(/Carl/);
    for (const one of [bert, carl, dora])
      expect((await scene.told(one)).filter(({ type }) => type === 'reported')).toEqual([]);
    for (const op of ['held', 'audit'] as const)
      await expect(dora.act(op)).rejects.toMatchObject({ code: 'not_owner' });
  });

  it('end when a moderator keeps the message, and it is not reported again', async () => {
    const id = await say(bert);
    await report(carl, id);
    expect(await anna.act('approve', { id })).toMatchObject({ id });
    await report(dora, id);
    expect([await reports(), await scene.texts(carl)]).toEqual([[], ['rude']]);
    await expect(anna.act('approve', { id: '5-5' })).rejects.toMatchObject(noSuch);
  });

  it('end with the message: when it is removed, its author banned, the history emptied', async () => {
    for (const end of [
      (id: string) => anna.act('remove', { id }),
      () => anna.act('clear'),
      () => anna.act('ban', { user: bert.id, seconds: 5, messages: true }),
    ]) {
      const id = await say(bert);
      await report(carl, id);
      expect(await reports()).toHaveLength(1);
      await end(id);
      expect([await reports(), (await anna.act('audit')).reports]).toEqual([[], 0]);
    }
  });

  it('count no more for their user when the message is gone, however it went', async () => {
    const { redis, keys } = scene.part.store;
    const fill = async () => {
      const ids: string[] = [];
      for (let i = 0; i < REPORTS_PER_USER_MAX; i += 1) ids.push(await say(bert, `${i}`));
      for (const id of ids) await report(carl, id);
      return ids;
    };
    const ids = await fill();
    const last = await say(dora, 'fine');
    await expect(report(carl, last)).rejects.toMatchObject(noSuch);
    await redis.xdel(keys.log('mine'), String(ids[0])); // as trimming does
    await report(carl, last);
    expect((await reports()).map(({ id }) => id).sort()).toEqual([...ids.slice(1), last]);
    await anna.act('ban', { user: bert.id, seconds: 5, messages: true });
    await report(carl, await say(dora, 'and this'));
    expect(await reports()).toHaveLength(2);
    expect((await redis.hget(keys.rules('mine'), 'reports'))?.split('\n')).toHaveLength(2);
  });

  it('are for members, of messages that they can see', async () => {
    const id = await say(bert);
    await dora.act('exit');
    await expect(report(dora, id)).rejects.toMatchObject({ code: 'not_in_room' });
    const joined = (await scene.told(carl)).find(({ type }) => type === 'joined')?.id ?? '';
    for (const other of ['5-5', joined]) await expect(report(carl, other)).rejects.toMatchObject(noSuch);
    await anna.act('mute', { user: bert.id, seconds: 9, quiet: true });
    await expect(report(carl, await say(bert))).rejects.toMatchObject(noSuch);
  });

  it('are bounded by user, message and room', async () => {
    const ids: string[] = [];
    for (let i = 0; i <= REPORTS_MAX; i += 1) ids.push(await say(bert, `${i}`));
    for (const id of ids.slice(0, REPORTS_PER_USER_MAX)) await report(carl, id);
    await expect(report(carl, String(ids.at(-1)))).rejects.toMatchObject(noSuch);
    const { redis, keys } = scene.part.store;
    const others = Array.from({ length: REPORTERS_MAX }, (_, i) => 1_000 + i).join(',');
    await redis.hset(
      keys.rules('mine'),
      'reports',
      ids
        .slice(0, -1)
        .map((id) => `${id} ,${others},`)
        .join('\n'),
    );
    await report(dora, String(ids[0])); // counted no more
    expect((await reports())[0]?.count).toBe(REPORTERS_MAX);
    await report(dora, String(ids.at(-1)));
    const found = (await reports()).map(({ id }) => id);
    expect([found.length, found.includes(String(ids[0])), found.at(-1)]).toEqual([REPORTS_MAX, false, ids.at(-1)]);
  });
});
