/**
 * nginx and HAProxy with the very files of deploy/: only where they listen, where the hosts are and where logs go is
 * the test's own.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, root } from './child.js';
import { freePort } from './redis.js';

export const PROXIES = ['nginx', 'haproxy'] as const;
export type ProxyKind = (typeof PROXIES)[number];

const isRoot = process.getuid?.() === 0;

/** Whether the program is installed here; says so when it is not. */
export function isInstalled(kind: ProxyKind): boolean {
  const found = spawnSync(kind, ['-v']).error === undefined;
  if (!found) console.log(`Its part of the tests is left out: ${kind} is not installed.`);
  return found;
}

export class ReverseProxy {
  private constructor(
    readonly url: string,
    readonly kind: ProxyKind,
    readonly folder: string,
    readonly child: Child,
    readonly hosts: string[],
  ) {}

  /** Starts one in front of hosts (`address:port`; HAProxy takes four of them). */
  static async start(kind: ProxyKind, hosts: string[]): Promise<ReverseProxy> {
    const folder = await mkdtemp(join(tmpdir(), `nobackend-${kind}-`));
    const address = `127.0.0.1:${await freePort()}`;
    const child = await START[kind](folder, address, hosts);
    return new ReverseProxy(`http://${address}`, kind, folder, child, hosts);
  }

  /** Reads its file again, as `systemctl reload` does. */
  reload(): void {
    process.kill(this.child.pid, this.kind === 'nginx' ? 'SIGHUP' : 'SIGUSR2');
  }

  /** Whether a process of the new file has taken over. */
  hasReloaded(): boolean {
    return /gracefully shutting down|Reloading HAProxy[\s\S]*Loading success/.test(this.child.output());
  }

  /** How many requests a host has answered so far, counted from 0. */
  async answersOf(host: number): Promise<number> {
    const line = this.kind === 'nginx' ? `${this.hosts[host]} 200$` : `^200 .* chat/host${host + 1} `;
    return (await this.logged()).match(new RegExp(line, 'gm'))?.length ?? 0;
  }

  /** All that it has logged. */
  async logged(): Promise<string> {
    const files = this.kind === 'nginx' ? ['access.log', 'error.log'] : [];
    return [
      this.child.output(),
      ...(await Promise.all(files.map((file) => readFile(join(this.folder, file), 'utf8')))),
    ].join('\n');
  }

  async stop(): Promise<void> {
    await this.child.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const START: Record<ProxyKind, (folder: string, address: string, hosts: string[]) => Promise<Child>> = {
  async nginx(folder, address, hosts) {
    const servers = hosts.map((host) => `server ${host} max_fails=1 fail_timeout=2s;`).join('\n');
    const site = replaced(await deployed('nginx/chat.conf'), [
      [/listen 80;/, `listen ${address};`],
      [/ *listen \[::\]:80;/, ''],
      [/server 127\.0\.0\.1:8080.*/, servers],
      [/\/var\/log\/nginx\/chat-access\.log/, join(folder, 'access.log')],
      [/\/var\/log\/nginx\/chat-error\.log/, join(folder, 'error.log')],
    ]);
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((what) => `${what}_temp_path ${folder}/${what};`)
      .join(' ');
    await chmod(folder, 0o755); // its workers are another user
    await writeFile(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/pid; error_log stderr notice; events {} http { ${places}\n${site}\n}`,
    );
    const [child] = await Child.start('nginx', ['-c', join(folder, 'nginx.conf')], process.env, /start worker process/);
    return child;
  },
  async haproxy(folder, address, hosts) {
    const text = await deployed('haproxy/haproxy.cfg');
    await writeFile(
      join(folder, 'haproxy.cfg'),
      isRoot
        ? text
        : replaced(text, [
            [/^ *user .*$/m, ''],
            [/^ *group .*$/m, ''],
          ]),
    );
    const env = {
      PATH: process.env.PATH,
      LISTEN: address,
      ...Object.fromEntries(hosts.slice(0, 4).map((host, place) => [`HOST${place + 1}`, host])),
    };
    const [child] = await Child.start(
      'haproxy',
      ['-W', '-db', '-f', join(folder, 'haproxy.cfg')],
      env,
      /Loading success/,
    );
    return child;
  },
};

export function deployed(file: string): Promise<string> {
  return readFile(join(root, 'deploy', file), 'utf8');
}

/** Every pattern must be there: else the test would try another file than the one in deploy/. */
function replaced(text: string, changes: [RegExp, string][]): string {
  return changes.reduce((result, [pattern, by]) => {
    if (!pattern.test(result)) throw new Error(`deploy/ has no ${pattern} any more`);
    return result.replace(pattern, () => by);
  }, text);
}
