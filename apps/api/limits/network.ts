/** Networks in CIDR notation (RFC 4632), as a host types them. */
import { BlockList, isIP } from 'node:net';
import { groupsOf } from './client-address.js';

/** The widest network that can be banned. One that is wider would be half the world by a slip of the finger. */
const PREFIX_MIN: Record<4 | 6, number> = { 4: 8, 6: 16 };
/** A /64 of IPv6 is one customer: limits count no part of it. */
const PREFIX_MAX: Record<4 | 6, number> = { 4: 32, 6: 64 };

export interface Network {
  /** As it is listed, such as `203.0.113.0/24`. */
  name: string;
  /** Whether an address is in it: an IPv4 address, or an IPv6 one with or without a prefix (`2001:db8::/64`). */
  has(address: string): boolean;
}

/** Reads `203.0.113.0/24`, `2001:db8::/48` or a single address (of IPv6, its /64). Returns null for anything else. */
export function readNetwork(text: string): Network | null {
  const [, address = '', digits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  if (family !== 4 && family !== 6) return null;
  const prefix = digits === undefined ? PREFIX_MAX[family] : Number(digits);
  if (prefix < PREFIX_MIN[family] || prefix > PREFIX_MAX[family]) return null;
  const list = new BlockList();
  list.addSubnet(address, prefix, `ipv${family}`);
  return {
    name: `${firstOf(address, prefix, family)}/${prefix}`,
    has(one) {
      const plain = one.replace(/\/64$/, '');
      const kind = isIP(plain);
      return kind !== 0 && list.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** Returns the first address of a network, so that a network has one name, whichever of its addresses was typed. */
function firstOf(address: string, prefix: number, family: 4 | 6): string {
  if (family === 4) return firstBits(address.split('.').map(Number), prefix, 8).join('.');
  const groups = firstBits(groupsOf(address), prefix, 16).map((group) => group.toString(16));
  return plainForm(groups.join(':'));
}

/** Returns the form of an IPv6 address that browsers show. */
const plainForm = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** Keeps the first bits of parts of `width` bits each. */
function firstBits(parts: number[], bits: number, width: number): number[] {
  return parts.map((part, i) => {
    const lost = Math.min(width, Math.max(0, (i + 1) * width - bits));
    return (part >> lost) << lost;
  });
}
