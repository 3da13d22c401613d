/** Values of a room, as somebody in it writes and reads them. */
import { expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import type { Person } from './people.js';

/** Resolves with the version that the value has got. */
export const set = async (who: Person, key: string, value: unknown, extra: object = {}) =>
  String((await who.act('set', { key, value, ...extra })).version);

export const get = async (who: Person, extra: object = {}) =>
  (await who.act('get', extra)).values as Record<string, { value: unknown; version: string }>;

/** The values without their versions. */
export const plain = async (who: Person, extra: object = {}) =>
  Object.fromEntries(Object.entries(await get(who, extra)).map(([key, { value }]) => [key, value]));

export const valueEvents = (events: ChatEvent[]) => events.filter(({ type }) => type === 'value');

export const refusedWith = (code: string, details: object = {}) => ({
  code,
  details: expect.objectContaining(details) as unknown,
});
