import { asFailure } from '../errors.js';

/** Suggested names to try in a row: many more than the server counts up before it draws a number. */
const SUGGESTIONS_MAX = 20;

/**
 * Repeats `attempt` as long as the user's name is taken, after `mend` was called with the name that the server
 * suggests. An older server does not know the parameter `secret`. It may answer while it is being replaced. Then `mend`
 * is called without a name.
 */
export async function underFreeName<T>(attempt: () => Promise<T>, mend: (free?: string) => unknown): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const { code, field, suggestion } = asFailure(thrown);
      if ((code !== 'name_taken' && field !== 'secret') || tries > SUGGESTIONS_MAX) throw thrown;
      await mend(suggestion);
    }
  }
}
