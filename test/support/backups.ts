/** The commands `npm run backup` and `npm run restore`, as a host gives them. */
import { execFile } from 'node:child_process';
import { root } from './child.js';
import { openRedis } from './redis.js';

export interface Said {
  code: unknown;
  out: string;
  err: string;
}

/** Runs one of them, with these settings and no others. */
export function runScript(name: 'backup' | 'restore', args: string[], env: Record<string, string>): Promise<Said> {
  return new Promise((done) => {
    const options = { cwd: root, env: { PATH: process.env.PATH, ...env } };
    execFile(process.execPath, [`scripts/backup/${name}.js`, ...args], options, (error, out, err) => {
      done({ code: error?.code ?? 0, out, err });
    });
  });
}

/** Lets a Redis begin a copy at once. Usually it waits 5 s for more replicas. */
export async function copyAtOnce(url: string): Promise<void> {
  const redis = openRedis(url);
  await redis.config('SET', 'repl-diskless-sync-delay', '0');
  redis.disconnect();
}
