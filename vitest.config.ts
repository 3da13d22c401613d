import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, longest first. Begun last, one of them would run on alone on one core; a fresh clone has no times
 * of a former run.
 */
const LONGEST = [
  'walks', 'element', 'cluster', 'reload', 'client-survival', 'recovery', 'sub-path', 'element-trouble', 'start', 'client',
  'page', 'fiddles', 'host', 'element-tools', 'client-pages', 'client-origin', 'client-once', 'chaos', 'hostile', 'admin',
  'proxies', 'rubbish', 'client-tabs', 'element-owner', 'element-in-pages', 'element-text', 'element-reading', 'guard-costs',
  'ready', 'outage', 'doctor', 'operations-errors',
];

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.indexOf(basename(moduleId, '.test.ts'));
  return place < 0 ? LONGEST.length : place;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // tests start real processes and wait for what they do; a failure must never be a matter of patience alone
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // each file starts a system of several processes: three at a time on two cores took as long as two, and made some too late
    pool: 'forks',
    maxWorkers: 2,
    // files of one worker share its modules, which keep nothing of a test, and its browser: to start them takes longer
    // than many a file
    isolate: false,
    sequence: { sequencer: LongestFirst },
    retry: 0,
  },
});
