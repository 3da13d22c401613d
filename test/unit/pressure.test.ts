/** Pressure: a mark that is passed begins it, and only calm for a while ends it. */
import { expect, it } from 'vitest';
import { type Load, MARKS, Pressure } from '../../apps/api/limits/shares/pressure.js';

const CALM: Load = { busy: 0.1, delayMs: 1, redisMs: 1, redisMemory: 0.1, memory: 0.1 };
const away = (): Promise<never> => Promise.reject(new Error('away'));

it.each(Object.keys(MARKS) as (keyof Load)[])('begins when %s passes its mark, and says so', (name) => {
  const pressure = new Pressure(away);
  pressure.judge({ ...CALM, [name]: MARKS[name] });
  expect(pressure.isOn).toBe(false);
  pressure.judge({ ...CALM, [name]: MARKS[name] * 1.01 });
  expect(pressure.reason).toBe(name);
  expect(pressure.level).toBe('over');
  pressure.judge(CALM);
  expect(pressure.level).toBe('near');
});

it('ends only after three seconds of calm, and not while a number is just below its mark', () => {
  const pressure = new Pressure(away);
  pressure.judge({ ...CALM, busy: 1 });
  for (let i = 0; i < 100; i += 1) pressure.judge({ ...CALM, busy: MARKS.busy * 0.9 });
  expect(pressure.isOn).toBe(true);
  for (let i = 0; i < 5; i += 1) pressure.judge(CALM);
  pressure.judge({ ...CALM, busy: MARKS.busy * 0.9 });
  for (let i = 0; i < 5; i += 1) pressure.judge(CALM);
  expect(pressure.isOn).toBe(true);
  pressure.judge(CALM);
  expect(pressure.isOn).toBe(false);
});
