/**
 * What other processes tell this one, by pub/sub: deliveries and notices of each user shard for it, signals of each room
 * shard for all. A connection to each node has the shards that it owns. A user shard has a fresh process id at every
 * subscription, so that its delivery sequence begins at 0 and nothing of an earlier one can be taken for its own; one that
 * is lost, with its node or because it moves, is lost alone.
 */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Nodes } from '../../../shared/redis/slot-moves.js';
import type { Keys } from '../../../shared/store/keys.js';

/** Owners are looked at so often (ms), beside at every change: a subscription that failed is tried again by it. */
const FOLLOW_EVERY_MS = 500;

/** The room shard by whose node the host's switches are told. */
const SWITCHES_SHARD = 0;

export interface SubscriptionListener {
  onDelivery(shard: number, payload: string): void;
  onNotice(notice: string): void;
  onSignal(payload: string): void;
  /** The host has switched something, or may have while the subscription was gone. */
  onSwitched(): void;
  /** The subscription of a user shard is gone: deliveries may be lost from now on. */
  onLost(shard: number): void;
  /** It is confirmed again, under a new process id. */
  onConfirmed(shard: number): void;
  /** Redis refuses it. */
  onRefused(error: unknown): void;
}

/** One shard, of users or of rooms, and where it is heard. */
interface Subscribed {
  readonly kind: 'users' | 'rooms';
  readonly shard: number;
  /** A key of its slot. */
  readonly key: string;
  /** The node it is subscribed at, or shall be. */
  node: string | null;
  channels: string[];
  /** This process as it is named in Redis and in cursors for this shard, while the subscription holds. */
  instance: string;
  confirmed: boolean;
}

export class Subscription {
  readonly #nodes: Nodes;
  readonly #keys: Keys;
  readonly #listener: SubscriptionListener;
  readonly #users: Subscribed[];
  readonly #all: Subscribed[];
  readonly #connections = new Map<string, Redis>();
  readonly #hears = new Map<string, (payload: string) => void>();
  readonly #timer: NodeJS.Timeout;

  constructor(nodes: Nodes, keys: Keys, listener: SubscriptionListener) {
    this.#nodes = nodes;
    this.#keys = keys;
    this.#listener = listener;
    this.#users = keys.allShards.map((shard) => subscribedTo('users', shard, keys.attached(shard)));
    this.#all = [...this.#users, ...keys.allShards.map((shard) => subscribedTo('rooms', shard, keys.dirty(shard)))];
    nodes.onChange(() => this.#follow());
    this.#timer = setInterval(() => this.#follow(), FOLLOW_EVERY_MS);
    this.#follow();
  }

  /** Whether deliveries of a user shard come for sure. */
  confirmed(shard: number): boolean {
    return this.#users[shard]?.confirmed ?? false;
  }

  get someConfirmed(): boolean {
    return this.#users.some((part) => part.confirmed);
  }

  get allConfirmed(): boolean {
    return this.#all.every((part) => part.confirmed);
  }

  /** This process as a user shard knows it. */
  instance(shard: number): string {
    return this.#users[shard]?.instance ?? '';
  }

  close(): void {
    clearInterval(this.#timer);
    for (const connection of this.#connections.values()) connection.disconnect();
    this.#connections.clear();
  }

  /** Goes with every part to the node that owns it now. */
  #follow(): void {
    for (const part of this.#all) {
      const owner = this.#nodes.ownerOf(part.key);
      if (owner === null || owner === part.node) continue;
      this.#leave(part);
      part.node = owner;
      const connection = this.#connectionTo(owner);
      if (connection.status === 'ready') void this.#subscribe(part, connection);
    }
    for (const [node, connection] of this.#connections) {
      if (this.#all.some((part) => part.node === node)) continue;
      this.#connections.delete(node);
      connection.disconnect();
    }
  }

  #connectionTo(node: string): Redis {
    const known = this.#connections.get(node);
    if (known) return known;
    const connection = this.#nodes.connectSubscriber(node).on('error', () => undefined); // its end is what counts
    this.#connections.set(node, connection);
    const mine = (): Subscribed[] =>
      this.#connections.get(node) === connection ? this.#all.filter((part) => part.node === node) : [];
    connection.on('ready', () => {
      for (const part of mine()) void this.#subscribe(part, connection);
    });
    connection.on('close', () => {
      for (const part of mine()) this.#lose(part);
    });
    connection.on('moved', () => this.#moved(connection));
    connection.on(this.#nodes.sharded ? 'smessage' : 'message', (channel: string, payload: string) =>
      this.#hears.get(channel)?.(payload),
    );
    return connection;
  }

  /** Redis has unsubscribed a channel whose slot has moved, and does not tell which: all of this node are subscribed anew. */
  #moved(connection: Redis): void {
    this.#nodes.refresh();
    connection.disconnect(true);
  }

  async #subscribe(part: Subscribed, connection: Redis): Promise<void> {
    const { node } = part;
    const process = freshInstance();
    part.instance = process;
    this.#hear(part);
    try {
      await connection[this.#nodes.sharded ? 'ssubscribe' : 'subscribe'](...part.channels);
    } catch (error) {
      if (part.instance === process) this.#failed(part, connection, error);
      return;
    }
    if (part.instance !== process || part.node !== node || connection.status !== 'ready') return;
    part.confirmed = true;
    if (part.kind === 'users') this.#listener.onConfirmed(part.shard);
    else if (part.shard === SWITCHES_SHARD) this.#listener.onSwitched();
  }

  #hear(part: Subscribed): void {
    const { kind, shard, instance: process } = part;
    for (const channel of part.channels) this.#hears.delete(channel);
    const hears: [string, (payload: string) => void][] =
      kind === 'rooms'
        ? [
            [this.#keys.signalChannel(shard), (payload) => this.#listener.onSignal(payload)],
            ...(shard === SWITCHES_SHARD
              ? [[this.#keys.switchChannel, () => this.#listener.onSwitched()] satisfies [string, () => void]]
              : []),
          ]
        : [
            [this.#keys.deliveryChannel(shard, process), (payload) => this.#listener.onDelivery(shard, payload)],
            [this.#keys.noticeChannel(shard, process), (notice) => this.#listener.onNotice(notice)],
          ];
    part.channels = hears.map(([channel]) => channel);
    for (const [channel, hear] of hears) this.#hears.set(channel, hear);
  }

  /** A connection that broke subscribes when it is back; a part that is elsewhere is looked for there. */
  #failed(part: Subscribed, connection: Redis, error: unknown): void {
    if (connection.status !== 'ready') return;
    if (this.#nodes.sharded) {
      part.node = null;
      this.#nodes.refresh();
    } else if (part === this.#all[0]) {
      // it refuses all of them
      this.#listener.onRefused(error);
    }
  }

  /** Goes from the node it was at; a node that has become a replica would go on telling what it hears from the new master. */
  #leave(part: Subscribed): void {
    const connection = part.node === null ? undefined : this.#connections.get(part.node);
    if (connection?.status === 'ready' && part.channels.length > 0)
      connection.sunsubscribe(...part.channels).catch(() => undefined);
    this.#lose(part);
  }

  #lose(part: Subscribed): void {
    if (!part.confirmed) return;
    part.confirmed = false;
    if (part.kind === 'users') this.#listener.onLost(part.shard);
  }
}

function subscribedTo(kind: Subscribed['kind'], shard: number, key: string): Subscribed {
  return { kind, shard, key, node: null, channels: [], instance: freshInstance(), confirmed: false };
}

function freshInstance(): string {
  return randomBytes(5).toString('hex');
}
