/** What is in which room: polls held, or mirrors. An item's rooms may change while it is in the index. */
export class RoomsIndex<Item extends { readonly rooms: Iterable<string> }> {
  readonly #rooms = new Map<string, Set<Item>>();

  add(item: Item): void {
    for (const room of item.rooms) this.enter(item, room);
  }

  remove(item: Item): void {
    for (const room of item.rooms) this.exit(item, room);
  }

  enter(item: Item, room: string): void {
    const items = this.#rooms.get(room);
    if (items) items.add(item);
    else this.#rooms.set(room, new Set([item]));
  }

  exit(item: Item, room: string): void {
    const items = this.#rooms.get(room);
    items?.delete(item);
    if (items?.size === 0) this.#rooms.delete(room);
  }

  in(room: string): Item[] {
    return [...this.#rooms.get(room) ?? []];
  }
}
