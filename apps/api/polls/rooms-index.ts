/** Finds items by room. */
export class RoomsIndex<Item extends { readonly rooms: Set<string> }> {
  readonly #rooms = new Map<string, Set<Item>>();

  add(item: Item): void {
    for (const room of item.rooms) this.#enter(item, room);
  }

  remove(item: Item): void {
    for (const room of item.rooms) this.#exit(item, room);
  }

  /** Notes that an item's user has entered or exited a room. */
  change(item: Item, room: string, what: 'entered' | 'exited'): void {
    if (what === 'entered') {
      item.rooms.add(room);
      this.#enter(item, room);
    } else {
      item.rooms.delete(room);
      this.#exit(item, room);
    }
  }

  in(room: string): Item[] {
    return [...(this.#rooms.get(room) ?? [])];
  }

  #enter(item: Item, room: string): void {
    const items = this.#rooms.get(room);
    if (items) items.add(item);
    else this.#rooms.set(room, new Set([item]));
  }

  #exit(item: Item, room: string): void {
    const items = this.#rooms.get(room);
    items?.delete(item);
    if (items?.size === 0) this.#rooms.delete(room);
  }
}
