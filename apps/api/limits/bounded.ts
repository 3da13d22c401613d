/** Memories that are bounded: what was put in first is forgotten first. */
interface Memory<Key> {
  readonly size: number;
  keys(): IterableIterator<Key>;
  delete(key: Key): boolean;
}

/** Keeps a map or a set at `most` entries, after one was added. */
export function keepNewest<Key>(memory: Memory<Key>, most: number): void {
  if (memory.size <= most) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    return;
  }
}
