/** Every Lua script takes what the table of scripts says: its header, the table and its first lines name the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCRIPTS } from '../../shared/store/script-table.js';

const folder = new URL('../../shared/store/lua/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.lua'));
const parts = files.filter((file) => file.startsWith('parts/'));
const scripts = files
  .filter((file) => !file.startsWith('parts/'))
  .map((file) => {
    const [, name = '', keyCount = ''] = /([^/]+)-(\d+|n)\.lua$/.exec(file) ?? [];
    return { name, keyCount, lines: read(file).split('\n') };
  });
/** The functions that a script may call although neither it nor a part defines them. */
const BUILT_IN = [
  'ipairs',
  'pairs',
  'next',
  'pcall',
  'tonumber',
  'tostring',
  'type',
  'unpack',
  'function',
  'and',
  'or',
  'not',
  'if',
  'return',
  'while',
  'elseif',
  'until',
];
const STRINGS = /'[^'\n]*'/g;

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

/** The parts that a script names on its first lines. */
function partsOf(lines: string[]): string[] {
  const first = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('-- with ')),
  );
  return first.flatMap((line) => line.slice('-- with '.length).split(', '));
}

/** The names that a header lists below `heading`: lines such as `--   user, inbox` and `--   room: its name`. */
function named(lines: string[], heading: RegExp): string[] {
  const start = lines.findIndex((line) => heading.test(line));
  if (start < 0) return [];
  const items = lines.slice(start + 1).filter((line) => !line.startsWith('--     '));
  const end = items.findIndex((line) => !line.startsWith('--   '));
  return items
    .slice(0, end)
    .flatMap((line) => /^-- {3}(\w+(?:, \w+)*)(?::.*)?$/.exec(line)?.[1]?.split(', ') ?? [line]);
}

/** The locals that a script's body unpacks from KEYS or ARGV in one statement. */
function unpacked(lines: string[], what: 'KEYS' | 'ARGV', range: string): string[] {
  const statement = new RegExp(`^ *local ([\\w,\\s]+?)\\s*= *\\s*unpack\\(${what}${range}\\)`, 'm');
  return statement.exec(lines.join('\n'))?.[1]?.split(/,\s*/) ?? [];
}

/** The body, with neither comments nor the lines that unpack KEYS and ARGV. */
function bodyOf(lines: string[]): string {
  return lines
    .join('\n')
    .replace(/^ *local [\w,\s]+?\s*=\s*unpack\((KEYS|ARGV)[^\n]*$/gm, '')
    .replace(/--.*$/gm, '');
}

const shapeOf = (name: string) => {
  const shape = Object.entries(SCRIPTS).find(([one]) => one === name)?.[1];
  return { keys: shape?.keys ?? [], args: shape?.args ?? [], list: shape && 'list' in shape ? shape.list : undefined };
};

it('a script has a line in the table, and each line a script', () => {
  expect(scripts.map(({ name }) => name).sort()).toEqual(Object.keys(SCRIPTS).sort());
});

describe.each(scripts)('$name', ({ name, keyCount, lines }) => {
  const { keys, args, list } = shapeOf(name);
  const listArgs = list ? [...list.args, ...('tail' in list ? [list.tail] : [])] : [];

  it('says what it does, what it returns and what its bound is', () => {
    const header = lines.filter((line) => line.startsWith('--')).join('\n');
    expect(header).toMatch(new RegExp(`^(-- with [\\w, -]+\\n)*-- ${name}: `));
    expect(header).toMatch(/^-- Returns /m);
    expect(header).toMatch(/^-- Bound: /m);
  });

  it('lists in its header the keys and arguments of the table', () => {
    expect(named(lines, /^-- KEYS$/)).toEqual([...keys]);
    expect(named(lines, /^-- ARGV$/)).toEqual([...args]);
    expect(named(lines, /^-- KEYS for each /)).toEqual([...(list?.keys ?? [])]);
    expect(named(lines, /^-- ARGV for each /)).toEqual(listArgs);
  });

  it('names them in its body first, in the same order', () => {
    const fixed = list ? '(?:, 1, \\d+)?' : '';
    expect(unpacked(lines, 'KEYS', fixed)).toEqual([...keys]);
    expect(unpacked(lines, 'ARGV', fixed)).toEqual([...args]);
    const ofEach = '(?:, [^1][^)]*)';
    expect(unpacked(lines, 'KEYS', ofEach)).toEqual([...(list?.keys ?? [])]);
    expect(unpacked(lines, 'ARGV', ofEach)).toEqual([...(list?.args ?? [])]);
    if (list) expect(lines.join('\n')).toContain(`unpack(ARGV, 1, ${args.length})`);
    if (list?.keys.length && keys.length > 0) expect(lines.join('\n')).toContain(`unpack(KEYS, 1, ${keys.length})`);
  });

  it('uses each of them, and none by its number', () => {
    const body = bodyOf(lines);
    const unused = [...keys, ...args, ...listArgs].filter((one) => !new RegExp(`\\b${one}\\b`).test(body));
    expect(unused).toEqual([]);
    expect(body).not.toMatch(/\b(KEYS|ARGV)\[/);
  });

  it('has no name twice, so that a call can give all of them by name', () => {
    expect(new Set([...keys, ...args]).size).toBe(keys.length + args.length);
    const ofEach = [...(list?.keys ?? []), ...listArgs];
    expect(new Set(ofEach).size).toBe(ofEach.length);
  });

  it('has the number of its keys in the name of its file, n where that differs from call to call', () => {
    expect(keyCount).toBe(list?.keys.length ? 'n' : String(keys.length));
  });

  it('names the parts that it uses, each behind those that it uses itself', () => {
    const sources = [...partsOf(lines).map((part) => read(`parts/${part}.lua`)), lines.join('\n')];
    const known = new Set(BUILT_IN);
    const undefinedCalls: string[] = [];
    for (const line of sources.join('\n').replace(/--.*$/gm, '').replace(STRINGS, "''").split('\n')) {
      for (const [, defined = ''] of line.matchAll(/\blocal (?:function )?(\w+)/g)) known.add(defined);
      for (const [, called = ''] of line.matchAll(/(?<![.:\w])([a-z]\w*)\(/g)) {
        if (!known.has(called)) undefinedCalls.push(called);
      }
    }
    expect(undefinedCalls).toEqual([]);
    for (const part of partsOf(lines)) {
      const defined = [...read(`parts/${part}.lua`).matchAll(/^local function (\w+)/gm)].map(([, one]) => one ?? '');
      const others = sources.filter((source) => source !== read(`parts/${part}.lua`)).join('\n');
      expect(defined.filter((one) => others.includes(`${one}(`))).not.toEqual([]);
    }
  });
});

it.each(files)('%s has no line of more than 120 characters', (file) => {
  const lines = read(file).split('\n');
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

it('every part is used', () => {
  const used = new Set(scripts.flatMap(({ lines }) => partsOf(lines)));
  expect(parts.filter((file) => !used.has(file.slice('parts/'.length, -'.lua'.length)))).toEqual([]);
});
