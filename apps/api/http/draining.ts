/**
 * Whether this process is draining. Every response then closes its connection, so that no request meets a closing
 * socket.
 */
export const draining = { now: false };
