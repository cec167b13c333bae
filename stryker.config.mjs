/**
 * `npm run mutate` makes every small change of these modules, one at a time, and expects a unit test to notice. Not part of
 * CI: docs/testing.md says why, and explains what survives.
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/unit/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Stryker would rewrite tsconfig.json with TypeScript's old API, and nothing reads the copy.
  tsconfigFile: 'none',
  mutate: ['lib/day.ts', 'lib/csv.ts', 'lib/traffic/*.ts'],
  reporters: ['clear-text', 'html'],
  htmlReporter: { fileName: '.stryker/report.html' },
  tempDirName: '.stryker/sandbox',
  thresholds: { high: 95, low: 90, break: 90 },
};
