/** Calls that must be refused. */
import { type Failure, Refused } from './client.js';

/** The failure of a request that must fail; fails itself when the request succeeds. */
export async function refusal(asked: Promise<unknown>): Promise<Failure> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    throw error;
  }
  throw new Error('this was not refused');
}
