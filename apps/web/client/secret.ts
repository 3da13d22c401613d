/** 128 random bits, as 32 hexadecimal digits. */
export function secret(): string {
  let text = '';
  crypto.getRandomValues(new Uint8Array(16)).forEach((byte) => { text += (byte + 256).toString(16).slice(1); });
  return text;
}
