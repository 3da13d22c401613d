/**
 * What other processes tell this one, by pub/sub: deliveries and notices for it, signals for all. Every confirmed
 * subscription has a fresh process id, so that all its delivery sequences begin at 0 and nothing of an earlier one
 * can be taken for its own.
 */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Keys } from '../../../shared/store/keys.js';

export interface Listener {
  onDelivery(shard: number, payload: string): void;
  onNotice(notice: string): void;
  onSignal(payload: string): void;
  /** The subscription is gone: deliveries may be lost from now on. */
  onLost(): void;
  /** It is confirmed again, under a new process id. */
  onConfirmed(): void;
  /** Redis refuses it. */
  onRefused(error: unknown): void;
}

export class Subscription {
  /** This process as it is named in Redis and in cursors, while the subscription holds. */
  process = freshProcess();
  confirmed = false;
  readonly #connection: Redis;
  readonly #keys: Keys;
  readonly #listener: Listener;
  readonly #shardOf = new Map<string, number>();

  constructor(connection: Redis, keys: Keys, listener: Listener) {
    this.#connection = connection;
    this.#keys = keys;
    this.#listener = listener;
    connection.on('ready', () => void this.#subscribe());
    connection.on('close', () => this.#lose());
    connection.on('message', (channel: string, payload: string) => this.#hear(channel, payload));
  }

  close(): void {
    this.#connection.disconnect();
  }

  async #subscribe(): Promise<void> {
    const process = freshProcess();
    this.process = process;
    this.#shardOf.clear();
    for (const shard of this.#keys.allShards) this.#shardOf.set(this.#keys.deliveryChannel(shard, process), shard);
    try {
      await this.#connection.subscribe(...this.#shardOf.keys(), this.#keys.noticeChannel(process), this.#keys.signalChannel);
    } catch (error) {
      if (this.#connection.status === 'ready') this.#listener.onRefused(error);
      return; // otherwise the connection broke meanwhile; the next one subscribes
    }
    if (this.process !== process) return;
    this.confirmed = true;
    this.#listener.onConfirmed();
  }

  #lose(): void {
    if (!this.confirmed) return;
    this.confirmed = false;
    this.#listener.onLost();
  }

  #hear(channel: string, payload: string): void {
    const shard = this.#shardOf.get(channel);
    if (shard !== undefined) this.#listener.onDelivery(shard, payload);
    else if (channel === this.#keys.signalChannel) this.#listener.onSignal(payload);
    else this.#listener.onNotice(payload);
  }
}

function freshProcess(): string {
  return randomBytes(5).toString('hex');
}
