import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** The unit tests alone, for Stryker, which runs every project that it finds. */
export default defineConfig({
  test: { root: path.join(import.meta.dirname, '../..'), include: ['test/unit/*.test.ts'] },
});
