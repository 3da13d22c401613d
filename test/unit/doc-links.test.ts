/** Links between the documents lead to files and headings that exist. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/child.js';

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const withoutCode = (text: string): string => text.replace(/^ {4,}\S.*$/gm, '');

/** Returns the names by which GitHub links to the headings of a page. */
const headings = (page: string): string[] =>
  [...read(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const links = pages.flatMap((page) =>
  [...withoutCode(read(page)).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([, path = '', heading]) => ({ page, to: path ? relative(root, join(root, dirname(page), path)) : page, heading }),
  ),
);

it('finds links with and without a heading', () => {
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ heading }) => heading).length).toBeGreaterThan(20);
});

it('every link leads to a file', () => {
  expect(links.filter(({ to }) => !existsSync(join(root, to)))).toEqual([]);
});

it('every link to a heading leads to one', () => {
  const toHeadings = links.filter(({ to, heading }) => heading !== undefined && to.endsWith('.md'));
  expect(
    toHeadings.filter(({ to, heading = '' }) => existsSync(join(root, to)) && !headings(to).includes(heading)),
  ).toEqual([]);
});
