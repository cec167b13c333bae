import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { requireBuild } from './on-demand.ts';

const ROOT = path.join(import.meta.dirname, '..');

beforeAll(requireBuild);

test('the build has the licences of the packages in the actions and the pages', () => {
  const text = readFileSync(path.join(ROOT, 'dist/static/licences.txt'), 'utf8');
  const [notice, licence, ...packages] = text.split(`\n\n${'-'.repeat(80)}\n\n`);
  expect(notice).toBe(readFileSync(path.join(ROOT, 'NOTICE'), 'utf8').trim());
  expect(licence).toBe(readFileSync(path.join(ROOT, 'LICENSE'), 'utf8').trim());
  for (const one of packages) expect(one).toMatch(/^\S+ \d+\.\d+\.\d+ \([\w. -]+\)\n[\s\S]+copyright/i);
  const titles = packages.flatMap((one) => (one.split('\n\n')[0] ?? '').split('\n'));
  const names = titles.map((title) => title.split(' ')[0]);
  expect(names).toEqual(
    expect.arrayContaining(['hono', 'ipaddr.js', 'pg-types', 'preact', 'vega-lite', '@lezer/lr']),
  );
  expect(names).not.toContain('openwhisk');
  expect(readFileSync(path.join(ROOT, 'dist/actions/me.js'), 'utf8')).toMatch(/^\/\/ .*licences\.txt/);
});

test('npm run sbom lists the packages that run, with their hashes and licences', async () => {
  await promisify(execFile)('npm', ['run', 'sbom'], { cwd: ROOT });
  const bom = JSON.parse(readFileSync(path.join(ROOT, 'dist/sbom.cdx.json'), 'utf8'));
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { type: 'application' } } });
  const components: { name: string; hashes?: object[]; licenses?: object[] }[] = bom.components;
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['hono', 'pg', 'oidc-provider']));
  expect(components.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length)).toEqual([]);
});
