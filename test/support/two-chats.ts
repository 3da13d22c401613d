/**
 * Two chats on one Redis or one cluster. Each is a user of Redis that may use no other names than those of its prefix.
 */
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { Host, PASSWORD } from './host.js';
import { startSystem, type TestSystem } from './processes.js';
import { allKeys, openRedis, type TestRedis } from './redis.js';
import { until } from './until.js';
import { TestUser } from './user.js';

const PREFIXES = ['school:', 'club:'];
const ROOM = 'lobby';
/** Commands whose arguments are channels: of the first kind only the first one. */
const PUBLISH = /^s?publish$/i;
const SUBSCRIBE = /^s?(un)?subscribe$/i;

/** Returns the rules of docs/hosting.md for a chat with a prefix. */
async function rulesFor(prefix: string): Promise<string[]> {
  const [, rules = ''] = /ACL SETUSER school on >password (.+)/.exec(await readFile('docs/hosting.md', 'utf8')) ?? [];
  expect(rules).toMatch(/^~school:\* &school:\* /);
  return rules.replaceAll('school:', prefix).split(' ');
}

export class TwoChats {
  readonly #redis: TestRedis;
  /** Connections to all nodes. */
  readonly #nodes: Redis[];
  readonly #channels = new Set<string>();
  chats: TestSystem[] = [];

  constructor(redis: TestRedis) {
    this.#redis = redis;
    this.#nodes = redis.ports.map((port) => new Redis(port));
  }

  async start(): Promise<void> {
    for (const node of [...this.#nodes]) await this.#prepare(node);
    this.chats = await Promise.all(
      PREFIXES.map((prefix, number) => {
        const LIVE = number === 0 ? 'on' : 'off'; // the second one's polls wait in the blocking way
        const REDIS_URL = this.#redis.url.replace('//', `//${prefix.slice(0, -1)}:secret@`);
        const env = { REDIS_URL, LIVE, REDIS_PREFIX: prefix, ADMIN_PASSWORD: PASSWORD, TRUST_PROXY: 1 };
        return startSystem({ env, redis: this.#redis });
      }),
    );
  }

  async #prepare(node: Redis): Promise<void> {
    for (const prefix of PREFIXES)
      await node.acl('SETUSER', prefix.slice(0, -1), 'on', '>secret', ...(await rulesFor(prefix)));
    const monitor = await node.monitor();
    this.#nodes.push(monitor);
    monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
      if (PUBLISH.test(command)) this.#channels.add(args[0] ?? '');
      if (SUBSCRIBE.test(command)) for (const channel of args) this.#channels.add(channel);
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.chats.map((chat) => chat.stop()));
    for (const node of this.#nodes) node.disconnect();
    await this.#redis.stop();
  }

  /** Lets Ann and Bob talk in the same room of both chats. */
  async talk(): Promise<void> {
    await Promise.all(this.chats.map(({ url }, number) => this.#talkAt(url, `of ${PREFIXES[number]}`)));
  }

  async #talkAt(url: string, text: string): Promise<void> {
    const [ann, bob] = [await join(url), await join(url)];
    const bobs = bob.follow();
    await until(async () => {
      await ann.ask('signal', { data: text });
      return bobs.signals.length > 0;
    }, 'a signal');
    await ann.ask('set', { key: 'topic', value: text });
    await ann.send({ text });
    await ann.send({ to: bob.id, text });
    const of = (type: string) => bobs.events.filter((event) => event.type === type);
    await until(() => of('message').length >= 2 && of('value').length >= 1, 'the messages and the value');
    await bobs.stop();
    expect(bobs.signals.filter(({ data }) => data !== text)).toEqual([]);
    expect(of('message').map((event) => event.text)).toEqual([text, text]);
    expect(of('value')).toMatchObject([{ key: 'topic', value: text }]);
  }

  /** Switches an origin off in the first chat only. Resolves with what is off in each. */
  async switchOff(name: string): Promise<string[][]> {
    const hosts = this.chats.map((chat) => new Host(chat.url));
    expect(await hosts[0]?.act({ act: 'origin_off', on: name })).toEqual({ ok: true });
    return Promise.all(hosts.map(async (host) => (await host.figures()).off.map((one) => one.name)));
  }

  /** Resolves with the number of processes that each chat knows. */
  processes(): Promise<number[]> {
    return Promise.all(
      this.chats.map(async ({ url }) => {
        const text = await (await fetch(`${url}/metrics`, { headers: new Host(url).headers })).text();
        return text.match(/^chat_memory_bytes{/gm)?.length ?? 0;
      }),
    );
  }

  /** Resolves with the names of all keys that are there, and of all channels that were used. */
  async names(): Promise<{ keys: string[]; channels: string[] }> {
    const admin = openRedis(this.#redis.url);
    const keys = await allKeys(admin);
    admin.disconnect();
    return { keys, channels: [...this.#channels] };
  }
}

const join = (url: string) => TestUser.join(url, { room: ROOM });

/** Returns the first words of names behind their prefix. Fails for a name without one. */
export function kindsOf(names: readonly string[]): string[] {
  expect(names.filter((name) => !PREFIXES.some((prefix) => name.startsWith(prefix)))).toEqual([]);
  return [...new Set(names.map((name) => /^[^:]+:([\w-]+)/.exec(name)?.[1] ?? name))].sort();
}
