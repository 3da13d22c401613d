import type { Answers } from '../client/answers.js';
import type { Finding } from '../client/api.js';
import { asFailure, Failure } from '../client/errors.js';
import type { Transport } from '../client/transport/transport.js';
import { type Listener, note } from './findings.js';
import { checkClock, checkHold, checkLength, checkReach } from './network-checks.js';
import { checkMixedContent, checkStorage, checkTabs } from './page-checks.js';
import { checkStreams, withWay } from './stream-checks.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** The checks that need a server that can be reached. */
const NEED_SERVER = ['clock', 'long addresses', 'streams', 'long holds'] as const;

/**
 * Checks everything that can keep a chat from working here. Resolves with a finding for each check. `way`: how the
 * events of the page's chat come.
 */
export async function examine(server: string, listener: Listener = {}, way = ''): Promise<Finding[]> {
  const findings: Finding[] = [];
  const begun = (about: Finding['about']): void => {
    if (listener.begun) listener.begun(about);
  };
  const found = (raw: Finding): void => {
    const finding = raw.about === 'streams' ? withWay(raw, way) : raw;
    findings.push(finding);
    if (listener.found) listener.found(finding);
  };
  for (const finding of [checkMixedContent(server), checkStorage(), checkTabs()]) found(finding);
  const transport = await checkReach(server, { begun, found });
  if (transport) await examineAsGuest(server, transport, { begun, found });
  else for (const about of NEED_SERVER) found(note(about, 'Not checked, because the server cannot be reached.'));
  return findings;
}

/** Runs the checks that need a user. It is a guest in a room of its own, who leaves at the end. */
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
  begun('streams');
  found(guest instanceof Failure ? notJoined('streams', guest) : await checkStreams(server, transport, guest));
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
  return note(about, `Not checked, because no guest could join: ${message}`);
}
