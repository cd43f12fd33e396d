import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The long tests that no check has time for: `npm run soak`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/soak/**/*.soak.ts'],
    globalSetup: ['test/support/postgres.ts'],
    maxWorkers: 1,
    hookTimeout: 60_000,
  },
});
