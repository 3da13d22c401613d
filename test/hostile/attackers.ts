/** A process of attackers. They keep to a rate, so that they do not take the machine's time from who is measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';
import { ATTACKS, type Attackers, address, Lingering, room, sampleRubbish, USERS } from './attacks.js';
import { type AttackOrder, type AttackReport, count, tell } from './messages.js';
import { agentOf, ask } from './wire.js';

/** Requests of each attack under way at a time; what would be more is left out, and counted. */
const UNDER_WAY = 25;
/**
 * Answers are waited for so long (ms) when it is over, and half as long as it has lasted at most: some are to polls
 * that would be held for long.
 */
const LAST = 10_000;
/** Short (ms), so that they come one by one, as from many machines, and not all together every now and then. */
const STEP = 1;
/** Connections that linger, of each kind. */
const LINGERING = 60;
const PAUSE = 1_000;

let over = false;
let attackers: Attackers | null = null;

/** Users they have from the start, most in one room. */
async function infiltrate(urls: string[]): Promise<Attackers> {
  const agent = agentOf(UNDER_WAY * Object.keys(ATTACKS).length);
  const joined = await Promise.all(
    Array.from({ length: USERS }, async (_, i) => {
      const body = JSON.stringify({ room: room(0), name: `evil-${i}` });
      const { text } = await ask(agent, urls[i % urls.length] ?? '', {
        path: '/api/join',
        from: address(i),
        body,
        whole: true,
      });
      return JSON.parse(text) as Joined;
    }),
  );
  const tokens = joined.map(({ token }) => token);
  return { agent, urls, tokens, cursors: joined.map(({ cursor }) => cursor), rubbish: sampleRubbish(tokens) };
}

async function attack(all: Attackers, { rate, guesses, seconds }: AttackOrder): Promise<AttackReport> {
  const report: AttackReport = {};
  const shares = Object.values(ATTACKS).reduce((sum, { share }) => sum + share, 0);
  const guessRate = guesses / seconds;
  const rates = Object.entries(ATTACKS).map(([name, { share, once }]) => ({
    name,
    once,
    perMs: (share === 0 ? guessRate : ((rate - guessRate) * share) / shares) / 1_000,
    due: Math.random(),
    underWay: 0,
  }));
  const lingering = [new Lingering(all, 'slow', LINGERING), new Lingering(all, 'unread', LINGERING / 3)];
  const timer = setInterval(() => {
    for (const one of lingering) one.goOn();
  }, PAUSE);
  for (let last = performance.now(); !over; await sleep(STEP)) {
    const now = performance.now();
    for (const one of rates) {
      const counts = report[one.name] ?? {};
      report[one.name] = counts;
      for (one.due += Math.min(200, now - last) * one.perMs; one.due >= 1; one.due -= 1) {
        if (one.underWay >= UNDER_WAY) {
          count(counts, 'left out');
          continue;
        }
        one.underWay += 1;
        void one
          .once(all)
          .then(
            (outcome) => count(counts, outcome),
            () => count(counts, 'failed'),
          )
          .finally(() => (one.underWay -= 1));
      }
    }
    last = now;
  }
  clearInterval(timer);
  await until(
    () => rates.every(({ underWay }) => underWay === 0),
    'the last answers',
    Math.min(LAST, seconds * 500),
  ).catch(() => undefined); // what is not answered then is not counted
  for (const one of lingering) report[one.kind === 'slow' ? 'a byte a second' : 'answers not read'] = one.counts;
  return report;
}

async function prepare(urls: string[]): Promise<void> {
  attackers = await infiltrate(urls);
  tell({ ready: true });
}

process.on('message', (message: AttackOrder | { infiltrate: string[] } | { over: true }) => {
  if ('over' in message) over = true;
  else if ('infiltrate' in message) void prepare(message.infiltrate);
  else if (attackers) void attack(attackers, message).then((report) => tell({ report }));
});
process.on('disconnect', () => process.exit());
