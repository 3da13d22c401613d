/** The host switches things off for the whole server: networks, words, links. All processes heed it. */
import { describe, expect } from 'vitest';
import { systemWith } from '../support/fixtures/system.js';
import { Host, outcome, PASSWORD } from '../support/host.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ apis: 2, env: { ADMIN_PASSWORD: PASSWORD, TRUST_PROXY: 1 } });
const DAYS_90_S = 90 * 86_400;
let one: string, two: string, host: Host;
it.beforeAll(({ system }) => {
  [one = '', two = ''] = system.urls;
});
it.beforeEach(() => {
  host = new Host(one);
});

const joins = (from: string): Promise<string> => outcome(two, 'join', {}, { from });

describe('a network', () => {
  it('is kept out for up to 90 days, at all processes, until the ban is lifted', async () => {
    for (const [network, inside, outside] of [
      ['198.51.100.0/25', '198.51.100.100', '198.51.100.200'],
      ['2001:db8:7::/48', '2001:db8:7:1::1', '2001:db8:8::1'],
    ] as const) {
      expect(await host.act({ act: 'network_off', on: network, seconds: DAYS_90_S })).toEqual({ ok: true });
      await until(async () => (await joins(inside)) === 'not_allowed address', `${inside} is refused`);
      expect(await joins(outside)).toBe('ok');
      const { off, acts } = await host.figures(two);
      expect(off).toMatchObject([{ kind: 'network', name: network }]);
      expect(Math.round(((off[0]?.until ?? 0) - Date.now()) / 86_400_000)).toBe(90);
      expect(acts[0]).toMatchObject({ act: 'network_off', on: network, seconds: DAYS_90_S });
      await host.act({ act: 'network_on', on: network });
      await until(async () => (await joins(inside)) === 'ok', `${inside} is served`);
    }
  });

  it('that is none, or too wide, or too long, is refused in words', async () => {
    for (const [body, message] of [
      [{ on: '0.0.0.0/0' }, /^Give a network/],
      [{ on: 'spam' }, /^Give a network/],
      [{ on: '198.51.100.0/24', seconds: DAYS_90_S + 1 }, /at most 90 days/],
    ] as const)
      expect(await host.act({ act: 'network_off', ...body })).toMatchObject({
        ok: false,
        message: expect.stringMatching(message) as unknown,
      });
    expect(await host.act({ act: 'address_off', on: '198.51.100.1', seconds: 86_401 })).toMatchObject({ ok: false });
  });

  it("can be looked at before: whether the host's own address is in it", async () => {
    const look = async (on: string): Promise<unknown> =>
      (await host.post('/admin/address', { on, kind: 'network' })).json();
    expect(await look('192.0.2.0/24')).toEqual({
      ok: true,
      address: '192.0.2.0/24',
      own: true,
      busy: false,
      off: false,
    });
    expect(await look('198.51.100.7')).toMatchObject({ address: '198.51.100.7/32', own: false });
  });
});

describe('words and links', () => {
  it('bind everybody in all rooms: messages, private ones, edits and values', async () => {
    const ann = await TestUser.join(two, { room: 'clean', name: 'Ann' }); // she owns the room
    const bob = await TestUser.join(two, { room: 'clean', name: 'Bob' });
    for (const [act, on] of [
      ['word_off', 'Spam'],
      ['link_off', 'https://bad.example/path'],
    ])
      expect(await host.act({ act, on })).toEqual({ ok: true });
    const texts = async (): Promise<(string | undefined)[]> =>
      (await ann.ask<{ events: { text?: string }[] }>('history', { room: 'clean' })).events.map(({ text }) => text);
    await until(async () => {
      await ann.send({ room: 'clean', text: 'spam' });
      return (await texts()).at(-1) === '••••';
    }, 'the word is masked');
    const { id } = await bob.send({ room: 'clean', text: 'fine' });
    await bob.ask('edit', { room: 'clean', id, text: 'now spam' });
    expect((await texts()).at(-1)).toBe('now ••••');
    await ann.ask('set', { room: 'clean', key: 'k', value: ['spam'] });
    expect(JSON.stringify(await bob.ask('get', { room: 'clean' }))).toContain('["••••"]');
    const link = { text: 'see bad.example', token: bob.token };
    const refused = 'not_allowed links';
    expect(await outcome(two, 'send', link)).toBe(refused);
    expect(await outcome(two, 'send', { ...link, to: ann.id })).toBe(refused);
    expect(await outcome(two, 'send', { ...link, text: 'x', data: { at: 'http://a.bad.example' } })).toBe(refused);
    expect(await outcome(two, 'post', { room: 'clean', text: link.text })).toBe(refused);
    expect(await outcome(two, 'edit', { ...link, id })).toBe(refused);
    expect(await outcome(two, 'set', { token: ann.token, key: 'k', value: 'bad.example' })).toBe(refused);
    for (const [act, on] of [
      ['word_on', 'spam'],
      ['link_on', 'bad.example'],
    ])
      await host.act({ act, on });
    await until(async () => (await outcome(two, 'send', link)) === 'ok', 'the link is allowed');
    expect((await host.figures()).off).toEqual([]);
  });
});
