import { asFailure } from '../errors.js';

/** Suggested names to try in a row: many more than the server counts up before it draws a number. */
const SUGGESTIONS_MAX = 20;

/** Repeats `attempt` as long as the user's name is taken, after `rename` has taken the name that the server suggests. */
export async function underFreeName<T>(attempt: () => Promise<T>, rename: (free: string) => unknown): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const { code, suggestion } = asFailure(thrown);
      if (code !== 'name_taken' || !suggestion || tries > SUGGESTIONS_MAX) throw thrown;
      await rename(suggestion);
    }
  }
}
