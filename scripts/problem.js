/** Something the host can put right. Its message is one line, shown alone, without a stack. */
export class Problem extends Error {}

/** Shows why a script ended and sets its exit code; an unexpected error keeps its stack. */
export function report(error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}
