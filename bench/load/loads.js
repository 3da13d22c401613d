/**
 * How messages are sent: in a closed loop, or at a rate whatever comes back. Each gives what stops it.
 *
 * @typedef {import('./crowd.js').Crowd} Crowd
 * @typedef {(crowd: Crowd) => () => void} Load
 */

/**
 * A room's next message is sent when all its members have the last one: one in flight for each room.
 *
 * @type {Load}
 */
export function closedLoop(crowd) {
  for (const room of crowd.rooms) {
    room.onQuiet = () => room.send();
    room.send();
  }
  return () => {
    for (const room of crowd.rooms) room.onQuiet = null;
  };
}

/**
 * So many messages a second in all, evenly in time, to the rooms in turn.
 *
 * @param {Crowd} crowd
 * @param {number} rate
 */
export function openLoop(crowd, rate) {
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (const due = Math.floor(((performance.now() - start) / 1_000) * rate); sent < due; sent += 1) {
      crowd.rooms[sent % crowd.rooms.length]?.send(start + ((sent + 1) / rate) * 1_000);
    }
  }, 1);
  return () => clearInterval(timer);
}
