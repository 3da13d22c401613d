/** How long a stream may be silent before it counts as stalled. */

/** The first bytes come at once, unless a proxy keeps them back. */
export const FIRST_BYTE_MAX_MS = 5_000;
/** The server writes something every 15 s. */
export const SILENCE_MAX_MS = 20_000;
