import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings, settingsProblems } from '../../deploy/settings.ts';
import { anchorOf, buildDocs } from '../../docs.mjs';
import { parseConfig } from '../../lib/config.ts';
import { Failure } from '../../lib/failure.ts';
import { GLOSSARY } from '../../static/glossary.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(path.join(ROOT, 'local'))
    .map((name) => `local/${name}/README.md`)
    .filter((name) => existsSync(path.join(ROOT, name))),
];

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  const headings = withoutCode(read(file)).matchAll(/^#{1,6} (.*)$/gm);
  return [...headings].map(([, heading = '']) => anchorOf(heading));
}

test('no document has the marks of an unfinished merge', () => {
  const marked = documents.filter((name) => /^(<<<<<<<|=======|>>>>>>>)( |$)/m.test(read(name)));
  expect(marked).toEqual([]);
});

test('every link in a document leads to a file and a heading that exist', () => {
  const links = documents.flatMap((from) =>
    [...withoutCode(read(from)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => ({ from, to })),
  );
  const inside = links.filter(({ to }) => !/^[a-z]+:/.test(to));
  const broken = inside.filter(({ from, to }) => {
    const [file = '', anchor] = to.split('#');
    const target = file === '' ? from : path.posix.join(path.posix.dirname(from), file);
    if (!existsSync(path.join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(inside.length).toBeGreaterThan(40);
  expect(broken).toEqual([]);
});

test('every file of ours that a document names exists', () => {
  const named = documents.flatMap((from) =>
    [...read(from).matchAll(/`((?:actions|bench|deploy|docs|lib|local|sql|static|test)\/[\w./-]*)`/g)].map(
      ([, file = '']) => ({ from, file }),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ file }) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test('figures.md explains every figure and state with the words of the pages', () => {
  const lines = read('docs/figures.md').split('\n');
  const missing = Object.values(GLOSSARY).map(({ title, text }) => `| *${title}* | ${text} |`);
  expect(missing.filter((line) => !lines.includes(line))).toEqual([]);
});

test('the documents are built into pages whose pictures exist, and whose links lead to pages and headings that exist', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'docs-'));
  await buildDocs(ROOT, folder);
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
  const texts = new Map(
    pages.map((name) => [`/docs/${name}`, readFileSync(path.join(folder, name), 'utf8')]),
  );
  const files = readdirSync(folder).map((name) => `/docs/${name}`);
  await rm(folder, { recursive: true });
  const pictures = [...texts.values()].flatMap((text) =>
    [...text.matchAll(/<img src="([^"]+)"/g)].map(([, from = '']) => from),
  );
  expect(pictures).toEqual(expect.arrayContaining(['/docs/mail.png', '/docs/report.png']));
  expect(pictures.filter((from) => !files.includes(from))).toEqual([]);
  const links = [...texts].flatMap(([from, text]) =>
    [...text.matchAll(/<a href="([^"]+)"/g)].map(([, to = '']) => ({ from, to })),
  );
  const inside = links.filter(({ to }) => to.startsWith('#') || to.startsWith('/docs/'));
  const broken = inside.filter(({ from, to }) => {
    const [page, anchor] = to.split('#');
    const text = texts.get(page || from);
    return !text || (anchor !== undefined && !text.includes(`id="${anchor}"`));
  });
  expect(inside.length).toBeGreaterThan(60);
  expect(broken).toEqual([]);
});

test('the README has at most 1,500 words', () => {
  expect(read('README.md').split(/\s+/).length).toBeLessThanOrEqual(1500);
});

test('every picture of the documents is used and smaller than 300 kB', () => {
  const pictures = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.png'));
  const texts = documents.map(read).join('\n');
  expect(pictures.filter((name) => !texts.includes(name))).toEqual([]);
  expect(pictures.filter((name) => statSync(path.join(ROOT, 'docs', name)).size >= 300_000)).toEqual([]);
});

interface Row {
  name: string;
  readBy: string[];
  default: string;
}

/** The one table of docs/configuration.md. */
function readParameters(): Row[] {
  return read('docs/configuration.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, name = '', readBy = '', fallback = ''] = line.split('|').map((cell) => cell.trim());
      return { name: name.replaceAll('`', ''), readBy: readBy.split(', '), default: fallback };
    });
}

const rows = readParameters();
const namesReadBy = (who: string) => rows.flatMap(({ name, readBy }) => (readBy.includes(who) ? [name] : []));
const defaultOf = (name: string) => rows.find((row) => row.name === name)?.default ?? '';
const manifest = parse(read('manifest.yaml')).packages.traffic;
const inputs: object[] = [manifest, ...Object.values<{ inputs?: object }>(manifest.actions)].map(
  (one) => one.inputs ?? {},
);
const parameters: string[] = [...new Set(inputs.flatMap(Object.keys))];
const missingIn = (problems: readonly string[]) =>
  problems.flatMap((problem) => /^(\w+) is missing/.exec(problem)?.[1] ?? []);

/** What the actions refuse to start without. */
function requiredParameters(): string[] {
  try {
    parseConfig({});
  } catch (error) {
    if (error instanceof Failure) return missingIn(error.details?.problems as string[]);
    throw error;
  }
  return [];
}

test('the table of parameters names each one once', () => {
  expect(rows.map(({ name }) => name)).toEqual([...new Set(rows.map(({ name }) => name))]);
});

test('the actions’ parameters in the table are those of the manifest', () => {
  expect(namesReadBy('actions').toSorted()).toEqual(parameters.toSorted());
});

test('the table says “required” of exactly what the actions and the deployment refuse to do without', () => {
  const required = rows.filter((row) => row.default.startsWith('required')).map(({ name }) => name);
  const alsoRequired = rows.filter((row) => /(else|`deploy`:) required/.test(row.default));
  const needed = [...requiredParameters(), ...missingIn(settingsProblems({}))];
  expect([...required, ...alsoRequired.map(({ name }) => name)].toSorted()).toEqual(
    [...new Set(needed)].toSorted(),
  );
});

test('the defaults in the table are those of the code', () => {
  const environment = Object.fromEntries([...parameters, ...namesReadBy('deploy')].map((name) => [name, '']));
  const settings = readSettings({ ...environment, APIHOST: 'https://host', NAMESPACE: 'space' });
  expect(defaultOf('COS_REGION')).toBe(`\`${settings.store.region}\``);
  expect(defaultOf('PAGES_KEEP_HOURS')).toBe(`\`${settings.keepHours}\``);
  expect(defaultOf('SCOPE')).toContain(`\`${settings.scope}\``);
  expect(defaultOf('API_URL').replaceAll('`', '')).toBe(
    settings.apiUrl.replace('https://host', 'APIHOST').replace('space', 'NAMESPACE'),
  );
  const config = parseConfig({
    DATABASE_URL: 'postgres://localhost/traffic',
    ISSUER: 'https://issuer.example',
    CLIENT_ID: 'client',
    TOKEN_KEY: Buffer.alloc(32).toString('base64url'),
    INIT_SECRET: 'a secret of 16 characters or more',
  });
  expect(defaultOf('COLLECT_STARTS_PER_MINUTE')).toBe(`\`${config.limits.startsPerMinute}\``);
  expect(defaultOf('COLLECT_CONCURRENCY')).toBe(`\`${config.limits.concurrency}\``);
  expect(defaultOf('ALLOW_PRIVATE_ADDRESSES')).toBe(`\`${config.allowPrivateAddresses}\``);
});

test('npm start reads its environment in one place', () => {
  const files = ['start', 'installation', 'installation/server', 'site'];
  const readers = files.filter((name) => /process\.env\b(?!\))/.test(read(`local/${name}.ts`)));
  expect(readers).toEqual([]);
});
