/**
 * A short run of `npm run hostile`: every attack at once, honest users among them. Nothing here is a matter of time.
 */
import { expect, it } from 'vitest';
import { ATTACKS } from '../hostile/attacks.js';
import { runHostile } from '../hostile/hostile.js';
import { describe } from '../hostile/report.js';

/** Above what a busy machine takes. */
const PATIENCE = 120_000;
/** So few that addresses of attackers are over them even in so short a time, on a machine however busy. */
const LIMITS = { ADDRESS_JOINS: 3, ADDRESS_READS: 3, ADDRESS_FAILURES: 3 };
/** Attacks that are refused every time. */
const NEVER: Record<string, string> = {
  'worthless tokens': 'unauthorized',
  'bodies of 200 KB': 'too_large',
  'deep JSON': 'bad_request',
  'names of 40 KB': 'bad_request',
  'calls in other rooms': 'not_in_room',
  'guessed keys': 'not_allowed',
};

it('honest users lose nothing while everything is attacked at once, attackers are refused, and nothing breaks', {
  timeout: PATIENCE,
  retry: 0, // a loss that comes seldom is a loss
}, async () => {
  const report = await runHostile({
    seconds: 8,
    rooms: 3,
    users: 12,
    rate: 10,
    attacks: 500,
    guesses: 1_000,
    env: LIMITS,
  });
  const { honest, attackers, ended } = report;
  const told = describe(report);
  expect([honest.lost, honest.doubled, honest.disordered, ended], told).toEqual([0, 0, 0, 0]);
  expect(honest.accepted).toBeGreaterThan(20);
  for (const [name, code] of Object.entries(NEVER)) {
    expect(attackers[name]?.[code] ?? 0, `${name}\n${told}`).toBeGreaterThan(0);
    expect(attackers[name]?.ok, told).toBeUndefined();
  }
  for (const name of ['joins', 'history', 'lists of rooms', 'guessed keys'])
    expect(attackers[name]?.rate_limited ?? 0, `${name}\n${told}`).toBeGreaterThan(0);
  expect(Object.keys(attackers)).toEqual(expect.arrayContaining(Object.keys(ATTACKS)));
  const faults = Object.values(attackers)
    .flatMap((outcomes) => Object.keys(outcomes))
    .filter((outcome) => /^HTTP 5/.test(outcome));
  expect(faults, told).toEqual([]);
});
