/**
 * `npm run mutate` makes every small change of these modules, one at a time, and expects a test to notice. Not part of CI:
 * docs/testing.md says why, and explains what survives.
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutate.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Stryker would rewrite tsconfig.json with TypeScript's old API, and nothing reads the copy.
  tsconfigFile: 'none',
  mutate: [
    'lib/access.ts',
    'lib/addresses.ts',
    'lib/csv.ts',
    'lib/day.ts',
    'lib/email.ts',
    'lib/identity/data-token.ts',
    'lib/identity/verified-email.ts',
    'lib/stats/{buckets,overview-order,range,totals}.ts',
    'lib/traffic/{correction,figures,merge,observed,week,window}.ts',
  ],
  reporters: ['clear-text', 'html'],
  htmlReporter: { fileName: '.stryker/report.html' },
  tempDirName: '.stryker/sandbox',
  thresholds: { high: 95, low: 90, break: 90 },
};
