/** Finds what this process keeps for a user's poll: the poll itself while it blocks, or the mirror of a live user. */
export class PollIndex<Item extends { readonly userId: number; readonly token: string }> {
  readonly #byToken = new Map<string, Item>();
  readonly #byUser = new Map<number, Item>();

  get size(): number {
    return this.#byUser.size;
  }

  all(): Item[] {
    return [...this.#byUser.values()];
  }

  ofToken(token: string): Item | undefined {
    return this.#byToken.get(token);
  }

  ofUser(id: number): Item | undefined {
    return this.#byUser.get(id);
  }

  /** Adds an item. It replaces an earlier one of the same user. */
  add(item: Item): void {
    this.#byToken.set(item.token, item);
    this.#byUser.set(item.userId, item);
  }

  /** Removes an item, unless a later one has replaced it. */
  remove(item: Item): void {
    if (this.#byToken.get(item.token) === item) this.#byToken.delete(item.token);
    if (this.#byUser.get(item.userId) === item) this.#byUser.delete(item.userId);
  }
}
