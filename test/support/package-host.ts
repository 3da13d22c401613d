/** The npm package of the chat: packed, installed into a folder, and used there as a host does. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { entrust } from './child.js';
import { until } from './until.js';

const END_MS = 50_000;

interface Packed {
  size: number;
  unpackedSize: number;
  files: string[];
  /** The path of the tarball. */
  file: string;
}

const run = promisify(execFile);

export const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, maxBuffer: 1e8 });

export async function programOf(name: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
  return realpath(stdout.trim());
}

/** Packs a folder into another, and resolves with what `npm pack` says of it. */
export async function pack(from: string, into: string, ...options: string[]): Promise<Packed> {
  const { stdout } = await npm(from, 'pack', '--json', '--pack-destination', into, ...options);
  const [said] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as {
    filename: string;
    size: number;
    unpackedSize: number;
    files: { path: string }[];
  }[];
  if (!said) throw new Error(stdout);
  return { ...said, files: said.files.map((one) => one.path), file: join(into, said.filename) };
}

/** Unpacks a tarball of npm into a new folder, and resolves with the folder of the package. */
export async function unpack(file: string, into: string): Promise<string> {
  await mkdir(into);
  await run('tar', ['-xf', file, '-C', into]);
  return join(into, 'package');
}

/** The output of a command that has ended. */
interface Said {
  code: unknown;
  out: string;
  error: string;
}

/** A host that works in a folder with the package. */
export class PackageHost {
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(home: string, env: NodeJS.ProcessEnv) {
    this.#home = home;
    this.#env = { npm_config_update_notifier: 'false', ...env };
  }

  /** Resolves with what a command says that ends by itself. */
  command(args: string[], { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<Said> {
    return this.#end('nobackend-chat', args, env, input);
  }

  pm2(...args: string[]): Promise<Said> {
    return this.#end('pm2', args);
  }

  #end(program: string, args: string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Said> {
    return new Promise((resolve) => {
      const options = { cwd: this.#home, env: { ...this.#env, ...env }, maxBuffer: 1e8 };
      const child = execFile(join(this.#home, 'node_modules/.bin', program), args, options, (failure, out, error) => {
        resolve({ code: failure?.code ?? 0, out, error });
      });
      child.stdin?.end(input);
    });
  }

  /** Starts a command by npx, in a terminal of its own. */
  start(args: string[], env: NodeJS.ProcessEnv): InTerminal {
    return new InTerminal(args, { cwd: this.#home, env: { ...this.#env, ...env } });
  }
}

/** A command that Ctrl-C ends. */
export class InTerminal {
  readonly #child;
  output = '';

  constructor(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#child = spawn('npx', ['nobackend-chat', ...args], { ...options, detached: true, stdio: 'pipe' });
    entrust(this.#child.pid ?? 0, this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (data: string) => (this.output += data));
  }

  says(what: RegExp): Promise<RegExpExecArray> {
    return until(() => what.exec(this.output), `${what} in:\n${this.output}`, END_MS);
  }

  /** Presses Ctrl-C: the terminal tells all of its processes. */
  async end(): Promise<void> {
    if (this.#ended()) return;
    process.kill(-(this.#child.pid ?? 0), 'SIGINT');
    await until(() => this.#ended(), 'the end by Ctrl-C', END_MS);
  }

  #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
