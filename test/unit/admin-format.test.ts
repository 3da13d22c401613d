/** Numbers on the page of the host. */
import { expect, it } from 'vitest';
import { bytes } from '../../apps/web/admin/format.js';

it.each([
  [1_000, '1 kB'],
  [64 * 1_024 * 1_024, '64 MB'], // REDIS_MAXMEMORY=64
  [2 * 1_024 ** 3, '2 GB'], // "config set maxmemory 2gb"
])('%i bytes are %s, as Redis counts', (value, text) => {
  expect(bytes(value)).toBe(text);
});
