import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { requireBuild } from '../on-demand.ts';

const FOLDER = 'dist/static';
const LIMIT = 60_000;

const weightOf = async (file: string) => gzipSync(await readFile(path.join(FOLDER, file))).length;

test('the first page and its chart weigh at most 60 kB compressed', async () => {
  await requireBuild();
  const page = await readFile(path.join(FOLDER, 'index.html'), 'utf8');
  const named = [...page.matchAll(/"\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  const chart = (await readdir(path.join(FOLDER, 'assets'))).filter((name) => name.startsWith('plot-'));
  expect(named.length).toBeGreaterThan(2);
  expect(chart).toHaveLength(1);
  const files = ['index.html', ...named, ...chart.map((name) => `assets/${name}`)];
  const weights = await Promise.all(files.map(weightOf));
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(LIMIT);
});
