/** Every Markdown page: lines of at most 120 columns, and links that lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/child.js';

const COLUMNS_MAX = 120;
const inFolder = (folder: string, recursive = true): string[] =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...inFolder('.', false), ...['apps', 'clients', 'deploy', 'docs'].flatMap((folder) => inFolder(folder))];

const read = (page: string): string => readFileSync(join(root, page), 'utf8');
/** A page without its code blocks, which keep the lines of the program they are from. */
const prose = (page: string): string => read(page).replace(/^```[\s\S]*?^```|^ {4}.*/gm, '');

/** The code blocks of a page. */
const code = (page: string): string => (read(page).match(/^```[\s\S]*?^```|^ {4}.*/gm) ?? []).join('\n');

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

it('the pages are found', () => {
  expect(pages).toContain('README.md');
  expect(pages).toContain('docs/adr/README.md');
});

it.each(pages)('%s has no long lines', (page) => {
  expect(
    prose(page)
      .split('\n')
      .filter((line) => line.length > COLUMNS_MAX),
  ).toEqual([]);
});

it.each([
  'README.md',
  'docs/values.md',
  'clients/js/README.md',
  'apps/web/element/README.md',
  'apps/web/widgets/README.md',
])('%s shows code that works in a page without a charset', (page) => {
  expect(code(page)).toContain('<script');
  expect(code(page).match(/.*[^\0-\x7f].*/g)).toBeNull();
});

it('the examples work in a page without a charset', () => {
  const files = readdirSync(join(root, 'apps/web/fiddle'), { recursive: true, encoding: 'utf8' });
  const panes = files.filter((name) => /\.(html|css|js)$/.test(name)).map((name) => join('apps/web/fiddle', name));
  expect(panes).toContain('apps/web/fiddle/votes/fiddle.js');
  expect(panes.filter((name) => /[^\0-\x7f]/.test(read(name)))).toEqual([]);
});

it.each(pages)('%s links only to what there is', (page) => {
  const links = [...prose(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  for (const [link, path = '', anchor] of links) {
    const target = path === '' ? page : join(dirname(page), path);
    expect(existsSync(join(root, target)), link).toBe(true);
    if (anchor !== undefined && target.endsWith('.md')) expect(anchorsOf(target), link).toContain(anchor);
  }
});

it("the library's README names every event", () => {
  const [, events = ''] = /interface ChatEvents \{([\s\S]*?)\n\}/.exec(read('apps/web/client/api.ts')) ?? [];
  const names = [...events.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
  expect(names).toContain('announcement');
  expect(names.filter((name) => !prose('clients/js/README.md').includes(`\`${name}\``))).toEqual([]);
});
