import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { requireBuild } from '../on-demand.ts';

const FOLDER = 'dist/static';
/** 1.2 times the 59,779 bytes that it had before charts could be zoomed, compared and saved. */
const LIMIT = 71_700;

const weightOf = async (file: string) => gzipSync(await readFile(path.join(FOLDER, file))).length;

test('the first page and its chart weigh at most 71.7 kB compressed', async () => {
  await requireBuild();
  const page = await readFile(path.join(FOLDER, 'index.html'), 'utf8');
  const named = [...page.matchAll(/"\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(2);
  const files = ['index.html', ...named];
  const weights = await Promise.all(files.map(weightOf));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  console.log(`The first page and its chart: ${total} bytes compressed.`);
  expect(total).toBeLessThan(LIMIT);
});
