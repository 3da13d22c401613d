/** Reading large structures of Redis some at a time. */
import type { Redis } from 'ioredis';

/** Yields the keys of one master that match a pattern. */
export async function* keysAt(master: Redis, pattern: string): AsyncGenerator<string> {
  for await (const found of master.scanStream({ match: pattern, count: 500 }) as AsyncIterable<string[]>) yield* found;
}

/** Yields the pairs of a hash or a sorted set, some at a time. */
export async function* pagesOf(
  read: (cursor: string) => Promise<[cursor: string, flat: string[]]>,
): AsyncGenerator<[string, string][]> {
  let cursor = '0';
  do {
    const [next, flat] = await read(cursor);
    if (flat.length > 0)
      yield Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
    cursor = next;
  } while (cursor !== '0');
}
