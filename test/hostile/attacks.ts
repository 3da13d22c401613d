/**
 * The attacks: what each does once. Their addresses are forged, as many as a botnet has; the run is the proxy that
 * believes them.
 */

import type { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { type Rubbish, rubbishFor } from '../support/rubbish.js';
import { sendRubbish } from '../support/rubbish-replies.js';
import { type Asked, ask, outcomeOf } from './wire.js';

/** Addresses they come from, and users they have. */
export const ADDRESSES = 300;
export const USERS = 60;
const ROOMS = 6;
/** A room with a key, which attackers do not know. */
export const LOCKED = 'locked';
const LARGEST = { text: '😀'.repeat(2_000), data: 'x'.repeat(4_094) };
const BODY = `{"name":"${'x'.repeat(200_000)}"}`;
const DEEP = `{"token":"x","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
const LONG_NAME = JSON.stringify({ name: '\ufdfa'.repeat(13_000) });
const NOT_TOKEN = 'A'.repeat(18);

export interface Attackers {
  readonly agent: Agent;
  readonly urls: string[];
  readonly tokens: string[];
  readonly cursors: string[];
  readonly rubbish: Rubbish[];
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;
const number = (below: number): number => Math.floor(Math.random() * below);
export const address = (i: number): string =>
  i % 5 === 4 ? `2001:db8:${(i % 7).toString(16)}:${(i * 13).toString(16)}::${i}` : `198.18.${i >> 8}.${i & 255}`;
export const room = (i: number): string => `evil-${i % ROOMS}`;

/** A few of them come from one address much more than from others, as it is. */
const anyAddress = (): string => address(number(2) ? number(10) : number(ADDRESSES));

export async function hit({ agent, urls }: Attackers, asked: Omit<Asked, 'from'> & { from?: string }): Promise<string> {
  return outcomeOf(await ask(agent, pick(urls), { from: anyAddress(), ...asked }));
}

const post = (attackers: Attackers, operation: string, parameters: object): Promise<string> =>
  hit(attackers, { path: `/api/${operation}`, body: JSON.stringify(parameters) });

/** Messages of the attackers, for reactions and edits: their ids, and the places of their authors. */
const said: { id: string; by: number }[] = [];
const SAID_MAX = 200;
const EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🫖', '👨‍👩‍👧'];

async function send(a: Attackers): Promise<string> {
  const by = number(a.tokens.length);
  const body = JSON.stringify({ token: a.tokens[by], room: room(0), text: 'flood' });
  const answer = await ask(a.agent, pick(a.urls), { from: anyAddress(), path: '/api/send', body });
  const [, id] = /"id":"(\d+-\d+)"/.exec(answer.text) ?? [];
  if (id) said.push({ id, by });
  if (said.length > SAID_MAX) said.shift();
  return outcomeOf(answer);
}

export interface Attack {
  /** Its part of all requests. */
  readonly share: number;
  readonly once: (attackers: Attackers) => Promise<string>;
}

export const ATTACKS: Record<string, Attack> = {
  joins: { share: 10, once: (a) => post(a, 'join', { room: number(4) ? room(number(ROOMS)) : `new-${number(1e6)}` }) },
  sends: { share: 14, once: send },
  reactions: {
    share: 10,
    once: (a) => {
      const id = said[number(said.length)]?.id ?? '1-1';
      return post(a, 'react', { token: pick(a.tokens), room: room(0), id, emoji: pick(EMOJI), on: number(3) > 0 });
    },
  },
  edits: {
    share: 8,
    once: (a) => {
      const { id, by } = said[number(said.length)] ?? { id: '1-1', by: 0 };
      return post(a, 'edit', { token: a.tokens[by], room: room(0), id, text: `${number(1e6)}${'😀'.repeat(1_990)}` });
    },
  },
  'largest sends': { share: 5, once: (a) => post(a, 'send', { token: pick(a.tokens), room: room(0), ...LARGEST }) },
  'polls at once': { share: 14, once: (a) => post(a, 'poll', { token: pick(a.tokens), timeout: 0 }) },
  'polls that acknowledge nothing': {
    share: 8,
    once: (a) => {
      const i = number(a.tokens.length);
      return post(a, 'poll', { token: a.tokens[i], cursor: a.cursors[i], timeout: 0 });
    },
  },
  history: { share: 10, once: (a) => post(a, 'history', { token: pick(a.tokens), room: room(0), limit: 100 }) },
  'lists of rooms': { share: 4, once: (a) => hit(a, { method: 'GET', path: '/jsonp/rooms?callback=f' }) },
  signals: {
    share: 6,
    once: (a) => post(a, 'signal', { token: pick(a.tokens), room: room(0), data: 'x'.repeat(4_000) }),
  },
  'calls in other rooms': { share: 4, once: (a) => post(a, 'exit', { token: pick(a.tokens), room: 'honest-0' }) },
  renames: { share: 3, once: (a) => post(a, 'rename', { token: pick(a.tokens), name: `evil ${number(1e6)}` }) },
  'worthless tokens': {
    share: 0,
    once: (a) =>
      post(a, 'poll', { token: `${1 + number(1e6)}.${NOT_TOKEN}${String(number(1e6)).padStart(6, '0')}`, timeout: 0 }),
  },
  rubbish: {
    share: 4,
    once: async (a) => {
      const { status, text } = await sendRubbish(pick(a.urls), pick(a.rubbish));
      return outcomeOf({ status, text });
    },
  },
  'bodies of 200 KB': { share: 2, once: (a) => hit(a, { path: '/api/join', body: BODY }) },
  'deep JSON': { share: 2, once: (a) => hit(a, { path: '/api/signal', body: DEEP }) },
  'names of 40 KB': { share: 2, once: (a) => hit(a, { path: '/api/join', body: LONG_NAME }) },
  'heads of 50 KB': {
    share: 2,
    once: (a) =>
      hit(a, {
        method: 'GET',
        path: `/jsonp/rooms?callback=f&_=${'x'.repeat(20_000)}`,
        headers: { 'x-long': 'y'.repeat(30_000) },
      }),
  },
  'guessed keys': {
    share: 5,
    once: (a) => {
      const parameters = { room: number(2) ? LOCKED : 'absent', key: `guess-${number(1e9)}` };
      const [path, body] = number(2) ? ['join', parameters] : ['enter', { token: pick(a.tokens), ...parameters }];
      // from few addresses, so that each is over its limit
      return hit(a, { from: address(number(2)), path: `/api/${path}`, body: JSON.stringify(body) });
    },
  },
  connections: { share: 3, once: (a) => opened(pick(a.urls)) },
};

/** A connection that is opened for nothing. */
function opened(url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.destroy());
    socket.on('error', () => resolve('closed')).on('close', () => resolve('opened'));
  });
}

/** Connections that stay: they send a byte now and then, or read nothing of what they ask for. */
export class Lingering {
  readonly #sockets = new Set<Socket>();
  readonly counts: Record<string, number> = {};

  constructor(
    readonly attackers: Attackers,
    readonly kind: 'slow' | 'unread',
    readonly most: number,
  ) {}

  /** Opens those that are missing, and lets the slow ones send a byte. */
  goOn(): void {
    for (const socket of this.#sockets) if (this.kind === 'slow') socket.write('x');
    while (this.#sockets.size < this.most) this.#open();
  }

  #open(): void {
    const socket = connect(Number(new URL(pick(this.attackers.urls)).port), '127.0.0.1');
    this.#sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        this.#sockets.delete(socket);
        this.counts.closed = (this.counts.closed ?? 0) + 1;
      });
    this.counts.opened = (this.counts.opened ?? 0) + 1;
    if (this.kind === 'slow') return void socket.write('POST /api/join HTTP/1.1\r\nHost: x\r\nX: ');
    socket.pause();
    const history = `GET /api/history?token=${pick(this.attackers.tokens)}&room=${room(0)}&limit=100 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${anyAddress()}\r\n\r\n`;
    socket.write(history.repeat(20));
  }
}

/** Rubbish, made once: making it costs more than sending it. */
export const sampleRubbish = (tokens: string[]): Rubbish[] => fc.sample(rubbishFor(tokens), 1_000);
