/**
 * The pub/sub subscriptions of this process: deliveries and notices of each user shard for this process, and signals of
 * each room shard for all. There is one connection to each node, for the shards of that node. A user shard
 * gets a fresh instance id at every subscription: its delivery sequence begins at 0, and nothing from an earlier
 * subscription can be taken for its own. A shard that is lost, with its node or because it moves, is lost alone.
 */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Nodes } from '../../../shared/redis/nodes.js';
import type { Keys } from '../../../shared/store/keys.js';
import { type Placed, SlotFollower } from './slot-follower.js';

/** The room shard on whose node the host's switches are announced. */
const SWITCHES_SHARD = 0;

export interface SubscriptionDelegate {
  onDelivery(shard: number, payload: string): void;
  onNotice(notice: string): void;
  onSignal(payload: string): void;
  /** The host has switched something, or may have while the subscription was gone. */
  onSwitched(): void;
  /** The subscription of a user shard is gone: from now on deliveries may be lost. */
  onLost(shard: number): void;
  /** The subscription of a user shard is confirmed again, under a new instance id. */
  onConfirmed(shard: number): void;
  /** Redis refuses the subscription. */
  onRefused(error: unknown): void;
}

type Handler = (payload: string) => void;

/** One shard, of users or of rooms, and its channels. */
interface Subscribed extends Placed {
  readonly kind: 'users' | 'rooms';
  readonly shard: number;
  channels: string[];
  /** The name of this process in Redis and in cursors of this shard, while the subscription holds. */
  instance: string;
  confirmed: boolean;
}

export class Subscription {
  readonly #nodes: Nodes;
  readonly #keys: Keys;
  readonly #delegate: SubscriptionDelegate;
  readonly #users: Subscribed[];
  readonly #all: Subscribed[];
  readonly #follower: SlotFollower<Subscribed>;
  readonly #connections = new Map<string, Redis>();
  readonly #handlers = new Map<string, Handler>();

