/** The checksum of what DUMP returns: CRC-64/Jones, which Redis uses. A number of 64 bits is two of 32 here. */
const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

const high = new Uint32Array(256);
const low = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let [h, l] = [0, byte];
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = l & 1;
    l = (l >>> 1) | (h << 31);
    h >>>= 1;
    if (isOdd) [h, l] = [h ^ POLYNOMIAL_HIGH, l ^ POLYNOMIAL_LOW];
  }
  [high[byte], low[byte]] = [h, l];
}

/**
 * Returns what RESTORE takes: a value with the version of its format and a checksum.
 *
 * @param {{ type: number, value: Buffer }} entry
 * @param {number} version
 */
export function dumpOf({ type, value }, version) {
  const dump = Buffer.alloc(value.length + 11);
  dump[0] = type;
  value.copy(dump, 1);
  dump.writeUInt16LE(version, value.length + 1);
  let [h, l] = [0, 0];
  for (let at = 0; at < value.length + 3; at += 1) {
    const place = (l ^ (dump[at] ?? 0)) & 255;
    l = ((l >>> 8) | (h << 24)) ^ (low[place] ?? 0);
    h = (h >>> 8) ^ (high[place] ?? 0);
  }
  dump.writeUInt32LE(l >>> 0, value.length + 3);
  dump.writeUInt32LE(h >>> 0, value.length + 7);
  return dump;
}
