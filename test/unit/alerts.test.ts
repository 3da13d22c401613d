/** When an alert is told, what it says, and that Prometheus has the same marks. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Facts, problemsIn, redisProblem } from '../../apps/api/alerts/problems.js';
import { nextStep, REPEAT_MS, type Standing } from '../../apps/api/alerts/standing.js';
import { DISK_RATIO, FLOOD_PER_S, MEMORY_RATIO, QUEUE_AGE_S } from '../../shared/alerts/marks.js';
import { MEMORY_FULL } from '../../shared/redis/reasons.js';
import { root } from '../support/child.js';

const TIMES = { afterMs: 60_000, overMs: 180_000 };

/** Looks every 10 s. Returns when the host was told what, in s. `isWrong`: by the second. */
function toldOver(seconds: number, isWrong: (second: number) => boolean): [number, string][] {
  const told: [number, string][] = [];
  let standing: Standing | null = null;
  for (let second = 0; second <= seconds; second += 10) {
    const { tell, next } = nextStep(standing, isWrong(second), 1_000 * second + 1, TIMES);
    if (tell !== null) told.push([second, tell]);
    standing = next;
  }
  return told;
}

it('of a Redis that cannot be used says what to do', () => {
  expect(redisProblem(MEMORY_FULL)).toMatch(/^Redis takes no writes: .* Give Redis more memory \(maxmemory\)\.$/);
  expect(redisProblem('connection refused')).toMatch(/^Redis is away: .* Look at Redis and its log\.$/);
});

describe('an alert', () => {
  it('is told when something was wrong for long enough, and when all has been well again', () => {
    expect(toldOver(600, (second) => second >= 100 && second < 200)).toEqual([
      [160, 'begun'],
      [380, 'over'],
    ]);
  });

  it('is not told for a moment', () => {
    expect(toldOver(600, (second) => second % 100 < 60)).toEqual([]);
  });

  it('is one alert if something comes and goes', () => {
    expect(toldOver(3_000, (second) => second < 2_000 && second % 200 < 100)).toEqual([
      [60, 'begun'],
      [2_080, 'over'],
    ]);
  });

  it('is told again every six hours while it goes on', () => {
    const hour = 3_600;
    expect(toldOver(13 * hour, () => true)).toEqual([
      [60, 'begun'],
      [6 * hour + 60, 'goes on'],
      [12 * hour + 60, 'goes on'],
    ]);
    expect(REPEAT_MS).toBe(6 * hour * 1_000);
  });
});

describe('the problems', () => {
  const well: Facts = {
    memory: { ratio: 0.8, used: 80, most: 100 },
    diskRatio: 0.8,
    diskFails: false,
    workers: 1,
    refused: { user: 20 },
    queueAge: 15,
    queue: 3,
  };

  it('are none at the marks', () => {
    expect(Object.values(problemsIn(well)).filter((problem) => problem !== null)).toEqual([]);
    const unknown = { memory: null, diskRatio: null, refused: {}, queueAge: null, queue: null };
    expect(Object.values(problemsIn({ ...well, ...unknown })).filter((problem) => problem !== null)).toEqual([]);
  });

  it.each([
    ['memory', { memory: { ratio: 0.81, used: 850e6, most: 1_050e6 } }, 'Redis uses 81 % of its memory (811 MB of'],
    ['disk', { diskRatio: 0.91 }, 'The disk of Redis is 91 % full.'],
    ['disk', { diskFails: true }, 'Redis cannot write to its disk.'],
    ['worker', { workers: 0 }, 'No worker runs: messages are accepted, but not delivered. Start one: "npx pm2'],
    ['flood', { refused: { user: 2, address: 40.4 } }, 'The limit "address" refuses 40 requests a second.'],
    ['queue', { queueAge: 16 }, 'The oldest of 3 fan-out jobs waits for 16 s'],
  ] as const)('name what is wrong: %s, %j', (name, facts, text) => {
    const { [name]: problem, ...others } = problemsIn({ ...well, ...facts });
    expect(problem).toContain(text);
    expect(Object.values(others)).toEqual([null, null, null, null]);
  });

  it('begin at the marks of deploy/prometheus/alerts.yml', () => {
    const rules = readFileSync(`${root}/deploy/prometheus/alerts.yml`, 'utf8');
    const markOf = (alert: string) =>
      Number(new RegExp(`alert: ${alert}\\n +expr: .*> ([\\d.]+)$`, 'm').exec(rules)?.[1]);
    expect({
      memory: markOf('ChatRedisNearlyFull'),
      queue: markOf('ChatQueueStuck'),
      flood: markOf('ChatFlooded'),
    }).toEqual({ memory: MEMORY_RATIO, queue: QUEUE_AGE_S, flood: FLOOD_PER_S });
    expect(DISK_RATIO).toBe(MEMORY_RATIO);
  });
});
