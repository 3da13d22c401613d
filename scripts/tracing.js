/**
 * Traces by OpenTelemetry. A process loads this file first: `node --import ./scripts/tracing.js ...`. With OTEL=on,
 * ecosystem.config.js does so. OpenTelemetry's own settings (OTEL_...) say where the traces go. The host installs its
 * packages: docs/watching.md. The spans of the queues are in shared/metrics/tracing.ts.
 */
import { register } from 'node:module';

/** The same as CONFIG_EXIT_CODE in shared/config/config.ts: pm2 does not restart a process that exits with it. */
const CONFIG_EXIT_CODE = 78;
/** Polls are not traced: they are most of all requests, and they last as long as nothing happens. */
const POLL = /^\/(jsonp|api)\/poll(\?|$)/;

async function load(/** @type {string} */ name) {
  try {
    return await import(name);
  } catch {
    console.error(`OTEL=on needs the package ${name}, which is not installed. See docs/watching.md.`);
    process.exit(CONFIG_EXIT_CODE);
  }
}

const { NodeSDK } = await load('@opentelemetry/sdk-node');
const { HttpInstrumentation } = await load('@opentelemetry/instrumentation-http');
const { PinoInstrumentation } = await load('@opentelemetry/instrumentation-pino');

/**
 * Removes queries and addresses from traces: with JSONP, tokens and texts are in URLs, and visitors stay unknown. The
 * path of a webhook is its secret.
 */
function withoutSecrets({ url = '' }) {
  const path = (url.split('?', 1)[0] ?? '').replace(/^\/h\/.*/, '/h/');
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
