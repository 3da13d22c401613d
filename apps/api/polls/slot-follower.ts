/**
 * Follows shards from node to node. In a cluster each shard is a slot. The slot's node changes when the slot moves and
 * when a replica takes over after a failover. On one Redis nothing ever moves.
 */
import type { Nodes } from '../../../shared/redis/nodes.js';

/** How often owners are looked at, besides at every known change. A subscription that failed is tried again by this. */
const LOOK_EVERY_MS = 500;

/** Something of a slot that is used at the node of that slot. */
export interface Placed {
  /** A key of its slot. */
  readonly key: string;
  /** The node where it is used. Null: it has to be looked for. */
  node: string | null;
}

export class SlotFollower<Item extends Placed> {
  readonly #nodes: Nodes;
  readonly #items: readonly Item[];
  readonly #onMove: (item: Item, from: string | null) => void;
  readonly #onLooked: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onMove` takes an item whose node has changed, and its former node. `onLooked` is called when all have moved. */
  constructor(
    nodes: Nodes,
    items: readonly Item[],
    onMove: (item: Item, from: string | null) => void,
    onLooked: () => void,
  ) {
    this.#nodes = nodes;
    this.#items = items;
    this.#onMove = onMove;
    this.#onLooked = onLooked;
  }

  start(): void {
    this.#nodes.onChange(() => this.#look());
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks the cluster again where everything is. */
  refresh(): void {
    this.#nodes.refresh();
  }

  /** Looks for an item again, because its node did not take it. */
  searchFor(item: Item): void {
    item.node = null;
    this.refresh();
  }

  #look(): void {
    for (const item of this.#items) {
      const { node: from } = item;
      const owner = this.#nodes.ownerOf(item.key);
      if (owner === null || owner === from) continue;
      item.node = owner;
      this.#onMove(item, from);
    }
    this.#onLooked();
  }
}
