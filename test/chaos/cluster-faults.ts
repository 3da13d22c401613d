/** The faults of a cluster: masters die, hang, or hand over; slots move; nodes come and go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Keys } from '../../shared/store/keys.js';
import type { TestCluster } from '../support/cluster.js';
import type { ClusterNode } from '../support/cluster-node.js';
import { until } from '../support/until.js';
import { type PlannedFault, SHARDS } from './plan.js';

/** Slots of ours moved by one fault, there and back: all keys of a user shard or a room shard each. */
const MOVED = 6;

/** Told of the masters that are hit: whose keys are on them is excused. */
export type Tell = (isHit: (key: string) => boolean) => void;

type Make = (cluster: TestCluster, fault: PlannedFault, tell: Tell) => Promise<void>;
export type ClusterFault = 'master-kill' | 'master-stop' | 'master-failover' | 'slots-move' | 'node-change';

/** Each resolves when the cluster is whole again: three masters that have their slots, with a replica each. */
export const CLUSTER_FAULT: Record<ClusterFault, Make> = {
  'master-kill': async (cluster, { target }, tell) => {
    const master = await pick(cluster, target);
    tell(await keysOf(cluster, master));
    await cluster.failOver(master);
    await master.restart();
    await cluster.whole();
  },
  'master-stop': async (cluster, { target }, tell) => {
    const master = await pick(cluster, target);
    tell(await keysOf(cluster, master));
    master.pause();
    await until(
      async () => !(await cluster.masters()).includes(master) && (await cluster.covered()),
      'a replica takes over',
      30_000,
    );
    master.resume();
    await cluster.whole();
  },
  'master-failover': async (cluster, { target }, tell) => {
    const master = await pick(cluster, target);
    tell(await keysOf(cluster, master));
    await cluster.failOverInOrder(master);
    await cluster.whole();
  },
  'slots-move': async (cluster, { target }, tell) => {
    const [from, to] = [await pick(cluster, target), await pick(cluster, target + 1)];
    await moveSome(cluster, from, to, tell);
    await cluster.whole();
  },
  'node-change': async (cluster, { target }, tell) => {
    const [from, node, replica] = [await pick(cluster, target), await cluster.addNode(), await cluster.addNode()];
    await cluster.replicate(replica, node);
    const moved = await moveSome(cluster, from, node, tell);
    await sleep(1_000);
    const back = (await cluster.masters()).find((master) => master !== node) ?? from; // a busy machine may have failed that one over
    for (const slot of moved) await cluster.moveSlot(slot, back);
    await cluster.removeNode(replica);
    await cluster.removeNode(node);
    await cluster.whole();
  },
};

async function pick(cluster: TestCluster, target: number): Promise<ClusterNode> {
  const masters = await cluster.masters();
  const master = masters[target % masters.length];
  if (!master) throw new Error('the cluster has no master');
  return master;
}

/** A key of each user shard and each room shard, as they are in a slot of their own each. */
function ourKeys(): string[] {
  const keys = new Keys(SHARDS);
  return keys.allShards.flatMap((shard) => [keys.attached(shard), keys.dirty(shard)]);
}

async function keysOf(cluster: TestCluster, master: ClusterNode): Promise<(key: string) => boolean> {
  const hit = new Set<string>();
  for (const key of ourKeys()) if ((await cluster.ownerOf(key)) === master) hit.add(tagOf(key));
  return (key) => hit.has(tagOf(key));
}

/** Moves some slots that hold keys of ours. Gives them. */
async function moveSome(cluster: TestCluster, from: ClusterNode, to: ClusterNode, tell: Tell): Promise<number[]> {
  const isFrom = await keysOf(cluster, from);
  const keys = ourKeys().filter(isFrom).slice(0, MOVED);
  const tags = new Set(keys.map(tagOf));
  tell((key) => tags.has(tagOf(key)));
  const slots: number[] = [];
  for (const key of keys) {
    const slot = await cluster.slotOf(key);
    slots.push(slot);
    await cluster.moveSlot(slot, to);
  }
  return slots;
}

function tagOf(key: string): string {
  return /\{(\w+)\}/.exec(key)?.[1] ?? '';
}
