/**
 * Loads: messages are sent in a closed loop, or at a fixed rate (an open loop). Each returns the function that stops
 * it.
 *
 * @typedef {import('./crowd.js').Crowd} Crowd
 * @typedef {(crowd: Crowd) => () => void} Load
 */

/**
 * Sends a room's next message when all its members have the last one. So each room has one message in flight.
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
 * Sends `rate` messages a second in all, evenly spread, to one room after the other.
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
