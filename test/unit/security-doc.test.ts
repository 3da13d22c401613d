/** docs/security.md and docs/privacy.md name a test for each of their claims: it must be there. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (attack|---)/.test(line));
const tests = readdirSync(`${root}/test`, { recursive: true, encoding: 'utf8' });

/** The tests a text names: `file` "part of a title", "another of the same file". */
function named(text: string): [file: string, title: string][] {
  return [...text.matchAll(/`([a-z-]+)` \(?((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']): [string, string] => [file, title]),
  );
}

describe('docs/security.md', () => {
  it('names a test for every attack', () => {
    expect(rows.length).toBeGreaterThan(35);
    expect(rows.filter((row) => named(row.split('|').at(-2) ?? '').length === 0)).toEqual([]);
  });

  it.each([...rows.flatMap((row) => named(row.split('|').at(-2) ?? '')), ...named(read('docs/privacy.md'))])(
    '%s has "%s"',
    (file, title) => {
      const path = tests.find((one) => one.endsWith(`/${file}.test.ts`));
      expect(path).toBeDefined();
      expect(read(`test/${path}`).replaceAll("\\'", "'")).toContain(title);
    },
  );
});
