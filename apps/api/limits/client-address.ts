/** The client's address of a request, behind as many proxies as the host says there are. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';

export class ClientAddresses {
  readonly #proxies: number;
  readonly #peers = new WeakMap<Socket, string>();

  /** `proxies`: how many proxies of ours stand in front. Each one adds an entry to X-Forwarded-For. */
  constructor(proxies: number) {
    this.#proxies = proxies;
  }

  /**
   * Returns the address as limits count it: an IPv4 address, or the /64 of an IPv6 address, which is one customer's.
   */
  of(req: IncomingMessage): string {
    return (this.#proxies > 0 ? forwarded(req, this.#proxies) : null) ?? this.ofPeer(req.socket);
  }

  /** Returns the address at the other end of a connection. */
  ofPeer(socket: Socket): string {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const address = limitedAddress(socket.remoteAddress ?? '') ?? 'gone';
    this.#peers.set(socket, address);
    return address;
  }
}

/**
 * Returns the address that the outermost of our proxies saw. It counts from the right: a client may have written
 * anything further left, as much as a header can hold, so that part is not read.
 */
function forwarded(req: IncomingMessage, proxies: number): string | null {
  const header = req.headers['x-forwarded-for'] ?? '';
  const list = Array.isArray(header) ? header.join() : header;
  let end = list.length;
  let comma = list.lastIndexOf(',');
  for (let more = proxies - 1; more > 0 && comma >= 0; more -= 1) {
    end = comma;
    comma = comma === 0 ? -1 : list.lastIndexOf(',', comma - 1);
  }
  return end - comma > ENTRY_CHARACTERS_MAX ? null : limitedAddress(withoutPort(list.slice(comma + 1, end)));
}

/** An address with its port, brackets and spaces, generously. */
const ENTRY_CHARACTERS_MAX = 100;

function withoutPort(text: string): string {
  const [, six, four] = /^\s*(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)\s*$/.exec(text) ?? [];
  return six ?? four ?? text.trim();
}

/** Returns an address as limits count it, or null for a text that is not an address. */
export function limitedAddress(address: string): string | null {
  const kind = isIP(address);
  if (kind !== 6) return kind === 4 ? address : null;
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return mappedAddress(groups[6] ?? 0, groups[7] ?? 0);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** How much more a whole /56 may do than one of its /64. */
export const NETWORK_FACTOR = 4;

/** Returns the /56 around a /64, as many a customer has a whole /56. Returns null for IPv4. */
export function networkOf(address: string): string | null {
  const [, wide, last = ''] = address.endsWith('/64')
    ? (/^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):([0-9a-f]+)::/.exec(address) ?? [])
    : [];
  return wide === undefined ? null : `${wide}:${(Number.parseInt(last, 16) & 0xff00).toString(16)}::/56`;
}

/**
 * Returns the IPv4 address that an IPv6 address stands for (RFC 4291, 2.5.5.2). A client counts as one, whichever of
 * the two it uses.
 */
function mappedAddress(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Returns the eight groups of an IPv6 address. Its zone (`%eth0`) belongs to our side, not to the client. */
export function groupsOf(address: string): number[] {
  const hex = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) => {
    const [a, b, c, d] = four.map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail = []] = hex.split('::').map((side) =>
    side
      .split(':')
      .filter((group) => group !== '')
      .map((group) => Number.parseInt(group, 16)),
  );
  return [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0), ...tail];
}
