/** Something the host can put right. Its message is one line, shown alone, without a stack. */
export class Problem extends Error {}

/** Returns what a host can act on: the code of a failed connection or file access (`ECONNREFUSED`), else the message. */
export function reasonOf(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return String(error);
  const { code, cause } = /** @type {NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException }} */ (error);
  return [cause?.code, code].find((one) => typeof one === 'string') ?? error.message;
}

/** Shows why a script ended and sets its exit code; an unexpected error keeps its stack. */
export function report(/** @type {unknown} */ error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}
