/** A process under test: started, watched until it says that it is ready, signalled, and never left behind. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** ms that a process may take to be ready, and to end when asked: a busy machine takes its time. */
const PATIENCE = 55_000;
const READ_ONLY = ['ignore', 'pipe', 'pipe'] as const;

export const root = fileURLToPath(new URL('../..', import.meta.url));

let reaper: Writable | null = null;

export class Child {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';
  #paused = false;

  private constructor(command: string, args: string[], env: NodeJS.ProcessEnv) {
    this.#process = spawn(command, args, { cwd: root, env, stdio: [...READ_ONLY] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (data: string) => (this.#output += data));
    }
    entrust(this.pid, this.#process);
  }

  /** Starts a command; resolves once its output matches `ready`, with what matched. Rejects when it ends before. */
  static async start(
    command: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    ready: RegExp,
  ): Promise<[Child, RegExpExecArray]> {
    const child = new Child(command, args, env);
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(5)) {
      const match = ready.exec(child.#output);
      if (match) return [child, match];
      if (child.ended) throw new Error(`${command} ${args.join(' ')} ended before it was ready:\n${child.#output}`);
    }
    await child.kill();
    throw new Error(`${command} ${args.join(' ')} was not ready in time:\n${child.#output}`);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** All it has written so far, to both of its outputs. */
  output(): string {
    return this.#output;
  }

  /** Ends it in order, as pm2 does; fails when it does not end. Gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.resume();
    await this.#end(signal);
    return this.#process.exitCode;
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Holds it still: it keeps its connections, answers nothing and gets no time. */
  pause(): void {
    this.#paused = this.#process.kill('SIGSTOP');
  }

  resume(): void {
    if (this.#paused) this.#process.kill('SIGCONT');
    this.#paused = false;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exit = once(this.#process, 'exit', { signal: AbortSignal.timeout(PATIENCE) });
    this.#process.kill(signal);
    await exit.catch(() => {
      this.#process.kill('SIGKILL');
      throw new Error(`process ${this.pid} did not end by ${signal}:\n${this.#output}`);
    });
  }
}

/** Tells the reaper of a process, and of its end. */
export function entrust(pid: number, child: { once(event: 'exit', listener: () => void): unknown }): void {
  reaper ??= startReaper();
  reaper.write(`+${pid}\n`);
  child.once('exit', () => reaper?.write(`-${pid}\n`));
}

/** Apart from our process group, so that Ctrl-C does not end it before its work. */
function startReaper(): Writable {
  const script = fileURLToPath(new URL('./reaper.js', import.meta.url));
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  child.unref();
  return child.stdin;
}
