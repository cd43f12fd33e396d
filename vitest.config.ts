import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { scratchFolder } from './test/support/scratch.ts';
import { LongestFirst } from './test/support/sequencer.ts';
import { SummaryLine } from './test/support/summary.ts';

// For the tests and for the processes that they start.
Object.assign(process.env, {
  // Bots are started hundreds of times: what Node made of their sources is kept from one to the next.
  NODE_COMPILE_CACHE: join(tmpdir(), 'herald-compile-cache'),
  TMPDIR: scratchFolder(),
});

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    reporters: ['default', new SummaryLine()],
    // Most of a test's time is waiting: for heartbeats, limits, other processes.
    maxWorkers: 4,
    maxConcurrency: 4,
    sequence: { sequencer: LongestFirst },
    // Tests keep nothing in modules, so what one file has loaded serves the next.
    isolate: false,
    // A busy machine may stand still for seconds: what is waited for comes, or the test says what did not.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