  constructor(nodes: Nodes, keys: Keys, delegate: SubscriptionDelegate) {
    this.#nodes = nodes;
    this.#keys = keys;
    this.#delegate = delegate;
    this.#users = keys.allShards.map((shard) => unsubscribed('users', shard, keys.attached(shard)));
    this.#all = [...this.#users, ...keys.allShards.map((shard) => unsubscribed('rooms', shard, keys.dirty(shard)))];
    this.#follower = new SlotFollower(
      nodes,
      this.#all,
      (one, from) => this.#move(one, from),
      () => this.#closeUnused(),
    );
    this.#follower.start();
  }

  /** Whether all deliveries of a user shard arrive. */
  confirmed(shard: number): boolean {
    return this.#users[shard]?.confirmed ?? false;
  }

  get someConfirmed(): boolean {
    return this.#users.some((one) => one.confirmed);
  }

  get allConfirmed(): boolean {
    return this.#all.every((one) => one.confirmed);
  }

  /** This process as a user shard knows it. */
  instance(shard: number): string {
    return this.#users[shard]?.instance ?? '';
  }

  close(): void {
    this.#follower.stop();
    for (const connection of this.#connections.values()) connection.disconnect();
    this.#connections.clear();
  }

  #move(one: Subscribed, from: string | null): void {
    this.#leave(one, from);
    if (one.node === null) return;
    const connection = this.#connectionTo(one.node);
    if (connection.status === 'ready') void this.#subscribe(one, connection);
  }

  #closeUnused(): void {
    for (const [node, connection] of this.#connections) {
      if (this.#all.some((one) => one.node === node)) continue;
      this.#connections.delete(node);
      connection.disconnect();
    }
  }

  #connectionTo(node: string): Redis {
    const known = this.#connections.get(node);
    if (known) return known;
    const connection = this.#nodes.connectSubscriber(node).on('error', () => undefined); // `close` is what counts
    this.#connections.set(node, connection);
    const subscribedHere = (): Subscribed[] =>
      this.#connections.get(node) === connection ? this.#all.filter((one) => one.node === node) : [];
    connection.on('ready', () => {
      for (const one of subscribedHere()) void this.#subscribe(one, connection);
    });
    connection.on('close', () => {
      for (const one of subscribedHere()) this.#lose(one);
    });
    connection.on('moved', () => this.#subscribeAnew(connection));
    connection.on(this.#nodes.sharded ? 'smessage' : 'message', (channel: string, payload: string) =>
      this.#handlers.get(channel)?.(payload),
    );
    return connection;
  }

  /**
   * Redis has unsubscribed a channel whose slot has moved. It does not tell which one, so all of this node start anew.
   */
  #subscribeAnew(connection: Redis): void {
    this.#follower.refresh();
    connection.disconnect(true);
  }

  async #subscribe(one: Subscribed, connection: Redis): Promise<void> {
    const { node } = one;
    const instance = freshInstance();
    one.instance = instance;
    this.#handle(one);
    try {
      await connection[this.#nodes.sharded ? 'ssubscribe' : 'subscribe'](...one.channels);
    } catch (error) {
      if (one.instance === instance) this.#failed(one, connection, error);
      return;
    }
    if (one.instance !== instance || one.node !== node || connection.status !== 'ready') return;
    one.confirmed = true;
    if (one.kind === 'users') this.#delegate.onConfirmed(one.shard);
    else if (one.shard === SWITCHES_SHARD) this.#delegate.onSwitched();
  }

  /** Sets the handlers of a shard's channels. Their names change with the instance. */
  #handle(one: Subscribed): void {
    for (const channel of one.channels) this.#handlers.delete(channel);
    const handlers = one.kind === 'rooms' ? this.#roomHandlers(one.shard) : this.#userHandlers(one);
    one.channels = handlers.map(([channel]) => channel);
    for (const [channel, handler] of handlers) this.#handlers.set(channel, handler);
  }

  #roomHandlers(shard: number): [channel: string, Handler][] {
    const signals: [string, Handler] = [this.#keys.signalChannel(shard), (payload) => this.#delegate.onSignal(payload)];
    if (shard !== SWITCHES_SHARD) return [signals];
    return [signals, [this.#keys.switchChannel, () => this.#delegate.onSwitched()]];
  }

  #userHandlers({ shard, instance }: Subscribed): [channel: string, Handler][] {
    return [
      [this.#keys.deliveryChannel(shard, instance), (payload) => this.#delegate.onDelivery(shard, payload)],
      [this.#keys.noticeChannel(shard, instance), (notice) => this.#delegate.onNotice(notice)],
    ];
  }

  /** A broken connection subscribes when it is back. A shard that is at another node now is searched for. */
  #failed(one: Subscribed, connection: Redis, error: unknown): void {
    if (connection.status !== 'ready') return;
    if (this.#nodes.sharded) this.#follower.searchFor(one);
    else if (one === this.#all[0]) this.#delegate.onRefused(error); // it refuses all of them
  }

  /**
   * Unsubscribes a shard from its former node. A node that has become a replica would go on telling what it hears from
   * the new master.
   */
  #leave(one: Subscribed, node: string | null): void {
    const connection = node === null ? undefined : this.#connections.get(node);
    if (connection?.status === 'ready' && one.channels.length > 0)
      connection.sunsubscribe(...one.channels).catch(() => undefined);
    this.#lose(one);
  }

  #lose(one: Subscribed): void {
    if (!one.confirmed) return;
    one.confirmed = false;
    if (one.kind === 'users') this.#delegate.onLost(one.shard);
  }
}

function unsubscribed(kind: Subscribed['kind'], shard: number, key: string): Subscribed {
  return { kind, shard, key, node: null, channels: [], instance: freshInstance(), confirmed: false };
}

function freshInstance(): string {
  return randomBytes(5).toString('hex');
}
