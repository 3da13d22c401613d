/**
 * The npm package of the clients, installed from its tarball into an empty folder, as a project of a stranger has it.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './child.js';

const run = promisify(execFile);

export interface Project {
  readonly folder: string;
  /** The paths of the package's files as `npm pack` lists them. */
  readonly files: string[];
  /** Writes a file. Resolves with its path. */
  write(path: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Packs what the build leaves, and installs that. `beside`: packages of ours that the project has too. */
export async function installClient(beside: string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'nobackend-project-'));
  const packing = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(root, 'dist/apps/web/package'),
  });
  const [{ filename, files }] = JSON.parse(packing.stdout) as [{ filename: string; files: { path: string }[] }];
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
  const offline = ['--offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...offline, `./${filename}`], { cwd: folder });
  for (const name of beside) {
    const to = join(folder, 'node_modules', name);
    await mkdir(dirname(to), { recursive: true });
    await symlink(join(root, 'node_modules', name), to);
  }
  return {
    folder,
    files: files.map(({ path }) => path),
    write: async (path, text) => {
      await writeFile(join(folder, path), text);
      return join(folder, path);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
