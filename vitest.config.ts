import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { picturesForTests } from './lib/reports/picture-assets.mjs';
import { SMALL_LIMITS } from './local/installation/small.ts';
import { scriptsForTests } from './sql/scripts.mjs';
import { PACKAGES } from './test/db2/driver.ts';
import { DB2_TESTS } from './test/db2/files.ts';
import { NODE_TESTS } from './test/node-dependent.ts';

/**
 * The timeouts are generous, for machines that have other things to do: what waits for a condition continues as soon as it
 * holds. A worker runs file after file, and imports and compiles each module once.
 */
const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
  isolate: false,
  execArgv: ['--max-semi-space-size=64'],
};

/** Tests wait often, so it takes three workers more than there are cores to keep the cores busy. */
const maxWorkers = availableParallelism() + 3;

/**
 * Long files first, so that none is left for the end. Most files of `browser` wait for the history that the first one asks for,
 * so long files of other folders begin beside it.
 */
const FIRST = ['e2e/accessibility', 'e2e/journey', 'e2e/apps-and-schedules', 'collecting-days'];
const ORDER = ['e2e', 'test', 'unit'];
const SLOW = [
  'access',
  'resilience',
  'dashboards',
  'start',
  'outage',
  'init',
  'github-apps',
  'auth',
  'old-copies',
  'collecting-limits',
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const first = FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      if (first >= 0) return first - FIRST.length;
      const place = SLOW.indexOf(path.basename(moduleId, '.test.ts'));
      const folder = path.basename(path.dirname(moduleId));
      return ORDER.indexOf(folder) * 100 + (place < 0 ? SLOW.length : place);
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

const UNIT = ['test/unit/*.test.ts'];
const SYSTEM = ['test/*.test.ts'];
const CONTRACT = ['test/openwhisk-*.test.ts'];
const BROWSER = ['test/e2e/*.test.ts'];

// `all` has the three together, because each project compiles the modules again and has its own workers.
// The projects do not extend the root: its set-up would run once for each of them.
export default defineConfig({
  plugins: [scriptsForTests, picturesForTests],
  test: {
    maxWorkers,
    sequence: { sequencer: SlowFirst },
    globalSetup: ['test/setup.ts'],
    projects: [
      {
        plugins: [scriptsForTests, picturesForTests],
        test: { ...shared, name: 'unit', include: UNIT },
      },
      { plugins: [scriptsForTests, picturesForTests], test: { ...shared, name: 'system', include: SYSTEM } },
      {
        plugins: [scriptsForTests, picturesForTests],
        test: { ...shared, name: 'node', include: NODE_TESTS },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        test: {
          ...shared,
          testTimeout: 120_000,
          name: 'browser',
          include: BROWSER,
        },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        test: {
          ...shared,
          testTimeout: 120_000,
          name: 'all',
          include: [...BROWSER, ...SYSTEM, ...UNIT],
        },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        test: { ...shared, name: 'campaign', include: ['test/campaign/*.test.ts'] },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        // They make tens of thousands of rows, beside other long ones.
        test: {
          ...shared,
          testTimeout: 240_000,
          name: 'ci',
          // The contract's tests run in the project `system` with the limits of a stock platform.
          include: ['test/ci/*.test.ts', ...CONTRACT],
          provide: { hostLimits: SMALL_LIMITS },
        },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        test: {
          ...shared,
          testTimeout: 240_000,
          // On a fresh machine, the first hook waits for the build of wskdeploy.
          hookTimeout: 300_000,
          name: 'deploy',
          include: ['test/deploy/*.test.ts'],
        },
      },
      {
        plugins: [scriptsForTests, picturesForTests],
        resolve: { alias: { ibm_db: path.join(PACKAGES.unixodbc, 'ibm_db') } },
        test: {
          ...shared,
          name: 'db2',
          globalSetup: ['test/db2/setup.ts'],
          include: ['test/db2/*.test.ts', ...DB2_TESTS],
        },
      },
    ],
  },
});
