/**
 * The busiest of very many, in bounded memory: a count that fades for each that was seen lately. When there are too many, the
 * half with the lowest counts is dropped, so that who is busy stays whoever else comes.
 */
const MOST = 1_000;
/** What is left of a count after each step. */
const FADE = 0.8;
/** Counts below fade away. */
const LEAST = 0.5;

export class Tops {
  #counts = new Map<string, number>();

  note(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (this.#counts.size > MOST) this.#counts = new Map(this.#sorted().slice(0, MOST / 2));
  }

  /** Lets all counts fade by one step. */
  fade(): void {
    for (const [name, count] of this.#counts) {
      if (count * FADE < LEAST) this.#counts.delete(name);
      else this.#counts.set(name, count * FADE);
    }
  }

  /** The busiest, and how often a second each came, when `fade` is called every `seconds` after it: a steady count is that of 1 / (1 - FADE) steps. */
  busiest(most: number, seconds: number): [name: string, rate: number][] {
    return this.#sorted()
      .slice(0, most)
      .map(([name, count]) => [name, (count * (1 - FADE)) / seconds]);
  }

  #sorted(): [string, number][] {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}
