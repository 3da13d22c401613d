/** `/status`: says in plain words whether this server works, and since when. */
import type { ServerStatus } from '../../../shared/protocol/status.js';
import { byId, server } from './page.js';

const EVERY_MS = 10_000;
const REQUEST_TIMEOUT_MS = 8_000;

const said = byId('status', HTMLElement);
const since = byId('since', HTMLElement);
/** When this page noticed that the server does not answer, in ms since 1970. */
let silentSince = 0;

/** Asks once. Never rejects. */
async function ask(): Promise<ServerStatus> {
  try {
    const headers = { Accept: 'application/json' };
    const response = await fetch(`${server}/status`, { headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    const status = (await response.json()) as ServerStatus;
    silentSince = 0;
    return status;
  } catch (_) {
    silentSince = silentSince || Date.now();
    const text = 'The server does not answer, or you are offline.';
    return { ok: false, state: 'away', text, since: silentSince, version: '' };
  }
}

function show({ state, text, since: at, version }: ServerStatus): void {
  said.dataset.state = state;
  if (said.textContent !== text) said.textContent = text; // a screen reader should not say the same again
  const time = new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  });
  since.textContent = `Since ${time}.${version && ` Version ${version}.`}`;
}

async function goOn(): Promise<void> {
  show(await ask());
  setTimeout(() => void goOn(), EVERY_MS);
}

void goOn();
