import type { Answers } from '../client/answers.js';
import type { Finding } from '../client/api.js';
import { asFailure, Failure } from '../client/errors.js';
import type { Transport } from '../client/transport/transport.js';
import { type Listener, note } from './findings.js';
import { checkClock, checkHold, checkLength, checkReach } from './network-checks.js';
import { checkMixedContent, checkStorage, checkTabs } from './page-checks.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** Checks that need a way to the server. */
const UNREACHED = ['clock', 'long addresses', 'long holds'] as const;

/** Looks at everything that can keep a chat from working here. Returns a finding for each check. */
export async function examine(server: string, listener: Listener = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const begun = (about: Finding['about']): void => {
    if (listener.begun) listener.begun(about);
  };
  const found = (finding: Finding): void => {
    findings.push(finding);
    if (listener.found) listener.found(finding);
  };
  [checkMixedContent(server), checkStorage(), checkTabs()].forEach(found);
  const transport = await checkReach(server, { begun, found });
  if (transport) await examineAsGuest(server, transport, { begun, found });
  else UNREACHED.forEach((about) => found(note(about, 'Not looked at, since nothing gets through.')));
  return findings;
}

/** Checks that need a user: a guest in a room of its own, who leaves at the end. */
async function examineAsGuest(
  server: string,
  transport: Transport,
  { begun, found }: Required<Listener>,
): Promise<void> {
  const askedAt = Date.now();
  const room = `doctor-${Math.random().toString(36).slice(2, 10)}`;
  begun('clock');
  const guest = await transport.call('join', { room }, REQUEST_TIMEOUT_MS).done.catch(asFailure);
  found(guest instanceof Failure ? notJoined('clock', guest) : await checkClock(guest, askedAt));
  begun('long addresses');
  found(await checkLength(server));
  begun('long holds');
  found(guest instanceof Failure ? notJoined('long holds', guest) : await examineHold(transport, guest));
}

async function examineHold(transport: Transport, guest: Answers['join']): Promise<Finding> {
  const finding = await checkHold(transport, guest);
  const leaving = transport.call('leave', { token: guest.token }, REQUEST_TIMEOUT_MS).done;
  await leaving.catch((thrown: unknown) => void asFailure(thrown));
  return finding;
}

function notJoined(about: Finding['about'], { message }: Failure): Finding {
  return note(about, `Not looked at, since no guest could join: ${message}`);
}
