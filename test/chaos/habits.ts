/** Bad habits of clients, for a while each. The server must bear them, and the clients must get what they missed. */
export const HABITS = ['vanish', 'twice', 'unacknowledged', 'silent'] as const;

/**
 * `vanish`: breaks off polls, held or in the middle of the answer. `twice`: polls twice at once, at two processes.
 * `unacknowledged`: polls with the same old cursor again and again. `silent`: does not poll at all.
 */
export type Habit = (typeof HABITS)[number];
