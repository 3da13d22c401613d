/** Clients at addresses of their own, behind one proxy, who ask the API processes in turn. */
import { expect } from 'vitest';
import type { Failure } from './client.js';
import type { Joined } from './user.js';

export type Body<Fields> = ({ ok: true } & Fields) | { ok: false; error: Failure };

export class Visitors {
  readonly #urls: () => readonly string[];
  /** Counts requests: 0 makes the first process the next. */
  turn = 0;

  constructor(urls: () => readonly string[]) {
    this.#urls = urls;
  }

  ask = async <Fields = object>(
    address: string,
    operation: string,
    parameters: object = {},
    signal?: AbortSignal,
  ): Promise<Body<Fields>> => {
    const urls = this.#urls();
    const url = urls[this.turn++ % urls.length] ?? '';
    const init = { method: 'POST', headers: { 'X-Forwarded-For': address }, body: JSON.stringify(parameters) };
    return (await (await fetch(`${url}/api/${operation}`, signal ? { ...init, signal } : init)).json()) as Body<Fields>;
  };

  join = async (address: string, room?: string): Promise<string> => {
    const body = await this.ask<Joined>(address, 'join', { room });
    return body.ok ? body.token : expect.fail(body.error.message);
  };
}

export const many = <T>(count: number, one: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
export const taken = (answers: Body<object>[]): number => answers.filter(({ ok }) => ok).length;
export const refused = (answers: Body<object>[]): Failure[] =>
  answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));

export function expectLimited(failures: Failure[], seconds: number): void {
  expect(failures).not.toEqual([]);
  for (const failure of failures) {
    expect(failure).toEqual({
      code: 'rate_limited',
      status: 429,
      message: expect.stringContaining('Try again in'),
      retryAfter: expect.any(Number),
    });
    expect(failure.retryAfter).toBeGreaterThan(0);
    expect(failure.retryAfter).toBeLessThanOrEqual(seconds);
  }
}
