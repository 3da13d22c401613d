/** Reading large structures of Redis some at a time. */
import type { Redis } from 'ioredis';

/** Yields what comes behind `start` in the keys of one master, for those where it matches a pattern. */
export async function* keysAt(master: Redis, start: string, pattern: string): AsyncGenerator<string> {
  const pages = master.scanStream({ match: `${start}${pattern}`, count: 500 }) as AsyncIterable<string[]>;
  for await (const page of pages) yield* page.map((key) => key.slice(start.length));
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
