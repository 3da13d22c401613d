/** OpenTelemetry's view of the queue between API and workers. Its packages are there only where a host has installed them (docs/hosting.md). */
import type { Telemetry } from 'bullmq';
import { type Config, ConfigError } from '../config/config.js';

/** In a variable, else the compiler would want it installed. */
const PACKAGE = 'bullmq-otel';

/** Undefined with OTEL=off. Throws ConfigError when the package is missing. */
export async function queueTelemetry({ otel }: Config): Promise<Telemetry | undefined> {
  if (!otel) return undefined;
  const { BullMQOtel } = (await import(PACKAGE).catch(refuse)) as { BullMQOtel: new (name: string) => Telemetry };
  return new BullMQOtel('nobackend-chat');
}

function refuse(): never {
  throw new ConfigError(`OTEL=on needs packages that are not installed: see docs/hosting.md.`);
}
