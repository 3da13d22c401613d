/** What clients do wrong, for a while each: the server must bear it, and what they have missed must reach them after. */
export const HABITS = ['vanish', 'twice', 'unacknowledged', 'silent'] as const;

/**
 * `vanish`: breaks off polls, held or in the middle of the answer. `twice`: polls twice at once, at two processes.
 * `unacknowledged`: polls with the same old cursor again and again. `silent`: does not poll at all.
 */
export type Habit = (typeof HABITS)[number];
