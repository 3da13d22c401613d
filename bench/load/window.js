/** A window of measurement over one system: what its clients got, and what its processes used for it. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What one system's clients got in a window, and what its processes used for it.
 *
 * @typedef {Awaited<ReturnType<typeof measure>>} Window
 * @typedef {{ system: import('../systems/systems.js').System, meter: import('./meter.js').Meter }} Measured
 */

/**
 * Measures for some seconds while a load runs.
 *
 * @param {Measured} measured
 * @param {number} seconds
 */
export async function measure({ system, meter }, seconds) {
  await system.probe?.forgetSlow();
  const commands = await system.probe?.commands();
  const before = snapshot(system, meter);
  meter.beginMeasuring();
  await sleep(seconds * 1_000);
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
    /** Seconds of CPU by part, and of all parts together. */
    cpu,
    cpuTogether: total(cpu),
    /** Deliveries per CPU-second: what is compared. */
    efficiency: deliveries / total(cpu),
    p50,
    p99,
    /** How busy the generator was, of one core: near 1, it would be what limits. */
    generator: (after.generator - before.generator) / 1e6 / took,
    redisConnections: (await system.probe?.connections()) ?? null,
    longestBlock: (await system.probe?.longestBlock()) ?? null,
    /** Calls and us by Redis command. */
    commands: commands && system.probe ? grown(await system.probe.commands(), commands) : null,
    /** In the clock of CPU profiles, us. */
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
