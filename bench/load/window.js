/** Measures one system for some seconds (a window): what its clients get, and what its processes use. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {Awaited<ReturnType<typeof measure>>} Window
 * @typedef {{ system: import('../systems/systems.js').System, meter: import('./meter.js').Meter }} Measured
 */

/**
 * Measures for `seconds` while a load runs.
 *
 * @param {Measured} measured
 * @param {number} seconds
 */
export function measure(measured, seconds) {
  return measureWhile(measured, () => sleep(seconds * 1_000));
}

/**
 * Measures until `work` is done.
 *
 * @param {Measured} measured
 * @param {() => Promise<unknown>} work
 */
export async function measureWhile({ system, meter }, work) {
  await system.probe?.forgetSlow();
  const commands = await system.probe?.commands();
  const before = snapshot(system, meter);
  meter.beginMeasuring();
  await work();
  const latencies = meter.endMeasuring();
  const after = snapshot(system, meter);
  const [p50 = null, p99 = null] = latencies.percentiles(0.5, 0.99);
  const took = (after.at - before.at) / 1e9;
  const deliveries = after.deliveries - before.deliveries;
  const cpu = difference(after.cpu, before.cpu);
  return {
    seconds: took,
    deliveries,
    perSecond: deliveries / took,
    sentPerSecond: (after.accepted - before.accepted) / took,
    /** CPU-seconds by part, and of all parts together. */
    cpu,
    cpuTogether: total(cpu),
    /** Deliveries per CPU-second. Systems are compared by this. */
    efficiency: deliveries / total(cpu),
    p50,
    p99,
    /** The part of a core that the load generator used. Near 1, it would be the bottleneck. */
    generator: (after.generator - before.generator) / 1e6 / took,
    redisConnections: (await system.probe?.connections()) ?? null,
    longestBlock: (await system.probe?.longestBlock()) ?? null,
    /** Calls and microseconds by Redis command. */
    commands: commands && system.probe ? grown(await system.probe.commands(), commands) : null,
    /** Begin and end in microseconds, by the clock of CPU profiles. */
    from: before.at / 1e3,
    to: after.at / 1e3,
  };
}

/**
 * @param {Measured['system']} system
 * @param {Measured['meter']} meter
 */
function snapshot(system, meter) {
  const { user, system: kernel } = process.cpuUsage();
  return {
    at: Number(process.hrtime.bigint()),
    deliveries: meter.deliveries,
    accepted: meter.accepted,
    cpu: system.cpu(),
    generator: user + kernel,
  };
}

export function total(/** @type {Record<string, number>} */ byPart) {
  return Object.values(byPart).reduce((sum, value) => sum + value, 0);
}

/**
 * @param {Record<string, number>} after
 * @param {Record<string, number>} before
 */
function difference(after, before) {
  return Object.fromEntries(Object.entries(after).map(([part, value]) => [part, value - (before[part] ?? 0)]));
}

/**
 * @param {Record<string, { calls: number, us: number }>} after
 * @param {Record<string, { calls: number, us: number }>} before
 */
function grown(after, before) {
  return Object.fromEntries(
    Object.entries(after).map(([name, { calls, us }]) => [
      name,
      { calls: calls - (before[name]?.calls ?? 0), us: us - (before[name]?.us ?? 0) },
    ]),
  );
}
