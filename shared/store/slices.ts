/** Slices: parts of all rooms of one Redis. One worker at a time has the lease of a slice. */
import { crc32 } from 'node:zlib';

/** Enough for several workers, and few enough that a busy worker has them all. */
export const SLICES_COUNT = 8;

export function sliceOf(room: string): number {
  return crc32(room) % SLICES_COUNT;
}
