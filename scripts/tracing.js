/**
 * Traces by OpenTelemetry, loaded ahead of a process (`node --import ./scripts/tracing.js ...`; ecosystem.config.js does so with
 * OTEL=on). Where they go, OpenTelemetry's own settings say (OTEL_...). Its packages are the host's to install: docs/hosting.md.
 */
import { register } from 'node:module';

/** As CONFIG_EXIT in shared/config/config.ts: pm2 does not start such a process again. */
const CONFIG_EXIT = 78;
/** Held for as long as nothing happens: their time says nothing, and they are most of all requests. */
const POLL = /^\/(jsonp|api)\/poll(\?|$)/;

async function load(/** @type {string} */ name) {
  try {
    return await import(name);
  } catch {
    console.error(`OTEL=on needs ${name}, which is not installed: see docs/hosting.md.`);
    process.exit(CONFIG_EXIT);
  }
}

const { NodeSDK } = await load('@opentelemetry/sdk-node');
const { HttpInstrumentation } = await load('@opentelemetry/instrumentation-http');
const { PinoInstrumentation } = await load('@opentelemetry/instrumentation-pino');

/** With JSONP, tokens and texts stand in URLs; and whose request it is, is no business of whoever keeps the traces. */
function withoutSecrets({ url = '' }) {
  const path = url.split('?', 1)[0];
  const gone = [
    'http.client_ip',
    'net.peer.ip',
    'net.peer.port',
    'http.user_agent',
    'client.address',
    'network.peer.address',
    'network.peer.port',
    'user_agent.original',
    'url.query',
  ];
  return {
    'http.url': path,
    'http.target': path,
    'url.path': path,
    ...Object.fromEntries(gone.map((name) => [name, undefined])),
  };
}

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const http = new HttpInstrumentation({
  ignoreIncomingRequestHook: ({ url = '' }) => POLL.test(url),
  startIncomingSpanHook: withoutSecrets,
});
new NodeSDK({ instrumentations: [http, new PinoInstrumentation()] }).start();
