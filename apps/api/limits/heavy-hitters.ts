/**
 * Finds the most frequent of very many names (heavy hitters) in bounded memory. Each name that was seen lately has a
 * count that decays exponentially. When there are too many names, the half with the lowest counts is dropped, so the
 * busy ones stay whatever else comes.
 */
const NAMES_MAX = 1_000;
/** The share of a count that is left after each step. */
const DECAY_FACTOR = 0.8;
/** A count below this is dropped. */
const COUNT_MIN = 0.5;

export class HeavyHitters {
  #counts = new Map<string, number>();

  note(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (this.#counts.size > NAMES_MAX) this.#counts = new Map(this.#sorted().slice(0, NAMES_MAX / 2));
  }

  /** Lets all counts decay by one step. */
  decay(): void {
    for (const [name, count] of this.#counts) {
      if (count * DECAY_FACTOR < COUNT_MIN) this.#counts.delete(name);
      else this.#counts.set(name, count * DECAY_FACTOR);
    }
  }

  /**
   * Returns the most frequent names and how often a second each one came. It assumes that `decay` is called every
   * `stepS` seconds, right after this: a steady count is then that of 1 / (1 - DECAY_FACTOR) steps.
   */
  top(namesMax: number, stepS: number): [name: string, rate: number][] {
    return this.#sorted()
      .slice(0, namesMax)
      .map(([name, count]) => [name, (count * (1 - DECAY_FACTOR)) / stepS]);
  }

  #sorted(): [string, number][] {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}
