/** Who did something in a room. Ids are integers, counted up from 1. */
export interface UserRef {
  id: number;
  name: string;
}

/** One thing that happened in a room. `id` is its place in the room's log; `at` is ms since 1970. */
export interface ChatEvent {
  type: 'message' | 'joined' | 'left' | 'renamed' | 'removed' | 'cleared' | 'rules';
  room: string;
  id: string;
  at: number;
  from: UserRef;
  text?: string;
  data?: unknown;
  /** The former name, in `renamed`. */
  was?: string;
  private?: true;
  /** In `removed`: the id of the message that is no more. */
  removed?: string;
  /** In `left`: the owner, who made this user go. */
  by?: UserRef;
  /** In `rules`: seconds between two messages of a user, 0 for none; whether only the owner may speak. */
  slow?: number;
  readonly?: boolean;
}

/** An ephemeral event: never stored, so it has no `id`. */
export interface SignalEvent {
  type: 'signal';
  room: string;
  at: number;
  from: UserRef;
  data: unknown;
}

export interface RoomView {
  name: string;
  members: UserRef[];
  history: ChatEvent[];
  /** True when the room has more members than one answer names. */
  more?: true;
}

/** The name of the private room of two users: both ids, the smaller first. */
export function privateRoom(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

/** The two user ids of a private room's name, or null for a public room. */
export function privateRoomUsers(room: string): [number, number] | null {
  const colon = room.indexOf(':');
  if (colon < 0) return null;
  return [Number(room.slice(0, colon)), Number(room.slice(colon + 1))];
}

/**
 * Compares two log ids (`ms-sequence`), negative when `a` is the older.
 * Ids are numbers in text, so plain string comparison would be wrong.
 */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}
