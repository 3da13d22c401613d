/** The host's actions on the admin page. Each one is recorded after it is done. */
import * as v from 'valibot';
import type {
  AddressLookupReply,
  OperatorActionReply,
  OperatorActionRequest,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { BAN_MAX_S, NAME_TYPED_MAX, ROOM_NAME, WORD_MAX } from '../../../shared/protocol/limits.js';
import { redisTime } from '../../../shared/redis/time.js';
import { erasePerson } from '../../../shared/store/erase-person.js';
import { clearRoom, switchRoom } from '../../../shared/store/moderation.js';
import {
  readSwitched,
  recordOperatorAction,
  removeExpiredSwitches,
  switchOff,
  switchOn,
} from '../../../shared/store/operator.js';
import { takeRoom } from '../../../shared/store/owners.js';
import { endStay } from '../../../shared/store/stays.js';
import type { Store } from '../../../shared/store/store.js';
import type { AddressHash } from '../limits/address-hash.js';
import { limitedAddress } from '../limits/client-address.js';
import { type Network, readNetwork } from '../limits/network.js';
import { originIn } from '../limits/origins.js';
import type { TalkerRates } from '../limits/top-talkers.js';
import { ALL_LINKS, hostNameIn } from '../moderation/server-filter.js';
import { isWord } from '../operations/parameters/schemas.js';

/** How long an address may be switched off. After that its hash is not known any more. */
const DAY_S = 86_400;
const HASH = /^[\w-]{22}$/;

/** The parts that an action works with. `by`: the name of the host. */
interface ActionContext {
  store: Store;
  addressHash: AddressHash;
  by: string;
}

const ActionRequest = v.strictObject({
  act: v.picklist([
    'room_off',
    'room_on',
    'clear',
    'own',
    'stay_end',
    'erase',
    'address_off',
    'address_on',
    'origin_off',
    'origin_on',
    'network_off',
    'network_on',
    'word_off',
    'word_on',
    'link_off',
    'link_on',
  ]),
  on: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(300)),
  seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(BAN_MAX_S))),
  name: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(NAME_TYPED_MAX))),
});

/** Returns a checked request. Throws `bad_request`. */
export function checkAction(body: unknown): OperatorActionRequest {
  const { success, output } = v.safeParse(ActionRequest, body);
  if (!success)
    throw new ChatError(
      'bad_request',
      'An action needs act, on and, to ban an address or a network, seconds (at most 90 days).',
    );
  const { act, on, seconds, name } = output;
  if (act === 'erase' && name === undefined)
    throw new ChatError('bad_request', 'Give the name of the person whose messages go.');
  if (act === 'address_off' && (seconds ?? 0) > DAY_S)
    throw new ChatError('bad_request', 'An address can be banned for a day at most. Ban it as a network for longer.');
  return { act, on, ...(seconds !== undefined && { seconds }), ...(name !== undefined && { name }) };
}

/** Runs and records an action. Rejects with `bad_request` for a target that cannot be meant, or when Redis is away. */
export async function runAction(
  context: ActionContext,
  { act: name, on, seconds, name: person = '' }: OperatorActionRequest,
): Promise<OperatorActionReply> {
  const target = await TARGETS[kindOf(name)](context, on);
  const owner = name === 'own' ? await takeRoom(context.store, target) : undefined;
  const erased =
    name === 'erase' ? await erasePerson(context.store, target, person, await redisTime(context.store)) : undefined;
  if (name !== 'own' && name !== 'erase') await ACTIONS[name](context.store, target, seconds ?? DAY_S);
  await recordOperatorAction(
    context.store,
    context.by,
    name,
    target,
    name === 'address_off' || name === 'network_off' ? (seconds ?? DAY_S) : undefined,
  );
  await removeExpiredSwitches(context.store);
  return { ok: true, ...(owner !== undefined && { owner }), ...erased };
}

const AddressRequest = v.strictObject({
  on: ActionRequest.entries.on,
  kind: v.optional(v.picklist(['address', 'network'])),
});

/**
 * Resolves with what is known about an address or a network before it is banned: it may be mistyped, or the host's own.
 * `from`: the address of the host. Rejects with `bad_request` for a text that is not an address, or when Redis is away.
 */
