/** Filters of a room: words and links, messages that wait for approval, and quiet mutes. */
import { beforeEach, describe, expect } from 'vitest';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import { switchRoom } from '../../shared/store/moderation.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { openPart } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
});

const rules = (given: object) => anna.act('rules', given);

describe('words that a room does not want', () => {
  it.each(
    [['*'], ['\u3164'], ['\u3164\ufe0f*'], ['a b'], ['a*b'], ['a-b'], [''], ['x'.repeat(33)], [1]].map(([word]) => [
      word,
    ]),
  )('%j is none', (word) => {
    expect(() => checkParameters('rules', { token: 't', room: 'mine', words: [word] })).toThrow(/letters and digits/);
    expect(() =>
      checkParameters('rules', { token: 't', room: 'mine', words: Array.from({ length: 101 }, () => 'a') }),
    ).toThrow(/at most 100/);
    expect(checkParameters('rules', { token: 't', room: 'mine', words: ['bad', 'Évil9*'] }).words).toEqual([
      'bad',
      'Évil9*',
    ]);
  });

  it('are masked as whole words, however they are written, for everybody but who has a role', async () => {
    await rules({ words: ['Ass', 'damn*'] });
    for (const text of [
      'ass',
      'АSЅ and àss',
      'a class, an asset',
      'Damnation! damn_it',
      'a\u200dss',
      'ﷺ \u200d ß ass ΑΣ \0ass',
    ])
      await bert.send(scene.part, text);
    await anna.send(scene.part, 'ass');
    expect(await scene.texts(carl)).toEqual([
      '•••',
      '••• and àss',
      'a class, an asset',
      '•••••••••! ••••_it',
      '••••',
      'ﷺ \u200d ß ••• ΑΣ \0•••',
      'ass',
    ]);
    await rules({ words: ['https', 'ass', 'damn*'] });
    await bert.send(scene.part, '1https://t.me/x, https xhttps');
    expect((await scene.texts(carl)).at(-1)).toBe('1•••••://t.me/x, ••••• xhttps'); // a link's scheme is a word, as a page shows it
    await bert.act('send', { data: { say: ['damn', { ass: 'ass' }], n: 1 } });
    expect((await scene.told(carl)).at(-1)).toMatchObject({ data: { say: ['••••', { ass: '•••' }], n: 1 } });
  });

  it('are known to every process at once, when they change too', async () => {
    const other = await openPart(scene.redis.url);
    for (const [words, said] of [
      [['one'], '••• two'],
      [['two'], 'one •••'],
      [[], 'one two'],
    ] as const) {
      await rules({ words });
      for (const part of [scene.part, other]) await bert.send(part, 'one two');
      expect((await scene.texts(carl)).slice(-2)).toEqual([said, said]);
    }
    await other.close();
    expect((await scene.told(carl)).filter(({ type }) => type === 'rules').map(({ words }) => words)).toEqual([
      1, 1, 0,
    ]);
  });
});

describe('links in a room without', () => {
  it.each([
    'see https://a.example/x',
    'www.example.org',
    'EVIL.com',
    'ｗｗｗ．a.b',
    'ftp://x',
    '1https://t.me/x',
    'éhttp://a',
    'HTTPS://x',
    't.me/x',
    'ht\u200btps:/\u00ad/x',
    'ｈｔｔｐｓ：／／t',
    'ev\u200bil.com',
    'e\u0336vil.c\u0336om',
    '(evil.com)',
    'xn--e1awd7f.xn--p1ai',
  ])('"%s" is refused, but to who has a role', async (text) => {
    await rules({ links: false });
    for (const what of [{ text }, { data: [text] }, { data: { a: [{ [text]: 1 }] } }])
      await expect(bert.act('send', what)).rejects.toMatchObject({
        code: 'not_allowed',
        details: { reason: 'links' },
      });
    await anna.send(scene.part, text);
    await bert.send(scene.part, 'v1.2.3, e.g. 3.5: ok...no a.m./p.m. 1.5/2.5 and/or http: //');
    expect(await scene.texts(carl)).toHaveLength(2);
    await rules({ links: true });
    await bert.send(scene.part, text);
  });
});

