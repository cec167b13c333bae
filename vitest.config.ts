import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: { include: ['lib/**/*.ts', 'actions/**/*.ts'], reporter: ['text-summary'] },
    projects: [
      { extends: true, test: { name: 'imports', include: ['test/imports.test.ts'] } },
      {
        extends: true,
        test: { name: 'system', include: ['test/*.test.ts'], exclude: ['test/imports.test.ts'] },
      },
      { extends: true, test: { name: 'browser', include: ['test/e2e/*.test.ts'], fileParallelism: false } },
    ],
  },
});
