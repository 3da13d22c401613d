/** The lock file fixes the packages: it is in step with package.json, and every package in it has a hash. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
const wanted = read('package.json') as Required<Pick<Entry, 'dependencies' | 'devDependencies'>>;
const lock = read('package-lock.json') as { lockfileVersion: number; packages: Record<string, Entry> };
/** Where npm looks for a package whose entry names no place. */
const REGISTRY = 'https://registry.npmjs.org/';
const { '': own = {}, ...packages } = lock.packages;

describe('package-lock.json', () => {
  it('wants what package.json wants', () => {
    expect(own).toMatchObject({ dependencies: wanted.dependencies, devDependencies: wanted.devDependencies });
  });

  it.each(Object.entries({ ...wanted.dependencies, ...wanted.devDependencies }))(
    'has %s at %s, exactly',
    (name, version) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version).toBe(version);
    },
  );

  it('has every package by a hash, and from no other place than the npm registry', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    const strange = Object.entries(packages).filter(
      ([, { version, resolved, integrity = '', link }]) =>
        link ||
        version === undefined ||
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ||
        !(resolved ?? REGISTRY).startsWith(REGISTRY),
    );
    expect(strange.map(([path]) => path)).toEqual([]);
  });
});
