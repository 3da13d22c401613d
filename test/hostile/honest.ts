/** A process of honest users: they talk in rooms, and it is measured when each message reaches each of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../../bench/load/latencies.js';
import { type ChatEvent, compareIds } from '../../shared/protocol/events.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';
import { count, type HonestOrder, type HonestReport, type Phase, type Times, tell } from './messages.js';
import { agentOf, ask, outcomeOf } from './wire.js';

/** How long (ms) who was refused waits. */
const PAUSE = 200;
const SETTLE = 60_000;
const POLL_SECONDS = 20;

/** Messages of the time in which it settles are not measured. */
let phase: Phase | 'settling' | 'over' = 'quiet';
const latencies = { quiet: new Latencies(), attack: new Latencies() };
const refusals: Record<string, number> = {};
/** When each message was sent, and in which phase, by its number. */
const sent: { at: number; phase: Phase | 'settling'; room: string; accepted: boolean }[] = [];
let doubled = 0;
let disordered = 0;
let missedEvents = 0;
const worst = { quiet: 0, attack: 0 };
const deliveries = { quiet: 0, attack: 0 };

/** One honest user, at an address of its own. Each room is on a page of its own. */
class Honest {
  readonly received = new Set<number>();
  readonly #agent = agentOf(2); // as a browser has connections
  #token = '';
  #cursor = '';
  #last = '0-0';

  constructor(
    readonly room: string,
    readonly url: string,
    readonly address: string,
  ) {}

  async join(): Promise<void> {
    const joined = await this.#insist<Joined>('join', { room: this.room });
    [this.#token, this.#cursor] = [joined.token, joined.cursor];
    void this.#follow();
  }

  async send(): Promise<void> {
    const number = sent.length;
    if (phase === 'over') return;
    const message = { at: performance.now(), phase, room: this.room, accepted: false };
    sent.push(message);
    await this.#insist('send', { token: this.#token, text: String(number), id: `n${number}` });
    message.accepted = true;
  }

  async #follow(): Promise<void> {
    for (;;) {
      const {
        cursor,
        events,
        missed = 0,
      } = await this.#insist<{ cursor: string; events: ChatEvent[]; missed?: number }>('poll', {
        token: this.#token,
        cursor: this.#cursor,
        timeout: POLL_SECONDS,
      });
      this.#cursor = cursor;
      missedEvents += missed;
      for (const event of events) if (event.type === 'message') this.#take(event.id, Number(event.text));
    }
  }

  #take(id: string, number: number): void {
    if (compareIds(id, this.#last) <= 0) {
      if (!this.received.has(number)) disordered += 1; // else it came again, as it may on the wire
      return;
    }
    this.#last = id;
    const message = sent[number];
    if (!message) return;
    if (this.received.has(number)) doubled += 1;
    this.received.add(number);
    if (message.phase === 'settling') return;
    const took = performance.now() - message.at;
    latencies[message.phase].add(took);
    deliveries[message.phase] += 1;
    worst[message.phase] = Math.max(worst[message.phase], took);
  }

  /** Asks until it goes well, as the library does. */
  async #insist<Fields>(operation: string, parameters: object): Promise<Fields> {
    for (;;) {
      const came = await ask(this.#agent, this.url, {
        path: `/api/${operation}`,
        from: this.address,
        headers: { origin: `https://${this.room}.example` },
        body: JSON.stringify(parameters),
        whole: true,
        patience: (POLL_SECONDS + 10) * 1_000,
      });
      const outcome = outcomeOf(came);
      if (outcome === 'ok') return JSON.parse(came.text) as Fields;
      count(refusals, `${operation} ${outcome}`);
      await sleep(PAUSE);
    }
  }
}

const timesOf = (which: Phase): Times => {
  const [p50 = 0, p99 = 0] = latencies[which].percentiles(0.5, 0.99) as number[];
  return { deliveries: deliveries[which], p50, p99, worst: worst[which] };
};

async function run({ urls, rooms, users, rate }: HonestOrder): Promise<void> {
  const crowd = Array.from(
    { length: users },
    (_, i) => new Honest(`honest-${i % rooms}`, urls[Math.floor(i / rooms) % urls.length] ?? '', `192.0.2.${i + 1}`),
  );
  await Promise.all(crowd.map((one) => one.join()));
  tell({ ready: true });
  const sending = new Set<Promise<void>>();
  for (let next = performance.now(), i = 0; phase !== 'over'; i += 1) {
    const sender = crowd[i % crowd.length];
    const promise: Promise<void> = sender?.send().finally(() => sending.delete(promise)) ?? Promise.resolve();
    sending.add(promise);
    next += 1_000 / rate;
    await sleep(Math.max(0, next - performance.now()));
  }
  await Promise.all(sending);
  const missing = (): number =>
    crowd.reduce(
      (sum, { room, received }) =>
        sum + sent.filter((one, number) => one.room === room && !received.has(number)).length,
      0,
    );
  const ended = performance.now();
  await until(() => missing() === 0, 'all is received', SETTLE).catch(() => undefined); // what is missing is in the report
  const report: HonestReport = {
    quiet: timesOf('quiet'),
    attack: timesOf('attack'),
    accepted: sent.length,
    lost: missing(),
    doubled,
    disordered,
    missed: missedEvents,
    settled: performance.now() - ended,
    refusals,
  };
  tell({ report });
}

process.on('message', (message: HonestOrder | { phase: typeof phase }) => {
  if ('phase' in message) phase = message.phase;
  else void run(message);
});
process.on('disconnect', () => process.exit());
