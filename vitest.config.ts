import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // tests start real processes and wait for what they do; a failure must never be a matter of patience alone
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // each file starts a system of several processes: three at a time on two cores took as long as two, and made some too late
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
  },
});
