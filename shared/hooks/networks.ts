/**
 * The addresses that outgoing hooks may reach: those of the public internet, and the networks that the host names. A
 * stranger gives the address of a hook, so the chat must not be a way into the host's own network.
 */
import { BlockList, isIP } from 'node:net';

/**
 * IPv4 networks that are not the public internet (IANA IPv4 Special-Purpose Address Registry), multicast, and the
 * metadata service of Azure, which has a public address.
 */
const SPECIAL_IPV4 = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32'
).split(' ');
/**
 * All global unicast addresses of IPv6 are in this network. Loopback, link-local, unique local and multicast addresses
 * are outside, and so are IPv4 addresses that are mapped (`::ffff:0:0/96`) or translated (`64:ff9b::/96`).
 */
const GLOBAL_IPV6 = '2000::/3';
/** Networks in it that are not the public internet: tunnels, which carry any IPv4 address, and examples. */
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20'.split(' ');

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** Whether a text is a network: an address and the length of its prefix. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && !address.includes('%') && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

const [special, globalIpv6] = [listOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]), listOf([GLOBAL_IPV6])];

/** Whether an address is one of the public internet. */
function isPublic(address: string): boolean {
  const family = familyOf(address);
  if (special.check(address, family)) return false;
  return family === 'ipv4' || globalIpv6.check(address, family);
}

/** The addresses that hooks of this server may reach. */
export class Reach {
  readonly #own: BlockList;

  /** `own`: networks of the host that hooks may reach, too. */
  constructor(own: readonly string[]) {
    this.#own = listOf(own);
  }

  /** Whether hooks may reach an address, and whether the host has named its network. */
  of(address: string): 'own' | 'public' | 'none' {
    if (isIP(address) === 0 || address.includes('%')) return 'none'; // an address with a zone is link-local
    if (this.#own.check(address, familyOf(address))) return 'own';
    return isPublic(address) ? 'public' : 'none';
  }
}
