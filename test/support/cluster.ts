/**
 * A real Redis Cluster: three masters with a replica each, on ports and folders of their own, gone when it is stopped.
 */
import { type ClusterNode, type ClusterOptions, launchNode } from './cluster-node.js';
import { until } from './until.js';

const MASTERS = 3;
const SLOTS = 16_384;

export class TestCluster {
  readonly nodes: ClusterNode[] = [];
  readonly #options: ClusterOptions;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  get url(): string {
    const { auth } = this.#options;
    return `redis://${auth ? `${auth.user}:${auth.password}@` : ''}${this.nodes
      .slice(0, MASTERS)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',')}?cluster=true`;
  }

  /** Any node that can be asked about the others. */
  get port(): number {
    return this.nodes[0]?.port ?? 0;
  }

  get pid(): number {
    return this.nodes[0]?.pid ?? 0;
  }

  get ports(): number[] {
    return this.nodes.map(({ port }) => port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end()));
  }

  /** Kills all of it as `kill -9` does; its data stay for `restart`. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  async restart(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.restart()));
    await this.whole();
  }

  pause(): void {
    for (const node of this.nodes) node.pause();
  }

  resume(): void {
    for (const node of this.nodes) node.resume();
  }

  /** The node that owns a key's slot. */
  async ownerOf(key: string): Promise<ClusterNode> {
    return this.#masterOfSlot(await this.slotOf(key));
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.#any().redis.cluster('KEYSLOT', key));
  }

  async masters(): Promise<ClusterNode[]> {
    const ports = new Set((await this.#slots()).map(([, , [, port]]) => port));
    return this.nodes.filter((node) => ports.has(node.port));
  }

  /** The replicas of a master. */
  async replicasOf(master: ClusterNode): Promise<ClusterNode[]> {
    const ports = (await this.#slots())
      .filter(([, , [, port]]) => port === master.port)
      .flatMap(([, , , ...replicas]) => replicas.map(([, port]) => port));
    return this.nodes.filter((node) => ports.includes(node.port));
  }

  /** Kills a master; resolves when its replica has taken its slots. */
  async failOver(master: ClusterNode): Promise<void> {
    await master.kill();
    await until(
      async () => !(await this.masters()).includes(master) && (await this.covered()),
      'a replica takes over',
      30_000,
    );
  }

  /** Lets a replica take over in order, as before the master's machine is taken down. */
  async failOverInOrder(master: ClusterNode): Promise<void> {
    const [replica] = await this.replicasOf(master);
    if (!replica) throw new Error(`${master.port} has no replica`);
    await replica.redis.cluster('FAILOVER');
    await until(() => replica.isMaster(), 'the replica is the master', 30_000);
  }

  /**
   * Moves a slot with its keys, as `redis-cli --cluster reshard` does; resolves when all nodes have heard of it. A node that gave one slot
   * before it had heard what its taker got last would soon take that one back by the older word, and each would name the other as its owner.
   */
  async moveSlot(slot: number, to: ClusterNode): Promise<void> {
    const from = await this.#masterOfSlot(slot);
    if (from === to) return;
    await to.redis.cluster('SETSLOT', slot, 'IMPORTING', await from.id());
    await from.redis.cluster('SETSLOT', slot, 'MIGRATING', await to.id());
    for (;;) {
      const keys = (await from.redis.cluster('GETKEYSINSLOT', slot, 100)) as string[];
      if (keys.length === 0) break;
      await this.#migrate(from, to, keys);
    }
    const masters = await this.masters();
    const id = await to.id();
    await to.redis.cluster('SETSLOT', slot, 'NODE', id);
    await from.redis.cluster('SETSLOT', slot, 'NODE', id).catch((error: unknown) => unlessReplica(error));
    // the others hear of it from these; told at once, they need not be asked twice
    await Promise.all(masters.map((node) => node.redis.cluster('SETSLOT', slot, 'NODE', id).catch(() => undefined)));
    await until(() => this.#agreed(), "all know the slot's owner", 30_000);
  }

  /** Adds a node without slots to the running cluster. */
  async addNode(): Promise<ClusterNode> {
    const node = await launchNode(this.#options);
    this.nodes.push(node);
    const { port, bus } = this.#any();
    await node.redis.cluster('MEET', '127.0.0.1', port, bus);
    const others = this.nodes.filter((one) => !one.down);
    const everywhere = async (): Promise<boolean> =>
      (await Promise.all(others.map((one) => this.#seenBy(one)))).every((seen) => seen >= others.length);
    await until(async () => (await everywhere()) && this.covered(), 'all know the node, and it knows them', 30_000);
    return node;
  }

  /** Makes a node without slots the replica of a master. */
  async replicate(replica: ClusterNode, master: ClusterNode): Promise<void> {
    const id = await master.id();
    await until(
      () =>
        replica.redis.cluster('REPLICATE', id).then(
          () => true,
          () => false,
        ),
      'the replica knows its master',
      30_000,
    );
    await until(async () => /state=online/.test(await master.redis.info('replication')), 'the replica follows', 30_000);
  }

  /** Takes a node without slots out and ends it. */
  async removeNode(node: ClusterNode): Promise<void> {
    const id = await node.id();
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await Promise.all(this.nodes.map((one) => one.redis.cluster('FORGET', id).catch(() => undefined))); // one that is down has no say
    await node.end();
  }

  /** Every slot has a master that is there, as all nodes see it. */
  async covered(): Promise<boolean> {
    const views = await Promise.all(this.nodes.filter(({ down }) => !down).map((node) => node.redis.cluster('INFO')));
    return views.every((view) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(String(view)));
  }

  /** Every slot has a master that is there, and each of these a replica that follows it. */
  async whole(): Promise<void> {
    await until(
      async () => {
        if (!(await this.covered()) || !(await this.#agreed())) return false;
        const states = await Promise.all((await this.masters()).map((node) => node.redis.info('replication')));
        return states.length >= MASTERS && states.every((state) => /state=online/.test(state));
      },
      'the cluster is whole',
      60_000,
    );
  }

  async #masterOfSlot(slot: number): Promise<ClusterNode> {
    const range = (await this.#slots()).find(([from, to]) => slot >= from && slot <= to);
    const node = this.nodes.find(({ port }) => port === range?.[2][1]);
    if (!node) throw new Error(`slot ${slot} has no master`);
    return node;
  }

  /** All nodes name the same masters, with the same slots as of the same epoch. */
  async #agreed(): Promise<boolean> {
    const views = await Promise.all(
      this.nodes.filter(({ down }) => !down).map(async (node) => String(await node.redis.cluster('NODES'))),
    );
    return new Set(views.map(mastersOf)).size === 1;
  }

  async #slots(): Promise<SlotRange[]> {
    return (await this.#any().redis.call('CLUSTER', 'SLOTS')) as SlotRange[];
  }

  async #seenBy(node: ClusterNode): Promise<number> {
    return String(await node.redis.cluster('NODES'))
      .split('\n')
      .filter((line) => / connected( |$)/.test(line) && !/handshake|fail/.test(line)).length;
  }

  async #migrate(from: ClusterNode, to: ClusterNode, keys: string[]): Promise<void> {
    const auth = this.#options.auth ? ['AUTH2', this.#options.auth.user, this.#options.auth.password] : [];
    await from.redis.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, ...auth, 'KEYS', ...keys);
  }

  #any(): ClusterNode {
    const node = this.nodes.find(({ down }) => !down) ?? this.nodes[0];
    if (!node) throw new Error('the cluster has no node');
    return node;
  }
}

/** The masters in what a node answers to CLUSTER NODES: each one's id, epoch and slots. */
function mastersOf(view: string): string {
  const lines = view
    .split('\n')
    .filter((line) => /master/.test(line) && !/fail/.test(line))
    .map((line) => line.split(' '));
  return lines
    .map(([id, , , , , , epoch, , ...slots]) => [id, epoch, ...slots.filter((slot) => !slot.startsWith('['))].join(' '))
    .sort()
    .join('\n');
}

/**
 * A master that hears that its last slot has another owner follows that one by itself, and has no say in slots any
 * more.
 */
function unlessReplica(error: unknown): void {
  if (!/only with masters/.test(String(error))) throw error;
}

type Address = [host: string, port: number, id: string];
type SlotRange = [from: number, to: number, master: Address, ...replicas: Address[]];

/**
 * Starts three masters and three replicas; resolves when all slots are served and replicated. A master serves none in
 * its first two seconds.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const cluster = new TestCluster(options);
  cluster.nodes.push(...(await Promise.all(Array.from({ length: 2 * MASTERS }, () => launchNode(options)))));
  const [masters, replicas] = [cluster.nodes.slice(0, MASTERS), cluster.nodes.slice(MASTERS)];
  await Promise.all(
    masters.map((node, number) =>
      node.redis.cluster(
        'ADDSLOTSRANGE',
        Math.floor((number * SLOTS) / MASTERS),
        Math.floor(((number + 1) * SLOTS) / MASTERS) - 1,
      ),
    ),
  );
  await Promise.all(cluster.nodes.map((node, number) => node.redis.cluster('SET-CONFIG-EPOCH', number + 1)));
  await introduce(cluster.nodes);
  await Promise.all(
    replicas.map(async (node, number) => {
      const master = masters[number];
      if (master) await cluster.replicate(node, master);
    }),
  );
  await cluster.whole();
  return cluster;
}

/** Each meets every other itself: by hearsay it takes a second more. */
async function introduce(nodes: ClusterNode[]): Promise<void> {
  await Promise.all(
    nodes.flatMap((node, number) =>
      nodes.slice(number + 1).map(({ port, bus }) => node.redis.cluster('MEET', '127.0.0.1', port, bus)),
    ),
  );
}
