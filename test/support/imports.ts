/** The imports of each source file, read from its text. Paths are relative to the project, with `/`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const STATIC = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";()]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

export interface Import {
  /** A file of the project, or the name of a package, `node:` modules included. */
  target: string;
  isPackage: boolean;
  /** Gone after compilation, so it cannot be part of a cycle. */
  typeOnly: boolean;
}

/** The files of some folders whose names have a form. */
export function filesOf(form: RegExp, ...folders: string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && form.test(entry.name) && !entry.parentPath.includes('/public/'))
        .map((entry) => posix.join(entry.parentPath, entry.name).slice(root.length)),
    )
    .sort();
}

/** The TypeScript files of some folders. */
export const sourcesOf = (...folders: string[]): string[] => filesOf(/\.ts$/, ...folders);

export function readSource(file: string): string {
  return readFileSync(`${root}${file}`, 'utf8');
}

export function importsOf(file: string): Import[] {
  const text = readSource(file);
  const found = [...text.matchAll(STATIC)].map(([, type, specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, specifier = '']) => ({ specifier, typeOnly: false }));
  return [...found, ...dynamic].map(({ specifier, typeOnly }) => ({ ...resolve(file, specifier), typeOnly }));
}

function resolve(file: string, specifier: string): { target: string; isPackage: boolean } {
  if (!specifier.startsWith('.'))
    return { target: /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier, isPackage: true };
  const path = posix.join(posix.dirname(file), specifier);
  const target = [path.replace(/\.js$/, '.ts'), path].find((one) => existsSync(`${root}${one}`));
  if (target === undefined) throw new Error(`${file} imports ${specifier}, which is not there`);
  return { target, isPackage: false };
}
