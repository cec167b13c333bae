import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { scriptsForTests } from '../sql/scripts.mjs';

/** The tests of the modules that Stryker changes, see stryker.config.mjs. */
const TESTS = [
  'test/unit/addresses.test.ts',
  'test/unit/csv.test.ts',
  'test/unit/day.test.ts',
  'test/unit/email.test.ts',
  'test/unit/overview.test.ts',
  'test/unit/traffic-*.test.ts',
  'test/unit/verified-email.test.ts',
  // Rights are rows of a database.
  'test/rights.test.ts',
];

export default defineConfig({
  plugins: [scriptsForTests],
  test: {
    root: path.join(import.meta.dirname, '..'),
    include: TESTS,
    globalSetup: ['test/setup.ts'],
    testTimeout: 60_000,
  },
});
