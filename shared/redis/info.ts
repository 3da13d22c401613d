/** Reads what Redis says of itself (INFO). */

/** Returns a number of INFO, or null if Redis does not tell it. */
export function infoNumber(info: string, name: string): number | null {
  const value = new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1];
  return value === undefined ? null : Number(value);
}
