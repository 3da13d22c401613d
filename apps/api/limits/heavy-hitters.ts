/**
 * The busiest of very many, in bounded memory: a count that fades for each that was seen lately. When there are too many, the
 * half with the lowest counts is dropped, so that who is busy stays whoever else comes.
 */
const NAMES_MAX = 1_000;
/** What is left of a count after each step. */
const DECAY_FACTOR = 0.8;
/** Counts below fade away. */
const COUNT_MIN = 0.5;

export class HeavyHitters {
  #counts = new Map<string, number>();

  note(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (this.#counts.size > NAMES_MAX) this.#counts = new Map(this.#sorted().slice(0, NAMES_MAX / 2));
  }

  /** Lets all counts fade by one step. */
  decay(): void {
    for (const [name, count] of this.#counts) {
      if (count * DECAY_FACTOR < COUNT_MIN) this.#counts.delete(name);
      else this.#counts.set(name, count * DECAY_FACTOR);
    }
  }

  /** The busiest, and how often a second each came, when `fade` is called every `seconds` after it: a steady count is that of 1 / (1 - FADE) steps. */
  top(most: number, seconds: number): [name: string, rate: number][] {
    return this.#sorted()
      .slice(0, most)
      .map(([name, count]) => [name, (count * (1 - DECAY_FACTOR)) / seconds]);
  }

  #sorted(): [string, number][] {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}
