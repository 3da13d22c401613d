/** Many who come or read at once: all are served, and nobody who talks waits for them. */
import { describe, expect } from 'vitest';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { many, refused, taken, Visitors } from '../support/visitors.js';

const it = systemWith({ env: { TRUST_PROXY: 1 } });

describe('who comes and who reads', () => {
  let system: TestSystem;
  it.beforeAll(({ system: started }) => {
    system = started;
  });
  const { ask, join } = new Visitors(() => system.urls);

  it('are all served when a lecture hall opens the page at once', async () => {
    const answers = await many(300, (i) => ask(`198.51.100.${i % 50}`, 'join', { room: 'hall', name: `student ${i}` }));
    expect(taken(answers)).toBe(300);
  });

  it('leave what is said and polled a way past them: a full lane refuses only its own', async () => {
    const tokens = await many(20, (i) => join(`203.0.113.${i}`, 'past'));
    const reading = many(900, (i) => ask(`203.0.113.${i % 20}`, 'history', { token: tokens[i % 20] }));
    const said = await many(20, (i) => ask(`203.0.113.${i}`, 'send', { token: tokens[i], text: `said ${i}` }));
    const polled = await many(20, (i) => ask(`203.0.113.${i}`, 'poll', { token: tokens[i], timeout: 1 }));
    expect([taken(said), taken(polled)]).toEqual([20, 20]);
    for (const { code } of refused(await reading)) expect(code).toBe('rate_limited');
  });
});
