/** Returns 128 random bits, as about 38 digits. */
export function secret(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('');
}
