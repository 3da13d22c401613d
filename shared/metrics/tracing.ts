/**
 * OpenTelemetry spans of the queue between API and workers. The operator installs the packages for it
 * (docs/watching.md). `scripts/tracing.js` starts OpenTelemetry, and traces requests.
 */
import type { Telemetry } from 'bullmq';
import { type Config, ConfigError } from '../config/config.js';

/** In a constant, because the compiler would demand the package otherwise. */
const PACKAGE = 'bullmq-otel';

/** Resolves with undefined when OTEL=off. Throws ConfigError when the package is missing. */
export async function queueTelemetry({ otel }: Config): Promise<Telemetry | undefined> {
  if (!otel) return undefined;
  const { BullMQOtel } = (await import(PACKAGE).catch(refuse)) as { BullMQOtel: new (name: string) => Telemetry };
  return new BullMQOtel('nobackend-chat');
}

function refuse(): never {
  throw new ConfigError(`OTEL=on needs packages that are not installed. See docs/watching.md.`);
}
