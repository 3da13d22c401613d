import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // tests start real processes and wait for what they do; a failure must never be a matter of patience alone
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // each file starts a system of several processes: more than two at a time only wait for each other
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
  },
});
