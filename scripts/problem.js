/** An error that the host can correct. Its message is shown as one line, without a stack. */
export class Problem extends Error {}

/** Returns the code of a failed connection or file access (`ECONNREFUSED`), and the message of any other error. */
export function reasonOf(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return String(error);
  const { code, cause } = /** @type {NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException }} */ (error);
  return [cause?.code, code].find((one) => typeof one === 'string') ?? error.message;
}

/** Prints why a script failed and sets its exit code. An unexpected error is printed with its stack. */
export function report(/** @type {unknown} */ error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}
