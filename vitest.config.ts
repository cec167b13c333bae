import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { scriptsForTests } from './sql/scripts.mjs';
import { PACKAGES } from './test/db2/driver.ts';
import { DB2_TESTS } from './test/db2/files.ts';
import { NODE_TESTS } from './test/node-dependent.ts';

/** Generous, for machines that have other things to do; what waits for a condition goes on as soon as it holds. */
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

/** Tests wait more than they work, so that a third file at a time keeps two cores busy. */
const maxWorkers = availableParallelism() + 1;

/** Files that take long, whatever their size: they begin first, so that none is left for the end. */
const SLOW = [
  'demo',
  'accessibility',
  'outage',
  'dashboards',
  'campaign',
  'apps-and-schedules',
  'postgres',
  'journey',
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.includes(path.basename(moduleId, '.test.ts'));
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

// The projects do not extend the root: its set-up would run once for each of them.
export default defineConfig({
  plugins: [scriptsForTests],
  test: {
    maxWorkers,
    sequence: { sequencer: SlowFirst },
    globalSetup: ['test/setup.ts'],
    projects: [
      {
        plugins: [scriptsForTests],
        test: { ...timeouts, name: 'unit', isolate: false, include: ['test/unit/*.test.ts'] },
      },
      { plugins: [scriptsForTests], test: { ...timeouts, name: 'system', include: ['test/*.test.ts'] } },
      { plugins: [scriptsForTests], test: { ...timeouts, name: 'node', include: NODE_TESTS } },
      {
        plugins: [scriptsForTests],
        test: {
          ...timeouts,
          testTimeout: 120_000,
          name: 'browser',
          include: ['test/e2e/*.test.ts'],
        },
      },
      {
        plugins: [scriptsForTests],
        test: { ...timeouts, name: 'campaign', include: ['test/campaign/*.test.ts'] },
      },
      {
        plugins: [scriptsForTests],
        test: {
          ...timeouts,
          testTimeout: 240_000,
          // On a fresh machine, the first hook waits for the build of wskdeploy.
          hookTimeout: 300_000,
          name: 'deploy',
          include: ['test/deploy/*.test.ts'],
        },
      },
      {
        plugins: [scriptsForTests],
        resolve: { alias: { ibm_db: path.join(PACKAGES.unixodbc, 'ibm_db') } },
        test: {
          ...timeouts,
          name: 'db2',
          globalSetup: ['test/db2/setup.ts'],
          include: ['test/db2/*.test.ts', ...DB2_TESTS],
        },
      },
    ],
  },
});
