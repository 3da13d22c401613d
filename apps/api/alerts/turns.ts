/**
 * The turn to watch, with the standing of the alerts. One process of a machine watches its own way to Redis: a file
 * says which one, since Redis may be away. One of those of all machines watches what is the same for all: a key in
 * Redis says which one. Both are leases, and keep the standing of the alerts, so that another process goes on with it.
 */
import { constants } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../shared/store/store.js';
import type { AlertName } from './problems.js';
import type { Standing } from './standing.js';

/** The folder is everybody's: a link that somebody else has put there must not lead us elsewhere. */
const REWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

const OWN_USER = process.getuid?.();

export type Standings = Partial<Record<AlertName, Standing>>;

/** A place that several processes share. One of them at a time has it. */
export interface Turn {
  /** Resolves with the standing of the alerts if it is this process's turn, else with null. */
  take(): Promise<Standings | null>;
  /** Keeps the standing. */
  keep(standings: Standings): Promise<void>;
}

interface Kept {
  by: string;
  standings: Standings;
}

const NOBODY = { by: '', standings: {}, at: 0 };

/** The turn among the processes of this machine that listen on a port. */
export class MachineTurn implements Turn {
  readonly #path: string;
  readonly #by: string;
  readonly #leaseMs: number;

  constructor(port: number, by: string, leaseMs: number) {
    this.#path = join(tmpdir(), `nobackend-chat-${port}-${OWN_USER ?? ''}.alerts.json`);
    this.#by = by;
    this.#leaseMs = leaseMs;
  }

  /** Without a folder to write to, each process has the turn. */
  async take(): Promise<Standings | null> {
    const { by, standings, at } = await this.#read();
    if (by !== this.#by && Date.now() - at < this.#leaseMs) return null;
    await this.keep(standings);
    return standings;
  }

  async keep(standings: Standings): Promise<void> {
    const text = JSON.stringify({ by: this.#by, standings } satisfies Kept);
    await writeFile(this.#path, text, { mode: 0o600, flag: REWRITE }).catch(() => undefined);
  }

  async #read(): Promise<Kept & { at: number }> {
    try {
      const [text, { mtimeMs, uid }] = await Promise.all([readFile(this.#path, 'utf8'), stat(this.#path)]);
      return OWN_USER === undefined || uid === OWN_USER ? { ...(JSON.parse(text) as Kept), at: mtimeMs } : NOBODY;
    } catch {
      return NOBODY;
    }
  }
}

/** The turn among the machines of a chat. Its calls reject while Redis is away. */
export class ChatTurn implements Turn {
  readonly #store: Pick<Store, 'redis' | 'keys'>;
  readonly #by: string;
  readonly #leaseMs: number;

  constructor(store: Pick<Store, 'redis' | 'keys'>, by: string, leaseMs: number) {
    this.#store = store;
    this.#by = by;
    this.#leaseMs = leaseMs;
  }

  async take(): Promise<Standings | null> {
    const { redis, keys } = this.#store;
    const isMine =
      (await redis.get(keys.alertsBy)) === this.#by
        ? (await redis.pexpire(keys.alertsBy, this.#leaseMs)) === 1
        : (await redis.set(keys.alertsBy, this.#by, 'PX', this.#leaseMs, 'NX')) === 'OK';
    return isMine ? (JSON.parse((await redis.get(keys.alerts)) ?? '{}') as Standings) : null;
  }

  async keep(standings: Standings): Promise<void> {
    const { redis, keys } = this.#store;
    if (Object.keys(standings).length === 0) await redis.del(keys.alerts);
    else await redis.set(keys.alerts, JSON.stringify(standings));
  }
}
