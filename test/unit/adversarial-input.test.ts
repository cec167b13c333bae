import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument } from '../../lib/dashboards/document.ts';

const root = path.join(import.meta.dirname, '../..');

const LITERAL =
  /(?<=[=(,:!&|?[{};>]\s*|return\s+)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([dgimsuvy]*)/g;

interface Found {
  at: string;
  pattern: RegExp;
}

/** The regular expressions that the source of a folder holds. */
function patternsIn(folder: string): Found[] {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).flatMap((file) => patternsOf(`${folder}/${file}`));
}

function patternsOf(file: string): Found[] {
  const text = readFileSync(path.join(root, file), 'utf8').replace(/^ *(\/\/|\/?\*).*$/gm, '');
  return [...text.matchAll(LITERAL)].flatMap(([, source = '', flags = '']) => {
    try {
      return [{ at: `${file}: ${source}`, pattern: new RegExp(source, flags.replace(/[gy]/g, '')) }];
    } catch {
      // A division, or a slash in a text.
      return [];
    }
  });
}

/** Repeated, these make a pattern try in many ways. The last character fits none. */
function attacksOn({ source }: RegExp, times: number): string[] {
  const plain = source
    .replace(/\\[wd]/g, 'a0')
    .replace(/\\s/g, ' ')
    .replace(/\\b/g, '');
  const own = [...new Set(plain.match(/[^\\[\](){}|?*+^$]/g) ?? [])];
  const singles = [...new Set([...own, 'a', '0', ' ', '/', '\\'])];
  const few = [...own.slice(0, 6), '\\'];
  const pairs = few.flatMap((one) => few.map((other) => one + other));
  const [start = ''] = /^[\w'"(<[ -]+/.exec(plain.replace(/^\^/, '')) ?? [];
  return [...singles, ...pairs].flatMap((part) => {
    const many = part.repeat(times);
    return [`${many}\u0001`, `${start}${many}\u0001`];
  });
}

/** Whether some work takes at most so many milliseconds of the processor's time, at the best of three times. */
function takesAtMost(limitMs: number, work: () => void): boolean {
  return [1, 2, 3].some(() => {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000 <= limitMs;
  });
}

/** Linear patterns take microseconds for this; quadratic ones take many milliseconds. */
const TIMES = 2500;
const MAX_MS = 2;
/** Step by step: an exponential pattern would not end on a long text. */
const STEPS = [14, 22, 34, TIMES];

function slowAttack(pattern: RegExp): string | undefined {
  for (const times of STEPS) {
    const slow = attacksOn(pattern, times).find((text) => !takesAtMost(MAX_MS, () => pattern.test(text)));
    if (slow !== undefined) return JSON.stringify(slow.slice(0, 20));
  }
  return undefined;
}

test('the attacks find patterns that are quadratic or worse', () => {
  for (const pattern of [/\/+$/, /'(?:\\.|[^'\\])*'/s, /^-[a-z_]+(?:[-._/ ]+[a-z_]+)*$/i])
    expect([pattern.source, slowAttack(pattern)]).toEqual([pattern.source, expect.any(String)]);
  expect(slowAttack(/(?<!\/)\/+$/)).toBeUndefined();
});

/** Reads at most 20,000 characters of an answer of GitHub's. */
const BOUNDED = ['<(script|style)\\b[\\s\\S]*?<\\/\\1>'];

test('every regular expression of the API and of our own server takes linear time', () => {
  const patterns = ['lib', 'actions', 'local'].flatMap(patternsIn);
  expect(patterns.length).toBeGreaterThan(150);
  const attacked = patterns
    .filter(({ pattern }) => !BOUNDED.includes(pattern.source))
    .map(({ at, pattern }) => ({ at, attack: slowAttack(pattern) }));
  const slow = attacked.filter(({ attack }) => attack !== undefined);
  expect(slow).toEqual([]);
});

const view = { data: { name: 'weekly' }, mark: 'bar' };
const BYTES = 250_000;
const many = (part: string) => part.repeat(BYTES / part.length);
const list = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

const expressions = ["'\\", "\\'", "'\\'", '"\\', "'", '/', ' /', 'test', 'pad ', '_', 'a.', '(', '\\'].map(
  (part): [string, unknown] => [`expressions of ${part}`, { ...view, transform: [{ filter: many(part) }] }],
);

/** Documents of 256 kB that take a reader long who reads parts of them again and again. */
const documents: [string, unknown][] = [
  ...expressions,
  ['a selector', { ...view, params: [{ name: 'p', select: { type: 'point', on: many('a') } }] }],
  ['a format', { ...view, config: { numberFormat: many('0') } }],
  [
    'formats',
    { ...view, config: Object.fromEntries(list(9000, 0).map((_, at) => [`a${at}format`, `${at}d`])) },
  ],
  ['styles', { ...view, background: many('url ') }],
  ['cursors', { ...view, mark: { type: 'bar', cursor: many('a') } }],
  ['an address of a schema', { ...view, $schema: many('https://vega.github.io/schema/vega-lite/v5.1') }],
  ['forbidden members', { ...view, config: list(9000, { url: '' }) }],
  ['layers', { data: view.data, layer: list(9000, { mark: 'bar' }) }],
  ['layers of layers', { layer: list(50, { layer: list(50, { layer: [view] }) }) }],
  ['unknown marks', { layer: list(9000, { mark: '?' }) }],
  ['channels', { ...view, encoding: Object.fromEntries(list(9000, 0).map((_, at) => [`c${at}`, 1])) }],
  ['rows', { ...view, data: { values: list(60_000, 1) } }],
  ['depth', JSON.parse(`${'{"spec":'.repeat(3000)}1${'}'.repeat(3000)}`)],
  ['lists in lists', JSON.parse(`{"mark":${'['.repeat(3000)}${']'.repeat(3000)}}`)],
];

test.each(documents)('a dashboard with %s of 256 kB is checked within 100 ms', (_, spec) => {
  const widgets = [{ title: '', x: 0, y: 0, w: 6, h: 4, spec }];
  const document = { name: 'Large', tabs: [{ title: 'One', widgets }] };
  expect(takesAtMost(100, () => parseDocument(document))).toBe(true);
});
