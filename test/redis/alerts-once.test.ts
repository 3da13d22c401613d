/** Two processes may take their turn in watching at the same moment. The host is told each thing once all the same. */
import { pino } from 'pino';
import { describe, expect } from 'vitest';
import { FactReader } from '../../apps/api/alerts/facts.js';
import type { Standing } from '../../apps/api/alerts/standing.js';
import { Telling } from '../../apps/api/alerts/telling.js';
import type { Standings, Turn } from '../../apps/api/alerts/turns.js';
import { Watch } from '../../apps/api/alerts/watch.js';
import { type AlertReceiver, type Posted, startHook } from '../support/alert-receivers.js';
import { partsTest } from '../support/fixtures/parts.js';
import type { Part } from '../support/parts.js';

const LONG_AGO: Standing = { since: 1, toldAt: 0, wellSince: 0 };

const it = partsTest.extend('hook', async ({ task: _ }, { onCleanup }) => {
  const hook = await startHook();
  onCleanup(() => hook.stop());
  return hook;
});

/** A turn that every process gets, as it was read before another one kept something. */
const turnOf = (standings: Standings): Turn => ({
  take: () => Promise.resolve(standings),
  keep: () => Promise.resolve(),
});

function watchOf({ store, config }: Part, hook: AlertReceiver<Posted>, machine: Standings, chat: Standings): Watch {
  return new Watch({
    config: { ...config, alertUrl: hook.url, alertAfter: 60 },
    availability: { check: () => Promise.resolve(null) },
    facts: new FactReader(store.redis, { readAllValues: () => Promise.resolve([]) }),
    turns: { machine: turnOf(machine), chat: turnOf(chat) },
    telling: new Telling(store),
    log: pino({ level: 'silent' }),
  });
}

const statesOf = ({ received }: AlertReceiver<Posted>): string[] =>
  received
    .map(({ body }) => JSON.parse(body) as { alert: string; state: string })
    .map((one) => `${one.alert} ${one.state}`);

describe('two processes that watch at once', () => {
  it('tell a begin once, also when one of them goes by what it read before', async ({ part, otherPart, hook }) => {
    const watches = [part, otherPart].map((one) => watchOf(one, hook, {}, { worker: LONG_AGO }));
    await Promise.all(watches.map((watch) => watch.look()));
    for (const watch of watches) await watch.look();
    expect(statesOf(hook)).toEqual(['worker begun']);
  });

  it('tell the end of an outage of Redis once', async ({ part, otherPart, hook }) => {
    const over = { redis: { since: 2, toldAt: 3, wellSince: 4 } };
    const watches = [part, otherPart].map((one) => watchOf(one, hook, over, {}));
    await Promise.all(watches.map((watch) => watch.look()));
    expect(statesOf(hook)).toEqual(['redis over']);
  });

  it('try again what nobody has taken', async ({ part, otherPart, hook }) => {
    const standings = { worker: { ...LONG_AGO, since: 5 } };
    hook.status = 500;
    await watchOf(part, hook, {}, standings).look();
    hook.status = 200;
    await watchOf(otherPart, hook, {}, standings).look();
    expect(statesOf(hook)).toEqual(['worker begun']);
  });
});
