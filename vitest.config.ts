import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The layers of the tests, by what a file needs. Those with the longest files come first, so that none runs on alone at
 * the end.
 */
const LAYERS = ['cluster', 'browser', 'system', 'redis', 'unit'];
/**
 * The layers with whole processes and browsers. On a busy CI machine one of their thousands of tests may come too late.
 * There it has a second try, and the report says so. Tests that look for lost messages have none.
 */
const WHOLE_PROCESSES = new Set(['cluster', 'browser', 'system']);

class LongestLayerFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification): number => LAYERS.indexOf(project.name);
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    // tests start real processes and wait for them; a slow machine alone must not fail a test
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } }, // as until() waits; by itself, 1 s
    // each file starts several processes: on two cores, three files at a time took as long as two, and some came too
    // late
    pool: 'forks',
    maxWorkers: 2,
    // files of one worker share its browser and its modules, which keep no state of a test: loading them takes longer
    // than many a file
    isolate: false,
    sequence: { sequencer: LongestLayerFirst },
    projects: LAYERS.map((name) => ({
      extends: true as const,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        retry: process.env.CI && WHOLE_PROCESSES.has(name) ? 1 : 0,
      },
    })),
  },
});
