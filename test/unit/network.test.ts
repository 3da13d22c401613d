import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitedAddress } from '../../apps/api/limits/client-address.js';
import { readNetwork } from '../../apps/api/limits/network.js';

const has = (network: string, address: string): boolean | undefined =>
  readNetwork(network)?.has(limitedAddress(address) ?? '');

describe('a network', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.0/24', '203.0.114.0', false],
    ['203.0.113.77/24', '203.0.113.1', true],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['2001:db8:1::/48', '2001:db8:1:ffff::1', true],
    ['2001:db8:1::/48', '2001:db8:2::1', false],
    ['2001:DB8:1:2::9', '2001:db8:1:2::1', true],
    ['2001:db8::/32', '203.0.113.9', false],
  ])('%s has %s: %s', (network, address, expected) => expect(has(network, address)).toBe(expected));

  it.each([
    '203.0.113.0/7',
    '0.0.0.0/0',
    '203.0.113.0/33',
    '::/0',
    '2001:db8::/65',
    '1.2.3',
    'spam',
    '1.2.3.4/',
    '1.2.3.4/-1',
    'fe80::1%eth0',
  ])('is not %s', (text) => expect(readNetwork(text)).toBeNull());

  it.each([
    ['203.0.113.77/24', '203.0.113.0/24'],
    ['203.0.113.255/30', '203.0.113.252/30'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['2001:DB8:0:1:2::9', '2001:db8:0:1::/64'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001/48', '2001:db8::/48'],
  ])('%s has one name: %s', (network, name) => expect(readNetwork(network)?.name).toBe(name));

  it('of IPv4 has exactly the addresses that begin with its bits', () => {
    const part = fc.integer({ min: 0, max: 255 });
    const address = fc.tuple(part, part, part, part);
    const bits = (parts: number[]): string => parts.map((one) => one.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(address, address, fc.integer({ min: 8, max: 32 }), (one, other, prefix) => {
        const same = bits(one).slice(0, prefix) === bits(other).slice(0, prefix);
        expect(has(`${one.join('.')}/${prefix}`, other.join('.'))).toBe(same);
      }),
    );
  });
});
