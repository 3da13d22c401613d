import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The layers of the tests, by what a file needs. Those with the longest files come first: begun last, one would run on alone. */
const LAYERS = ['cluster', 'browser', 'system', 'redis', 'unit'];

class LongestLayerFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification): number => LAYERS.indexOf(project.name);
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    // tests start real processes and wait for what they do; a failure must never be a matter of patience alone
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // each file starts a system of several processes: three at a time on two cores took as long as two, and made some too late
    pool: 'forks',
    maxWorkers: 2,
    // files of one worker share its modules, which keep nothing of a test, and its browser: to start them takes longer
    // than many a file
    isolate: false,
    sequence: { sequencer: LongestLayerFirst },
    projects: LAYERS.map((name) => ({
      extends: true as const,
      test: { name, include: [`test/${name}/**/*.test.ts`] },
    })),
  },
});
