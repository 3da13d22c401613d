/** The host's actions on the admin page. Each one is recorded after it is done. */
import * as v from 'valibot';
import type {
  AddressLookupReply,
  OperatorActionName,
  OperatorActionReply,
  OperatorActionRequest,
  SwitchedOff,
} from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { NAME_TYPED_MAX, ROOM_NAME } from '../../../shared/protocol/limits.js';
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
import { originIn } from '../limits/origins.js';
import type { TalkerRates } from '../limits/top-talkers.js';

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
  ]),
  on: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(300)),
  seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(DAY_S))),
  name: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(NAME_TYPED_MAX))),
});

/** Returns a checked request. Throws `bad_request`. */
export function checkAction(body: unknown): OperatorActionRequest {
  const { success, output } = v.safeParse(ActionRequest, body);
  if (!success)
    throw new ChatError(
      'bad_request',
      'An action needs act, on and, to switch an address off, seconds (at most one day).',
    );
  const { act, on, seconds, name } = output;
  if (act === 'erase' && name === undefined)
    throw new ChatError('bad_request', 'Give the name of the person whose messages go.');
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
    name === 'address_off' ? (seconds ?? DAY_S) : undefined,
  );
  await removeExpiredSwitches(context.store);
  return { ok: true, ...(owner !== undefined && { owner }), ...erased };
}

const AddressRequest = v.strictObject({ on: ActionRequest.entries.on });

/**
 * Resolves with what is known about an address before it is switched off: it may be mistyped, or the host's own.
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

const NO_ADDRESS = 'Give an IPv4 or IPv6 address, or one of the list.';

function kindOf(name: OperatorActionName): SwitchedOff['kind'] {
  if (name.startsWith('address')) return 'address';
  return name.startsWith('origin') ? 'origin' : 'room';
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
};

/** The actions that return nothing. */
const ACTIONS: Record<
  Exclude<OperatorActionName, 'own' | 'erase'>,
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
};
