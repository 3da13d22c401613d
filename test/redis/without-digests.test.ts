/** Beside processes of a version that knows no sums, as during an upgrade: nothing is taken for a loss. */
import { expect } from 'vitest';
import { parseDelivery } from '../../apps/api/polls/delivery.js';
import { cursorText, parseCursor } from '../../shared/store/inboxes.js';
import { partsTest } from '../support/fixtures/parts.js';
import { joinAs } from '../support/people.js';

const it = partsTest;

it('a delivery of a worker that gives no sums is read, and what looks like them in a text is none', () => {
  const group = ['1', '5-0', '1:2', '{"id":"5-0","text":"1 2 3"}'];
  expect(parseDelivery(['7', ...group].join('\n')).groups[0]?.chunk).toEqual({
    count: 1,
    eventId: '5-0',
    text: group[3],
    digest: Number.NaN,
  });
  expect(parseDelivery(['7', ...group, '9'].join('\n')).groups[0]?.chunk.digest).toBe(9);
});

it('a cursor without a sum is one, and gives one that is read by such a version', () => {
  const cursor = parseCursor('0123456789.3.5-0');
  expect(cursor).toEqual({ instance: '0123456789', count: 3, eventId: '5-0', digest: Number.NaN });
  expect(cursorText('0123456789', { count: 3, eventId: '5-0', digest: Number.NaN })).toBe('0123456789.3.5-0');
  expect(cursorText('0123456789', { count: 3, eventId: '5-0', digest: 35 })).toMatch(/^[a-z0-9]{1,16}\.3\.5-0$/);
});

it('a cursor without a sum, and an inbox whose beginning such a version has moved, lose nothing', async ({
  part,
  worker,
}) => {
  const [anna, bert] = [await joinAs(part, 'room'), await joinAs(part, 'room')];
  for (const [number, how] of (['no sum', 'no sum in Redis', 'live', 'live, no sum'] as const).entries()) {
    if (how === 'no sum in Redis') {
      part.polls.live.forget(anna.id, Number.MAX_SAFE_INTEGER);
      await anna.poll(part); // at Redis, where the inbox begins behind what she has had from now on
      part.polls.live.forget(anna.id, Number.MAX_SAFE_INTEGER);
      await part.store.redis.hdel(part.store.keys.user(anna.id), 'sum');
    }
    if (how.startsWith('live')) await anna.becomeLive(part);
    await bert.send(part, how);
    await worker.fanOut.advanceRoom('room');
    if (how.endsWith('no sum')) anna.cursor = anna.cursor.replace(/^(.{10}).{6}/, '$1');
    const answer = await anna.poll(part, 1);
    expect(answer.reset).toBeUndefined();
    expect(anna.texts).toHaveLength(number + 1);
  }
});
