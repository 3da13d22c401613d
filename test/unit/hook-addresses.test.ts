/** Where outgoing hooks may go: the forms in which an address is hidden, and names that lead elsewhere. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { SCHEMAS } from '../../apps/api/operations/parameters/schemas.js';
import { resolveName, send } from '../../apps/worker/hooks/send.js';
import { isNetwork, Reach } from '../../shared/hooks/networks.js';
import { literalAddress, parseHookUrl } from '../../shared/hooks/url.js';

const nowhere = new Reach([]);
const letter = (url: string) => ({ url: new URL(url), headers: {}, body: '', count: 1 });
const FORBIDDEN = { kind: 'refused', message: 'The receiver is in a network that hooks may not reach.' };

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.0.0.1.'],
    ...['①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '0', '0.0.0.0', '255.255.255.255', '224.0.0.1'],
    ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '100.100.100.200'],
    ...['192.0.0.192', '198.18.0.1', '192.0.2.1', '168.63.129.16', '[::]', '[::1]', '[::127.0.0.1]'],
    ...['[::ffff:127.0.0.1]', '[::ffff:a00:1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]'],
    ...['[fe80::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[2001::1]', '[2002:7f00:1::]'],
    ...['[2001:db8::1]', '[100::1]', '[3fff::1]', '[5f00::1]'],
  ])('in a private network is refused without asking anybody: %s', async (host) => {
    const url = parseHookUrl(`https://${host}/hook`);
    expect(url && literalAddress(url)).not.toBeNull();
    const resolve = () => Promise.reject(new Error('nobody is to be asked'));
    expect(await send(letter(`https://${host}/hook`), { reach: nowhere, resolve: resolve })).toEqual(FORBIDDEN);
  });

  it.each(['https://...', 'https://example..org/', 'https://.org/', 'https:///', 'ftp://example.org', 'example.org'])(
    'of no web server is none: %s',
    (text) => expect(parseHookUrl(text)).toBeNull(),
  );

  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a01:4f8::1'])(
    'of the public internet may be reached: %s',
    (address) => expect(nowhere.of(address)).toBe('public'),
  );

  it.each(['fe80::1%eth0', '', 'localhost', '127.0.0.1:80', '1.2.3'])('that is none is not reached: %s', (text) =>
    expect(nowhere.of(text)).toBe('none'),
  );

  it('in a network that the host names may be reached, and no other private one', () => {
    const reach = new Reach(['10.1.0.0/16', 'fd00:1::/64']);
    expect(['10.1.2.3', 'fd00:1::5', '10.2.0.1', 'fd00:2::1', '8.8.8.8'].map((one) => reach.of(one))).toEqual([
      ...['own', 'own', 'none', 'none', 'public'],
    ]);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'fe80::1%1/64', '/8', 'a/8', '10.0.0.0/8/8', '::/-1'])(
    'is no network: %s',
    (text) => expect(isNetwork(text)).toBe(false),
  );
});

describe('url', () => {
  it.each([
    ...['ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'javascript:1', 'example.com', ''],
    ...['https://user@example.com/', 'https://user:word@example.com/', 'https://example.com/#x', 'https://'],
    ...[
      'https://example.com:22/',
      'https://example.com:25/',
      'https://example.com:1023/',
      'https://example.com:99999/',
    ],
    ...['https://[::1%25lo]/', `https://example.com/${'x'.repeat(1_000)}`],
  ])('is refused: %s', (text) => expect(v.safeParse(SCHEMAS.hookUrl, text).success).toBe(false));

  it.each(['https://example.com/hook?x=1', 'https://example.com:8443/', 'https://müller.example/', 'https://a.b./'])(
    'is taken: %s',
    (text) => expect(v.safeParse(SCHEMAS.hookUrl, text).success).toBe(true),
  );
});

describe('a name', () => {
  it.each([
    ['one private address among public ones', ['93.184.216.34', '10.0.0.1']],
    ['an IPv6 form of a private address', ['::ffff:127.0.0.1']],
    ['loopback', ['127.0.0.1', '::1']],
  ])('with %s is refused', async (_, addresses) => {
    expect(
      await send(letter('https://inner.example/'), { reach: nowhere, resolve: () => Promise.resolve(addresses) }),
    ).toEqual(FORBIDDEN);
  });

  it('without an address is said to have none', async () => {
    const outcome = await send(letter('https://none.example/'), { reach: nowhere, resolve: () => Promise.resolve([]) });
    expect(outcome).toEqual({ kind: 'refused', message: 'DNS has no address for the name of the receiver.' });
  });

  it.each([
    ['SERVFAIL', 2, { kind: 'failed', message: 'DNS does not answer for the name of the receiver.' }],
    ['NXDOMAIN', 3, { kind: 'refused', message: 'DNS has no address for the name of the receiver.' }],
  ])('is tried again later only while DNS fails: %s', async (_, code, expected) => {
    const server = createSocket('udp4', (question, { port }) => {
      const answer = Buffer.from(question);
      answer.writeUInt16BE(0x8180 | code, 2); // an answer, with recursion, and its code (RFC 1035, 4.1.1)
      server.send(answer, port);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    const resolve = (name: string) => resolveName(name, resolver);
    expect(await send(letter('https://some.example/'), { reach: nowhere, resolve: resolve })).toEqual(expected);
    server.close();
  });

  it('is looked up once, and the connection goes to what was checked, whatever the name says next', async () => {
    const heard: (string | undefined)[] = [];
    const listen = async (on: number, host: string): Promise<Server> => {
      const server = createServer((request, response) => {
        heard.push(`${host} ${request.headers.host}`);
        response.end();
      }).listen(on, host);
      await once(server, 'listening');
      return server;
    };
    const first = await listen(0, '127.0.0.2');
    const { port } = first.address() as AddressInfo;
    const second = await listen(port, '127.0.0.3');
    const answers = [['127.0.0.2'], ['127.0.0.3']];
    const resolve = () => Promise.resolve(answers.shift() ?? []);
    const reach = new Reach(['127.0.0.2/32']);
    expect(await send(letter(`http://rebind.example:${port}/`), { reach: reach, resolve: resolve })).toEqual({
      kind: 'sent',
    });
    expect(await send(letter(`http://rebind.example:${port}/`), { reach: reach, resolve: resolve })).toEqual(FORBIDDEN);
    for (const server of [first, second]) server.close();
    expect([heard, answers]).toEqual([[`127.0.0.2 rebind.example:${port}`], []]);
  });

  it('needs https where the host has not named its network', async () => {
    const outcome = await send(letter('http://example.com/'), {
      reach: nowhere,
      resolve: () => Promise.resolve(['93.184.216.34']),
    });
    expect(outcome).toEqual({ kind: 'refused', message: 'The receiver needs an address with https.' });
  });
});
