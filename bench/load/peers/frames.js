/** WebSocket frames (RFC 6455) as latin1 text: one character for each byte. */

const FINAL = 0x80;
const MASKED = 0x80;
const TEXT_CODE = 1;
const LENGTH_BITS = 0x7f;
const OPCODE_BITS = 0x0f;
/** Instead of the length: it follows in two bytes, or in eight. */
const TWO_BYTES_CODE = 126;
const EIGHT_BYTES_CODE = 127;
const TWO_BYTES_MAX = 0xffff;
/** Clients have to mask what they send. This mask changes nothing, so it costs the generator nothing. */
const MASK = '\0\0\0\0';

/** Returns the frame in which a client sends an ASCII text. */
export function frameOf(/** @type {string} */ text) {
  const { length } = text;
  if (length > TWO_BYTES_MAX) throw new Error(`too long for the bench: ${length} bytes`);
  const sizes = length < TWO_BYTES_CODE ? [MASKED | length] : [MASKED | TWO_BYTES_CODE, length >> 8, length & 0xff];
  return String.fromCharCode(FINAL | TEXT_CODE, ...sizes) + MASK + text;
}

/** Reads the frames that a server sends, piece by piece. */
export class FrameReader {
  #rest = '';
  #onText;

  constructor(/** @type {(text: string) => void} */ onText) {
    this.#onText = onText;
  }

  /** Takes the next piece. Throws at a frame that is not a whole text: the servers of the bench send none. */
  read(/** @type {string} */ piece) {
    const all = this.#rest === '' ? piece : this.#rest + piece;
    let start = 0;
    for (let frame = frameAt(all, start); frame !== null; frame = frameAt(all, start)) {
      this.#onText(all.slice(frame.from, frame.to));
      start = frame.to;
    }
    this.#rest = all.slice(start);
  }
}

/**
 * Returns where the payload of the frame at `start` begins and ends, or null when it is not there yet.
 *
 * @param {string} all
 * @param {number} start
 */
function frameAt(all, start) {
  if (all.length < start + 2) return null;
  const first = all.charCodeAt(start);
  if ((first & FINAL) === 0 || (first & OPCODE_BITS) !== TEXT_CODE)
    throw new Error(`the server sent a frame that is not a whole text: ${first}`);
  const code = all.charCodeAt(start + 1) & LENGTH_BITS;
  const sizeBytes = code === EIGHT_BYTES_CODE ? 8 : code === TWO_BYTES_CODE ? 2 : 0;
  const from = start + 2 + sizeBytes;
  if (all.length < from) return null;
  let length = sizeBytes === 0 ? code : 0;
  for (let i = from - sizeBytes; i < from; i += 1) length = length * 256 + all.charCodeAt(i);
  return all.length < from + length ? null : { from, to: from + length };
}
