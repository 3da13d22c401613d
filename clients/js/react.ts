/** Hooks for React 18 and later: `nobackend-chat-client/react`. */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type { JsonValue } from '../../apps/web/client/api.js';
import type { UserRef } from '../../shared/protocol/events.js';
import {
  actionsOf,
  type ChatOptions,
  chatOf,
  enter,
  NOBODY,
  type Place,
  placeOf,
  type RoomActions,
  type RoomState,
  stateOf,
  watchedValue,
  watchValue,
} from './rooms.js';

export type { ChatOptions, RoomActions, RoomState } from './rooms.js';

const Given = createContext<Place | undefined>(undefined);

/** Gives the hooks below it a room, so that they need no options. The page is in the room while this is mounted. */
export function ChatProvider({ children, ...options }: ChatOptions & { children?: ReactNode }): ReactElement {
  const place = placeOf(options);
  useEffect(() => enter(place, () => undefined), [place]);
  return createElement(Given.Provider, { value: place }, children);
}

/** Returns the room of the options, or else of the nearest `ChatProvider`. */
function usePlace(options: ChatOptions | undefined): Place {
  const given = useContext(Given);
  const place = options ? placeOf(options) : given;
  if (place === undefined) throw new Error('Give this hook options with a server, or put it into a <ChatProvider>.');
  return place;
}

/** Reads one part of a room's state. The component is rendered again only if that part changes. */
function useRoom<T>(place: Place, read: (state: RoomState) => T): T {
  const subscribe = useCallback((listener: () => void) => enter(place, listener), [place]);
  return useSyncExternalStore(
    subscribe,
    () => read(stateOf(place)),
    () => read(NOBODY),
  );
}

const whole = (state: RoomState): RoomState => state;
const membersOf = ({ members }: RoomState): readonly UserRef[] => members;

/** Joins a room while the component is mounted. Returns its messages, its members and more, and what one can do. */
export function useChat(options?: ChatOptions): RoomState & RoomActions {
  const place = usePlace(options);
  const state = useRoom(place, whole);
  return useMemo(() => ({ ...state, ...actionsOf(place) }), [state, place]);
}

/** Returns the users who are in the room now. */
export function useMembers(options?: ChatOptions): readonly UserRef[] {
  return useRoom(usePlace(options), membersOf);
}

/** A value, a function that writes it (`null` deletes it), and one that adds to a number. */
export type UsedValue<T> = [value: T, set: (value: T | null) => Promise<void>, add: (by?: number) => Promise<number>];

/**
 * Returns a value that the room remembers, or `initial` as long as there is none. If the key ends with `/`, it is an
 * object of all values whose keys begin so.
 */
export function useValue<T = JsonValue>(key: string, initial: T, options?: ChatOptions): UsedValue<T> {
  const place = usePlace(options);
  const subscribe = useCallback((listener: () => void) => watchValue(place, key, listener), [place, key]);
  const value = useSyncExternalStore(
    subscribe,
    () => watchedValue(place, key),
    () => undefined,
  );
  const set = useCallback(
    async (now: T | null) => {
      await chatOf(place).values.set(key, now);
    },
    [place, key],
  );
  const add = useCallback(async (by?: number) => chatOf(place).values.add(key, by), [place, key]);
  return [(value ?? initial) as T, set, add];
}
