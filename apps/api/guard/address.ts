/** Whose request it is, as far as limits can tell: the address of the client, behind as many proxies as the host says there are. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';

/** Gives the client's address of each request. `proxies`: how many of ours stand in front, each adding to X-Forwarded-For. */
export class Addresses {
  readonly #proxies: number;
  readonly #peers = new WeakMap<Socket, string>();

  constructor(proxies: number) {
    this.#proxies = proxies;
  }

  /** The address as limits count it: an IPv4 address, or the /64 of an IPv6 one, which is one customer's. */
  of(req: IncomingMessage): string {
    return (this.#proxies > 0 ? forwarded(req, this.#proxies) : null) ?? this.ofPeer(req.socket);
  }

  /** The address at the other end of a connection. */
  ofPeer(socket: Socket): string {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const address = countedAs(socket.remoteAddress ?? '') ?? 'gone';
    this.#peers.set(socket, address);
    return address;
  }
}

/** What the outermost of our proxies saw. Counted from the right: what stands further left, a client may have written itself. */
function forwarded(req: IncomingMessage, proxies: number): string | null {
  const header = req.headers['x-forwarded-for'];
  const list = (Array.isArray(header) ? header.join() : header ?? '').split(',').slice(-proxies);
  return countedAs(withoutPort(list[0] ?? ''));
}

function withoutPort(text: string): string {
  const [, six, four] = /^\s*(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)\s*$/.exec(text) ?? [];
  return six ?? four ?? text.trim();
}

/** Null for what is no address. */
export function countedAs(address: string): string | null {
  const kind = isIP(address);
  if (kind !== 6) return kind === 4 ? address : null;
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return mapped(groups[6] ?? 0, groups[7] ?? 0);
  return `${groups.slice(0, 4).map((group) => group.toString(16)).join(':')}::/64`;
}

/** The IPv4 address that an IPv6 one stands for (RFC 4291, 2.5.5.2): the same client by either must count as one. */
function mapped(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address; its zone (`%eth0`) is ours, not the client's. */
function groupsOf(address: string): number[] {
  const hex = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) => {
    const [a, b, c, d] = four.map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail = []] = hex.split('::').map((side) => side.split(':').filter((group) => group !== '').map((group) => Number.parseInt(group, 16)));
  return [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0), ...tail];
}
