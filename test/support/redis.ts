/** A real Redis for one test file: its own port and data, kept over restarts, gone when it is stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.js';

export interface RedisOptions {
  appendfsync?: 'everysec' | 'always' | 'no';
  /** A folder of the test's own, which is left alone at the end. */
  dir?: string;
  port?: number;
}

/** How often another port is tried when somebody took the free one in the moment between. */
const ATTEMPTS = 5;
const READY = /Ready to accept connections/;

export class TestRedis {
  readonly #temporary: boolean;
  readonly #appendfsync: string;
  readonly dir: string;
  readonly port: number;
  #child: Child;

  constructor(child: Child, port: number, dir: string, temporary: boolean, appendfsync: string) {
    this.#child = child;
    this.port = port;
    this.dir = dir;
    this.#temporary = temporary;
    this.#appendfsync = appendfsync;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it for good, with its data. */
  async stop(): Promise<void> {
    await this.#child.stop();
    if (this.#temporary) await rm(this.dir, { recursive: true, force: true });
  }

  /** Kills it as `kill -9` does; its data stay for `restart`. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** Starts it again on the same port and data, whether it was killed or still runs. */
  async restart(): Promise<void> {
    await this.#child.stop();
    this.#child = await launch(this.port, this.dir, this.#appendfsync);
  }

  /** Holds it still: connections stay open, nothing is answered. */
  pause(): void {
    this.#child.pause();
  }

  resume(): void {
    this.#child.resume();
  }
}

export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const { appendfsync = 'everysec', dir = await mkdtemp(join(tmpdir(), 'nobackend-redis-')) } = options;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    try {
      return new TestRedis(await launch(port, dir, appendfsync), port, dir, options.dir === undefined, appendfsync);
    } catch (error) {
      if (options.port !== undefined || attempt === ATTEMPTS || !/already in use/.test(String(error))) throw error;
    }
  }
}

/** A TCP port that is free on loopback at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function launch(port: number, dir: string, appendfsync: string): Promise<Child> {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', '--appendonly', 'yes',
    '--appendfsync', appendfsync, '--maxmemory-policy', 'noeviction'];
  const [child] = await Child.start('redis-server', args, process.env, READY);
  return child;
}
