/** docs/security.md, privacy.md and guarantees.md name a test for each of their claims: that test must exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
/** A document on one line for each list item: a test's title may go over a line end. */
const lines = (path: string): string[] => read(path).replace(/\n +/g, ' ').split('\n');
const tests = readdirSync(`${root}/test`, { recursive: true, encoding: 'utf8' });

/** The list items of the sections between two headings. */
function items(path: string, first: string, end: string): string[] {
  const all = lines(path);
  const section = all.slice(all.indexOf(first), all.indexOf(end));
  return section.filter((line) => line.startsWith('- '));
}

/** Returns the tests that a text names: `file` "part of a title", "another of the same file". */
function named(text: string): [file: string, title: string][] {
  return [...text.matchAll(/`([a-z-]+)` \(?((?:"[^"]+"(?:, |; )?)+)/g)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']): [string, string] => [file, title]),
  );
}

const pathOf = (file: string): string | undefined => tests.find((one) => one.endsWith(`/${file}.test.ts`));

const attacks = items('docs/security.md', '## In answers', '## Which limit is for what');
const promises = items('docs/guarantees.md', '## Messages', '## Under which settings');
const testsOf = (item: string): string => /Test: (.*)/.exec(item)?.[1] ?? '';

it('docs/security.md names a test for every attack', () => {
  expect(attacks.length).toBeGreaterThan(70);
  expect(attacks.filter((item) => named(testsOf(item)).length === 0)).toEqual([]);
});

it('docs/guarantees.md names test files for every promise', () => {
  expect(promises.length).toBeGreaterThan(25);
  for (const item of promises) {
    const files = [...testsOf(item).matchAll(/`([a-z-]+)`/g)].map(([, file = '']) => file);
    expect(files, item).not.toEqual([]);
    for (const file of files) expect(pathOf(file), item).toBeDefined();
  }
});

describe('a named test exists:', () => {
  const claims = [...attacks.map(testsOf), ...promises.map(testsOf), ...lines('docs/privacy.md')];
  it.each(claims.flatMap(named))('%s has "%s"', (file, title) => {
    const path = pathOf(file);
    expect(path).toBeDefined();
    expect(read(`test/${path}`).replaceAll("\\'", "'")).toContain(title);
  });
});
