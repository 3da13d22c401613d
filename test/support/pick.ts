/** Returns the item of that number, counted around the list. */
export function pick<T>(list: T[], index: number): T {
  const one = list[index % list.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}
