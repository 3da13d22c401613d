/** Operations whose steps in Redis come in an order that a test decides. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../shared/store/store.js';

/** One operation that is under way: its steps that wait for their turn, and how many commands are on their way. */
interface Taker {
  waiting: (() => void)[];
  sent: number;
  over: boolean;
}

export class Turns {
  readonly #store: Store;
  readonly #steps: ReadonlySet<string>;
  readonly #takers: Taker[] = [];
  /** Tells `choices` that an operation has come further. */
  #moved = (): void => undefined;

  /** `steps`: the commands that wait for their turn; all others go at once. */
  constructor(store: Store, steps: ReadonlySet<string>) {
    this.#store = store;
    this.#steps = steps;
  }

  /** Begins an operation. Resolves with how it went; never, when it is killed. */
  begin<T>(run: (store: Store) => Promise<T>): Promise<PromiseSettledResult<T>> {
    const taker: Taker = { waiting: [], sent: 0, over: false };
    this.#takers.push(taker);
    return Promise.allSettled([run(this.#gated(taker))]).then(([outcome]) => {
      taker.over = true;
      this.#moved();
      return outcome;
    });
  }

  /** Resolves with how many operations wait for their turn, once each of the others is over. */
  async choices(): Promise<number> {
    const isUnderWay = ({ waiting, sent, over }: Taker): boolean => !over && (sent > 0 || waiting.length === 0);
    for (await nextTurn(); this.#takers.some(isUnderWay); await nextTurn())
      await new Promise<void>((moved) => (this.#moved = moved));
    return this.#waiting.length;
  }

  /** Lets one of the operations that wait do its next step. */
  step(choice: number): void {
    const taker = this.#waiting[choice];
    taker?.waiting.shift()?.();
  }

  /** The process of one of the operations that wait is killed: it never goes on. */
  kill(choice: number): void {
    const taker = this.#waiting[choice];
    if (taker) Object.assign(taker, { waiting: [], over: true });
  }

  get #waiting(): Taker[] {
    return this.#takers.filter(({ waiting, over }) => !over && waiting.length > 0);
  }

  #gated(taker: Taker): Store {
    const send = async (command: (...args: unknown[]) => unknown, name: string, args: unknown[]): Promise<unknown> => {
      if (this.#steps.has(name)) {
        await new Promise<void>((go) => {
          taker.waiting.push(go);
          this.#moved();
        });
      }
      taker.sent += 1;
      try {
        return await command(...args);
      } finally {
        taker.sent -= 1;
        this.#moved();
      }
    };
    const redis = new Proxy(this.#store.redis, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => send((...given) => Reflect.apply(member, target, given), String(name), args);
      },
    });
    return { ...this.#store, redis, durable: redis };
  }
}

/** Says which of so many operations goes on; -1 is the death of the first one's process. */
export type Choose = (options: number) => number;

/** Plays something in every order of its steps. Resolves with how many orders there are. */
export async function inEveryOrder(play: (choose: Choose) => Promise<void>): Promise<number> {
  const path: { choice: number; options: number }[] = [];
  for (let runs = 1; ; runs += 1) {
    let step = 0;
    await play((options) => {
      path[step] ??= { choice: 0, options };
      const choice = path[step]?.choice ?? 0;
      step += 1;
      return Math.min(choice, options - 1);
    });
    while ((path.at(-1)?.choice ?? 0) === (path.at(-1)?.options ?? 0) - 1) path.pop();
    const last = path.at(-1);
    if (!last) return runs;
    last.choice += 1;
  }
}
