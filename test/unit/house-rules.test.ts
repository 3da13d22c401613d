/** Rules of CONTRIBUTING.md that no linter knows. */
import { describe, expect, it } from 'vitest';
import { filesOf, readSource } from '../support/imports.js';

const CODE = /\.[jt]s$/;
const FOLDERS = ['shared', 'apps', 'bench', 'scripts'];
const LINES_MAX = 300;

/** How a number's name may end: by its unit, or by its kind. */
const UNITS = ['US', 'MS', 'S', 'BYTES', 'CHARACTERS', 'PX', 'ROWS', 'EVENTS', 'MESSAGES', 'CONNECTIONS', 'TICKS'];
const KINDS = ['MAX', 'MIN', 'COUNT', 'FACTOR', 'RATIO', 'SHARE', 'MODULUS', 'CODE', 'SHARD', 'VERSION', 'PER_[A-Z]+'];
const SAYS_WHAT = new RegExp(`_(${[...UNITS, ...KINDS].join('|')})$`);
/** A constant that is written as a number, or as arithmetic with numbers. */
const NUMBER = /^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: number)? = [-(\d][\d_.e+\-*/() ]*;/gm;

describe('a file of the tests', () => {
  it(`has at most ${LINES_MAX} lines`, () => {
    const sizes = filesOf(CODE, 'test').map((file) => [file, readSource(file).trimEnd().split('\n').length] as const);
    expect(sizes.length).toBeGreaterThan(100);
    expect(sizes.filter(([, lines]) => lines > LINES_MAX)).toEqual([]);
  });
});

describe('a sentence of a comment', () => {
  const BEGINNING = /^\s*(?:\/\*\*?|\*|\/\/|--)\s+(?:.*[.:] )?(?:Who|What|Whose|Which) /;

  it('begins with its subject, and not with Who, What or Which', () => {
    const lines = filesOf(/\.(?:[jt]s|lua)$/, 'shared', 'apps', 'scripts', 'clients').flatMap((file) =>
      readSource(file)
        .split('\n')
        .filter((line) => BEGINNING.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });
});

describe('a constant number', () => {
  const constants = filesOf(CODE, ...FOLDERS).flatMap((file) =>
    [...readSource(file).matchAll(NUMBER)].map(([, name = '']) => ({ file, name })),
  );

  it('is found in every folder', () => {
    for (const folder of FOLDERS)
      expect(constants.filter(({ file }) => file.startsWith(folder)).length, folder).toBeGreaterThan(10);
  });

  it('says its unit or its kind at the end of its name', () => {
    expect(constants.filter(({ name }) => !SAYS_WHAT.test(name))).toEqual([]);
  });
});
