/** The address of an outgoing hook, as its owner gives it. */
import { isIP } from 'node:net';

/** Lower ports belong to services that are no web servers. `URL` leaves the usual port of a scheme out. */
const PORT_MIN = 1_024;

/**
 * Returns the address of a hook, or null for a text that is none. `URL` has already turned the odd forms of an IPv4
 * address (octal, hexadecimal, decimal, short) into the usual one, and names of other scripts into Punycode.
 */
export function parseHookUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || /^$|(^|\.)\./.test(url.hostname)) return null;
  const isPortFit = url.port === '' || Number(url.port) >= PORT_MIN;
  const isPlain = url.username === '' && url.password === '' && !text.includes('#');
  return isPortFit && isPlain ? url : null;
}

/** Returns the IP address in the place of a host name, or null for a name. */
export function literalAddress({ hostname }: URL): string | null {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? null : address;
}
