import type { Answers } from '../client/answers.js';
import type { Finding } from '../client/api.js';
import { asFailure } from '../client/errors.js';
import type { Transport } from '../client/transport.js';
import { checkClock, checkHold, checkLength, checkReach } from './network-checks.js';
import { checkMixedContent, checkStorage, checkTabs } from './page-checks.js';

const PATIENCE = 10_000;

/** Looks at everything that can keep a chat from working here. `tell` hears each finding as it is made. */
export async function examine(server: string, tell: (finding: Finding) => void = () => undefined): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (finding: Finding): void => {
    findings.push(finding);
    tell(finding);
  };
  [checkMixedContent(server), checkStorage(), checkTabs()].forEach(add);
  const { findings: reach, transport } = await checkReach(server);
  reach.forEach(add);
  if (transport) await examineAsGuest(server, transport, add);
  return findings;
}

/** What needs a user: a guest in a room of its own, who leaves at the end. */
async function examineAsGuest(server: string, transport: Transport, add: (finding: Finding) => void): Promise<void> {
  const askedAt = Date.now();
  const room = `doctor-${Math.random().toString(36).slice(2, 10)}`;
  const guest = await transport.call('join', { room }, PATIENCE).done.catch((thrown: unknown) => void asFailure(thrown));
  if (guest) add(await checkClock(guest, askedAt));
  add(await checkLength(server));
  if (guest) await examineHold(transport, guest, add);
}

async function examineHold(transport: Transport, guest: Answers['join'], add: (finding: Finding) => void): Promise<void> {
  add(await checkHold(transport, guest));
  await transport.call('leave', { token: guest.token }, PATIENCE).done.catch((thrown: unknown) => void asFailure(thrown));
}
