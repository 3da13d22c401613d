/**
 * A process of one page with very many users, who all hear all messages. It speaks by raw sockets, as it must not be
 * slower than what it loads.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, parseJsonp } from '../../bench/load/connection.js';
import { count, type HeavyOrder, type HeavyReport, tell } from './messages.js';

const HEADERS = 'Origin: https://heavy.example\r\n';
const HOLD_S = 20;
/** How long who was refused waits, and no longer than an answer says. */
const PAUSE_MS = 200;
/** Messages under way at a time. */
const SENDERS = 50;

type Answer = { ok: boolean; error?: { code: string; reason?: string } } & Record<string, unknown>;

const report: HeavyReport = { deliveries: 0, answers: 0, refusals: {} };
let isOver = false;
/** Whether it sends. */
let isLoud = false;

function noteRefusal(operation: string, { error }: Answer): void {
  count(report.refusals, [operation, error?.code, error?.reason].filter(Boolean).join(' '));
}

class Reader {
  readonly #connection: Connection;
  token = '';
  #cursor = '';

  constructor(port: number) {
    this.#connection = new Connection(port, HEADERS);
  }

  async join(): Promise<void> {
    while (this.token === '') {
      const answer = (await this.#connection.call('/jsonp/join?callback=f&room=heavy')) as Answer;
      if (answer.ok) [this.token, this.#cursor] = [String(answer.token), String(answer.cursor)];
      else await sleep(PAUSE_MS);
    }
    this.#listen();
  }

  #listen(): void {
    const query = `callback=f&token=${this.token}&timeout=${HOLD_S}&cursor=${this.#cursor}`;
    this.#connection.get(`/jsonp/poll?${query}`, (body) => {
      const answer = parseJsonp(body) as Answer;
      if (isOver) return;
      report.answers += 1;
      if (!answer.ok) {
        noteRefusal('poll', answer);
        return void setTimeout(() => this.#listen(), PAUSE_MS);
      }
      report.deliveries += (answer.events as unknown[]).length;
      this.#cursor = String(answer.cursor);
      this.#listen();
    });
  }
}

async function run({ ports, users, rate }: HeavyOrder): Promise<void> {
  const port = (i: number): number => ports[i % ports.length] ?? 0;
  const readers = Array.from({ length: users }, (_, i) => new Reader(port(i)));
  for (const reader of readers) await reader.join();
  tell({ ready: true });
  /** Free ones. The server closes one that says nothing for a while. */
  let senders: Connection[] = [];
  let underWay = 0;
  for (let next = performance.now(), i = 0; !isOver; i += 1) {
    if (!isLoud) {
      await sleep(PAUSE_MS);
      next = performance.now();
      continue;
    }
    if (underWay < SENDERS) {
      senders = senders.filter(({ ended }) => !ended);
      const sender = senders.shift() ?? new Connection(port(i), HEADERS);
      underWay += 1;
      const token = readers[i % readers.length]?.token;
      void sender.call(`/jsonp/send?callback=f&token=${token}&text=m${i}`).then((answer: Answer) => {
        if (!answer.ok) noteRefusal('send', answer);
        senders.push(sender);
        underWay -= 1;
      });
    } else count(report.refusals, 'send left out');
    next += 1_000 / rate;
    await sleep(Math.max(0, next - performance.now()));
  }
}

process.on('message', (message: HeavyOrder | { loud: boolean } | { over: true }) => {
  if ('loud' in message) isLoud = message.loud;
  else if ('over' in message) {
    isOver = true;
    tell({ report });
  } else void run(message);
});
process.on('disconnect', () => process.exit());