describe('a message with such a word, in a room that holds them', () => {
  beforeEach(() => rules({ words: ['bad'], hold: true }));

  it('waits, seen by nobody; who has a role is told of each, and no other', async () => {
    await anna.act('moderate', { user: carl.id });
    const dora = (await scene.join('mine')).person;
    const first = await bert.send(scene.part, 'bad one', 'nonce');
    expect(first).toMatchObject({ held: true, id: expect.stringMatching(/^\d+-\d+$/) });
    expect(await bert.send(scene.part, 'bad one', 'nonce')).toMatchObject({
      id: first.id,
      held: true,
      duplicate: true,
    });
    await bert.send(scene.part, 'bad two');
    await bert.send(scene.part, 'good');
    for (const who of [bert, dora]) {
      const told = await scene.told(who);
      expect(told.map(({ type }) => type)).not.toContain('held');
      expect(told.map(({ text }) => text)).not.toContain('bad one');
      expect(await scene.texts(who)).toEqual(['good']);
    }
    for (const who of [anna, carl])
      expect((await scene.told(who)).filter(({ type }) => type === 'held')).toHaveLength(2);
    expect((await carl.act('held')).messages).toEqual([
      { id: first.id, at: expect.any(Number), from: { id: bert.id, name: 'Bert' }, text: 'bad one' },
      expect.objectContaining({ text: 'bad two' }),
    ]);
    expect((await carl.act('audit')).held).toBe(2);
  });

  it('is not approved while the host has the room switched off', async () => {
    const { id } = await bert.send(scene.part, 'bad one');
    await switchRoom(scene.part.store, 'mine', true);
    await expect(anna.act('approve', { id })).rejects.toMatchObject({
      code: 'not_allowed',
      details: { reason: 'off' },
    });
    await switchRoom(scene.part.store, 'mine', false);
    await anna.act('approve', { id });
    expect(await scene.texts(carl)).toEqual(['bad one']);
  });

  it("is approved as its sender's, or dropped, once", async () => {
    const ids = [];
    for (const text of ['bad one', 'bad two']) ids.push(String((await bert.send(scene.part, text)).id));
    const { id } = await anna.act('approve', { id: ids[0] });
    await anna.act('reject', { id: ids[1] });
    for (const one of ids)
      await expect(anna.act('approve', { id: one })).rejects.toMatchObject({
        code: 'bad_request',
        details: { field: 'id' },
      });
    const dropped = { type: 'removed', from: { id: anna.id }, removed: ids[1] };
    for (const who of [anna, bert]) expect((await scene.told(who)).at(-1)).toMatchObject(dropped);
    expect((await scene.told(carl)).at(-1)).toMatchObject({
      type: 'message',
      id,
      from: { id: bert.id, name: 'Bert' },
      text: 'bad one',
      held: ids[0],
    });
    expect(await scene.texts(carl)).toEqual(['bad one']);
    expect((await anna.act('held')).messages).toEqual([]);
  });

  it('goes when its sender wants to be forgotten', async () => {
    await bert.send(scene.part, 'bad bert');
    await carl.send(scene.part, 'bad carl');
    const texts = async () => ((await anna.act('held')).messages as { text: string }[]).map(({ text }) => text);
    expect(await texts()).toEqual(['bad bert', 'bad carl']);
    await scene.part.call('leave', { token: bert.token, forget: true });
    expect(await texts()).toEqual(['bad carl']);
  });
});

