import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const readme = read('README.md');

/** The names in the first column of the first table whose head is that, below a heading. */
function namesBelow(heading: string, head: string): string[] {
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`));
  const table = section.slice(section.indexOf(`\n| ${head} |`) + 1).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)])
    .map(([, name = '']) => name);
}

const parameters: string[] = Object.keys(parse(read('manifest.yaml')).packages.traffic.inputs);

test('the README names every parameter of the manifest, and no other', () => {
  expect(namesBelow('Configuration', 'parameter').toSorted()).toEqual(parameters.toSorted());
});

test('the README’s table for deploying has every parameter, and every variable that deploy.sh and its program read', () => {
  const listed = namesBelow('Deploy', 'variable');
  expect(new Set(listed).size).toBe(listed.length);
  expect(parameters.filter((name) => !listed.includes(name))).toEqual([]);
  const settings = read('deploy/settings.ts');
  const rules = settings.slice(settings.indexOf('const RULES'), settings.indexOf('\n};'));
  const ruled = [...rules.matchAll(/^ {2}([A-Z_]+): \{/gm)].map(([, name = '']) => name);
  const shell = [...read('deploy.sh').matchAll(/\$\{([A-Z][A-Z_]+):?[-=]/g)].map(([, name = '']) => name);
  // Of the shell and of wsk itself, and what rotate keeps in deploy.env for itself.
  const others = ['HOME', 'WSK_CONFIG_FILE', 'TOKEN_KEY_NEXT'];
  const used = [...ruled, ...shell].filter((name) => !others.includes(name));
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((name) => !listed.includes(name))).toEqual([]);
});