export async function lookUpAddress(
  context: Omit<ActionContext, 'by'>,
  busy: () => Promise<TalkerRates>,
  from: string,
  body: unknown,
): Promise<AddressLookupReply> {
  const { success, output } = v.safeParse(AddressRequest, body);
  if (!success) throw new ChatError('bad_request', NO_ADDRESS);
  if (output.kind === 'network') return lookUpNetwork(context.store, from, output.on);
  const address = await TARGETS.address(context, output.on);
  const [own, { addresses }, off] = await Promise.all([
    context.addressHash.hashes(from),
    busy(),
    readSwitched(context.store),
  ]);
  return {
    ok: true,
    address,
    own: own.includes(address),
    busy: addresses.some(([known]) => known === address),
    off: off.some(({ kind, name }) => kind === 'address' && name === address),
  };
}

async function lookUpNetwork(store: Store, from: string, on: string): Promise<AddressLookupReply> {
  const network = checkNetwork(on);
  const off = await readSwitched(store);
  return {
    ok: true,
    address: network.name,
    own: network.has(from),
    busy: false,
    off: off.some(({ kind, name }) => kind === 'network' && name === network.name),
  };
}

/** Throws `bad_request` for a text that is no network. */
function checkNetwork(on: string): Network {
  const network = readNetwork(on);
  if (network !== null) return network;
  throw new ChatError(
    'bad_request',
    'Give a network such as 203.0.113.0/24 (/8 to /32) or 2001:db8::/48 (/16 to /64).',
  );
}

const NO_ADDRESS = 'Give an IPv4 or IPv6 address, or one of the list.';

const KINDS: SwitchedOff['kind'][] = ['origin', 'address', 'network', 'word', 'link'];

function kindOf(name: OperatorActionRequest['act']): SwitchedOff['kind'] {
  return KINDS.find((kind) => name.startsWith(kind)) ?? 'room';
}

/** Returns the name under which a target is stored. */
const TARGETS: Record<
  SwitchedOff['kind'],
  (context: Pick<ActionContext, 'addressHash'>, on: string) => string | Promise<string>
> = {
  room(_, on) {
    if (ROOM_NAME.test(on)) return on;
    throw new ChatError('bad_request', 'A room has 1 to 64 letters, digits, dots, dashes and underscores.');
  },
  origin: (_, on) => originIn(on),
  address({ addressHash }, on) {
    const address = limitedAddress(on);
    if (address !== null) return addressHash.hash(address);
    if (HASH.test(on)) return on;
    throw new ChatError('bad_request', NO_ADDRESS);
  },
  network: (_, on) => checkNetwork(on).name,
  word(_, on) {
    if (isWord(on)) return on.toLowerCase();
    throw new ChatError('bad_request', `Give a word of 1 to ${WORD_MAX} letters and digits; * may be at its end.`);
  },
  link(_, on) {
    if (on === ALL_LINKS) return on;
    const name = hostNameIn(on);
    if (name !== null) return name;
    throw new ChatError('bad_request', 'Give a host name such as spam.example, or * for all links.');
  },
};

/** The actions that return nothing. */
const ACTIONS: Record<
  Exclude<OperatorActionRequest['act'], 'own' | 'erase'>,
  (store: Store, target: string, seconds: number) => Promise<void>
> = {
  async room_off(store, room) {
    await switchRoom(store, room, true);
    await switchOff(store, 'room', room, null);
  },
  async room_on(store, room) {
    await switchRoom(store, room, false);
    await switchOn(store, 'room', room);
  },
  clear: (store, room) => clearRoom(store, room),
  stay_end: (store, room) => endStay(store, room),
  address_off: (store, address, seconds) => switchOff(store, 'address', address, seconds),
  address_on: (store, address) => switchOn(store, 'address', address),
  origin_off: (store, origin) => switchOff(store, 'origin', origin, null),
  origin_on: (store, origin) => switchOn(store, 'origin', origin),
  network_off: (store, network, seconds) => switchOff(store, 'network', network, seconds),
  network_on: (store, network) => switchOn(store, 'network', network),
  word_off: (store, word) => switchOff(store, 'word', word, null),
  word_on: (store, word) => switchOn(store, 'word', word),
  link_off: (store, link) => switchOff(store, 'link', link, null),
  link_on: (store, link) => switchOn(store, 'link', link),
};