describe('what is said', () => {
  it('costs more when it is a link or was just said, not when it is a retry', async () => {
    const part = await openPart(scene.redis.url, { RATE_LIMITS: 'on', SEND_RATE: '1' }); // four at once, then one a second
    const sends = async (...texts: [text: string, nonce?: string][]): Promise<number> => {
      const who = (await scene.join('mine')).person;
      let taken = 0;
      for (const [text, nonce] of texts)
        await who.send(part, text, nonce).then(
          () => {
            taken += 1;
          },
          ({ code }: { code: string }) => expect(code).toBe('rate_limited'),
        );
      return taken;
    };
    expect(await sends(['a'], ['b'], ['c'], ['d'])).toBe(4);
    expect(await sends(['http://a.b'], ['www.c.d'], ['c'])).toBe(2);
    expect(await sends(['a'], ['a'], ['b'])).toBe(2);
    expect(await sends(['a', 'n'], ['a', 'n'], ['a', 'n'])).toBe(3);
    await part.close();
  });

  it('counts for the room when it is accepted, and not of who has a role', async () => {
    const part = await openPart(scene.redis.url, { RATE_LIMITS: 'on', ROOM_SENDS: '3' });
    const full = { code: 'rate_limited', details: { retryAfter: expect.any(Number) } };
    for (const text of ['1', '2', '3', '4']) await anna.send(part, text);
    await bert.send(part, 'once', 'n');
    for (let i = 0; i < 3; i += 1) await bert.send(part, 'once', 'n');
    await anna.act('mute', { user: carl.id, seconds: 60 });
    for (let i = 0; i < 3; i += 1)
      await expect(carl.send(part, `x${i}`)).rejects.toMatchObject({
        code: 'not_allowed',
        details: { reason: 'muted', retryAfter: 60 },
      });
    await anna.act('mute', { user: carl.id, seconds: 60, quiet: true });
    for (let i = 0; i < 3; i += 1) await carl.send(part, `unheard ${i}`);
    for (const text of ['two', 'three']) await bert.send(part, text);
    await expect(bert.send(part, 'four')).rejects.toMatchObject(full);
    await anna.send(part, '5');
    expect(await part.store.redis.pttl(part.store.keys.sends('mine'))).toBeGreaterThan(0);
    await part.close();
  });
});

describe('who is muted quietly', () => {
  beforeEach(() => anna.act('mute', { user: bert.id, seconds: 60, quiet: true }));

  it('is answered as ever, and hears itself; nobody else does, nor a newcomer', async () => {
    await bert.becomeLive(scene.part);
    const waiting = bert.poll(scene.part, 5);
    const sent = await bert.send(scene.part, 'hello?', 'n');
    expect(Object.keys(sent)).toEqual(['ok', 'id', 'at']);
    expect(await bert.send(scene.part, 'hello?', 'n')).toMatchObject({ duplicate: true, id: sent.id });
    await carl.send(scene.part, 'between');
    await bert.send(scene.part, 'anybody?');
    await scene.told(anna);
    await waiting;
    await bert.receive(scene.part, 'anybody?');
    expect(bert.texts).toEqual(['hello?', 'between', 'anybody?']);
    for (const who of [anna, carl]) await scene.told(who);
    expect(carl.texts).toEqual(['between']);
    const { room, person } = await scene.join('mine');
    expect(room.history.map(({ text }) => text)).not.toContain('hello?');
    expect([await scene.texts(person), await scene.texts(anna), await scene.texts(bert)]).toEqual([
      ['between'],
      ['between'],
      ['hello?', 'between', 'anybody?'],
    ]);
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await bert.send(scene.part, 'heard');
    expect(await scene.texts(carl)).toEqual(['between', 'heard']);
  });

  it('leaves pages of history whole for others', async () => {
    await carl.send(scene.part, 'oldest');
    for (let i = 0; i < 30; i += 1) await bert.send(scene.part, `quiet ${i}`);
    await carl.send(scene.part, 'newest');
    const page = await anna.act('history', { limit: 2 });
    expect(page.events.map(({ text }) => text)).toEqual(['oldest', 'newest']);
    expect(page.more).toBe(true); // who joined before
  });

  it('says nothing by signals or by another name, and can neither who may not speak', async () => {
    const hears = async (): Promise<string[]> => {
      await carl.becomeLive(scene.part);
      const waiting = carl.poll(scene.part, 0.5);
      await bert.act('signal', { data: 'x' });
      await anna.act('signal', { data: 'y' });
      return (await waiting).events.map(({ type, from }) => `${type} of ${from.name}`);
    };
    expect(await hears()).toEqual(['signal of Anna']);
    await scene.part.call('rename', { token: bert.token, name: 'Loud words' });
    expect((await scene.told(carl)).map(({ type }) => type)).not.toContain('renamed');
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await rules({ readonly: true });
    expect((await hears()).filter((one) => one.startsWith('signal'))).toEqual(['signal of Anna']);
  });

  it('stays out of what waits for approval', async () => {
    await rules({ words: ['bad'], hold: true });
    expect(await bert.send(scene.part, 'bad')).toMatchObject({ held: true });
    expect((await anna.act('held')).messages).toEqual([]);
  });
});
