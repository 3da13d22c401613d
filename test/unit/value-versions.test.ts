/** Versions of a value in the library: which word about a value is believed. */
import { expect, it } from 'vitest';
import { Values } from '../../apps/web/client/events/values.js';
import type { ChatEvent } from '../../shared/protocol/events.js';

it('what only another tab has told of a value gives way to any word of the server', () => {
  const host = {
    ready: Promise.resolve(),
    userId: () => 1,
    write: () => Promise.reject(new Error()),
    read: () => Promise.reject(new Error()),
  };
  const values = new Values('r', host);
  const told = (id: string, value: unknown): ChatEvent => ({
    type: 'value',
    room: 'r',
    id,
    at: 0,
    from: { id: 2, name: 'x' },
    key: 'k',
    value,
  });
  values.take(told('999999999999999-0', 'forged'), false);
  expect(values.get('k')).toBe('forged');
  values.take(told('5-0', 'true'));
  expect(values.get('k')).toBe('true');
  values.take(told('6-0', 'newer'));
  expect(values.get('k')).toBe('newer');
});
