/** Composables for Vue 3.3 and later: `nobackend-chat-client/vue`. */
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  provide,
  type ShallowRef,
  shallowRef,
  toValue,
  type WritableComputedRef,
  watch,
} from 'vue';
import type { JsonValue } from '../../apps/web/client/api.js';
import type { UserRef } from '../../shared/protocol/events.js';
import {
  actionsOf,
  type ChatOptions,
  chatOf,
  enter,
  type Place,
  placeOf,
  type RoomActions,
  type RoomState,
  stateOf,
  watchedValue,
  watchValue,
} from './rooms.js';

export type { ChatOptions, RoomActions, RoomState } from './rooms.js';

/** The options of a chat. If they are a ref or a function, and change, the page leaves the former room. */
export type GivenOptions = MaybeRefOrGetter<ChatOptions>;

const GIVEN: InjectionKey<ComputedRef<Place>> = Symbol('nobackend-chat');

/** Gives the composables in components below a room, so that they need no options. */
export function provideChat(options: GivenOptions): void {
  const place = computed(() => placeOf(toValue(options)));
  followed(place, enter, stateOf);
  provide(GIVEN, place);
}

function usePlace(options: GivenOptions | undefined): ComputedRef<Place> {
  const place = options === undefined ? inject(GIVEN, undefined) : computed(() => placeOf(toValue(options)));
  if (!place) throw new Error('Give this composable options with a server, or call provideChat in a parent.');
  return place;
}

/** Returns what `read` returns, as long as the component lives. Joins nothing where a server renders the page. */
function followed<T>(
  place: ComputedRef<Place>,
  subscribe: (place: Place, listener: () => void) => () => void,
  read: (place: Place) => T,
): Readonly<ShallowRef<T>> {
  const found = shallowRef(read(place.value));
  const follow = (now: Place, _: unknown, onCleanup: (end: () => void) => void): void => {
    const update = (): void => {
      found.value = read(now);
    };
    onCleanup(subscribe(now, update));
    update();
  };
  if (typeof document === 'object') watch(place, follow, { immediate: true, flush: 'sync' });
  return found;
}

/** The state of a room, each part of it as a ref. */
export type RoomRefs = { readonly [Part in keyof RoomState]: ComputedRef<RoomState[Part]> };

/** Joins a room as long as the component lives. Returns its messages, its members and more, and what one can do. */
export function useChat(options?: GivenOptions): RoomRefs & RoomActions {
  const place = usePlace(options);
  const now = followed(place, enter, stateOf);
  return {
    chat: computed(() => now.value.chat),
    state: computed(() => now.value.state),
    user: computed(() => now.value.user),
    members: computed(() => now.value.members),
    memberCount: computed(() => now.value.memberCount),
    messages: computed(() => now.value.messages),
    error: computed(() => now.value.error),
    send: (message) => actionsOf(place.value).send(message),
    edit: (id, text) => actionsOf(place.value).edit(id, text),
    unsay: (id) => actionsOf(place.value).unsay(id),
    react: (id, emoji, on) => actionsOf(place.value).react(id, emoji, on),
  };
}

/** Returns the users who are in the room now. */
export function useMembers(options?: GivenOptions): ComputedRef<readonly UserRef[]> {
  const { members } = useChat(options);
  return members;
}

/**
 * Returns a value that the room remembers, or `initial` as long as there is none. Assign to it to write it (`null`
 * deletes it). If the room refuses that, the console says so, and the value is the former one again. If the key ends
 * with
 * `/`, it is an object of all values whose keys begin so.
 */
export function useValue<T = JsonValue>(key: string, initial: T, options?: GivenOptions): WritableComputedRef<T> {
  const place = usePlace(options);
  const found = followed(
    place,
    (at, listener) => watchValue(at, key, listener),
    (at) => watchedValue(at, key),
  );
  return computed({
    get: () => (found.value ?? initial) as T,
    set: (value) => void chatOf(place.value).values.set(key, value).catch(console.error),
  });
}
