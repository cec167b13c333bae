// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the manifest's own notation
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadManifest } from '../local/openwhisk/manifest.ts';
import { NS, startHost } from './openwhisk-fixture.ts';

/** The manifest is read as strictly as wskdeploy reads it. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'manifest-'));
  await writeFile(path.join(folder, 'a.js'), 'function main() { return { version: 1 }; }');
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string, environment: Record<string, string> = {}) {
  const file = path.join(folder, 'manifest.yaml');
  await writeFile(file, text);
  const unset: string[] = [];
  const manifest = await loadManifest(file, environment, (variable) => unset.push(variable));
  return { manifest, unset, package: manifest.packages[0] };
}

const action = (lines: string) => `packages:\n  p:\n    actions:\n      a:\n        function: a.js\n${lines}`;
const inputs = (lines: string) => `packages:\n  p:\n    inputs:\n${lines.replace(/^/gm, '      ')}\n`;
const toMap = (list: { key: string; value: unknown }[] | undefined) =>
  Object.fromEntries((list ?? []).map(({ key, value }) => [key, value]));

describe('strictness', () => {
  for (const [what, text, reason] of [
    ['an unknown key at the top', 'packages: {}\nother: 1', 'manifest: unknown key other'],
    [
      'an unknown key of a package',
      'packages: { p: { parameters: {} } }',
      'packages.p: unknown key parameters',
    ],
    [
      'a documented key that the parser does not have',
      action('        raw-http: true'),
      'unknown key raw-http',
    ],
    ['an unknown limit', action('        limits: { concurrency: 2 }'), 'unknown key concurrency'],
    [
      'an unknown key of a trigger',
      'packages: { p: { triggers: { t: { cron: "* * * * *" } } } }',
      'unknown key cron',
    ],
    ['an unknown key of a rule', 'packages: { p: { rules: { r: { when: t } } } }', 'unknown key when'],
    ['a key that is there twice', 'packages: {}\npackages: {}', 'unique'],
    [
      'a rule without an action',
      'packages: { p: { rules: { r: { trigger: t } } } }',
      'needs a trigger and an action',
    ],
    [
      'an action without a function',
      'packages: { p: { actions: { a: { runtime: "nodejs:20" } } } }',
      'function is missing',
    ],
    [
      'a function that is not built',
      'packages: { p: { actions: { a: { function: gone.js } } } }',
      'npm run build',
    ],
    ['a zip', 'packages: { p: { actions: { a: { function: a.zip } } } }', 'single .js files only'],
    ['code without a runtime', 'packages: { p: { actions: { a: { code: x } } } }', 'code needs a runtime'],
    ['another web flag', action('        web: maybe'), 'web must be true, false or raw'],
    ['a limit that is no number', action('        limits: { timeout: long }'), 'must be a whole number'],
    [
      'a sequence, which is not run here',
      'packages: { p: { sequences: { s: { actions: a } } } }',
      'does not run sequences',
    ],
    ['inputs that are no map', 'packages: { p: { inputs: [a] } }', 'inputs must be a map'],
    [
      'a required input without a value',
      inputs('a: { type: string, required: true }'),
      'a value is required',
    ],
    ['an unknown type', inputs('a: { type: text, value: x }'), 'unknown type text'],
    ['malformed JSON', inputs("a: { type: json, value: '{' }"), 'not JSON'],
  ] as const)
    test(`It refuses ${what}`, async () => {
      await expect(load(text)).rejects.toThrow(reason);
    });

  for (const [what, text, reason] of [
    ['an unknown kind', action('        runtime: nodejs:10'), "kind 'nodejs:10'"],
    ['a limit out of range', action('        limits: { timeout: 99 }'), 'limits.timeout'],
    [
      'a rule for an action that is not there',
      'packages: { p: { triggers: { t: {} }, rules: { r: { trigger: t, action: a } } } }',
      'does not exist',
    ],
    [
      'an alarm in the past',
      'packages: { p: { triggers: { t: { feed: /whisk.system/alarms/once, inputs: { date: "2020-01-01" } } } } }',
      'must be in the future',
    ],
    [
      'a feed of another provider',
      'packages: { p: { triggers: { t: { feed: /other/feed } } } }',
      'has no feed /other/feed',
    ],
  ] as const)
    test(`The host does not open with ${what}`, async () => {
      const file = path.join(folder, 'manifest.yaml');
      await writeFile(file, text);
      await expect(startHost({ manifest: file })).rejects.toThrow(reason);
    });

  test('It accepts a literal name and ignores descriptions and versions', async () => {
    await load(
      'packages: { p: { version: 1.0, license: Apache-2.0, triggers: { t: { name: t, description: d } } } }',
    );
  });
});

describe('interpolation', () => {
  const read = async (value: string, environment: Record<string, string> = { A: 'a', B: 'b' }) => {
    const loaded = await load(inputs(`x: ${value}`), environment);
    return { value: toMap(loaded.package?.parameters).x, unset: loaded.unset };
  };

  for (const [text, value] of [
    ['${A}', 'a'],
    ['"${A}/x/${B}"', 'a/x/b'],
    ['$A', 'a'],
    ['pa$word', 'pa$word'],
    ['$', '$'],
    ['$${A}', '${A}'],
    ['"${UNSET}"', ''],
    ['$A/rest', ''],
    ['$5 off', ''],
    ['[ "${A}", { c: "${B}" } ]', ['a', { c: 'b' }]],
  ] as const)
    test(`${text} is ${JSON.stringify(value)}`, async () => {
      expect((await read(text)).value).toEqual(value);
    });

  test('Each variable that is not set is named once', async () => {
    expect((await read('"${NO}${NO}${A}"')).unset).toEqual(['NO']);
    expect((await read('"${A}"', { A: '' })).unset).toEqual([]);
  });

  test('The host logs a warning about it', async () => {
    const file = path.join(folder, 'manifest.yaml');
    await writeFile(file, inputs('x: ${NOWHERE}'));
    const running = await startHost({ manifest: file });
    expect(running.log).toContainEqual(expect.objectContaining({ level: 'warn', event: 'manifest' }));
    expect(JSON.stringify(running.log)).toContain('NOWHERE');
    await running.close();
  });

  test('Inline code is not interpolated', async () => {
    const text =
      'packages: { p: { actions: { a: { runtime: "nodejs:20", code: "const main = () => ({ a: `${A}` })" } } } }';
    expect((await load(text, { A: 'a' })).package?.actions[0]?.code).toContain('${A}');
  });
});

describe('inputs', () => {
  const read = async (lines: string, environment: Record<string, string> = {}) =>
    toMap((await load(inputs(lines), environment)).package?.parameters);

  test('The short form takes its type from YAML', async () => {
    expect(await read('a: text\nb: 5\nc: 1.5\nd: true\ne: { f: [1] }')).toEqual({
      a: 'text',
      b: 5,
      c: 1.5,
      d: true,
      e: { f: [1] },
    });
  });
  test("The name of a type is that type's zero value", async () => {
    expect(await read('a: string\nb: integer\nc: float\nd: boolean\ne: json')).toEqual({
      a: '',
      b: 0,
      c: 0,
      d: false,
      e: {},
    });
  });
  test('The long form has value, default or the zero of its type', async () => {
    const lines =
      'a: { type: integer, value: 5, default: 6 }\nb: { type: integer, default: 6 }\nc: { type: integer }\nd: { description: d }';
    expect(await read(lines)).toEqual({ a: 5, b: 6, c: 0, d: '' });
  });
  test('A map with any other key is a value', async () => {
    expect(await read('a: { value: 1, other: 2 }')).toEqual({ a: { value: 1, other: 2 } });
  });
  test('JSON text is parsed, and what comes from the environment stays a string', async () => {
    expect(
      await read('a: { type: json, value: \'{"b": 1}\' }\nc: { type: integer, value: $N }', { N: '5' }),
    ).toEqual({
      a: { b: 1 },
      c: '5',
    });
  });
});

describe('actions and rules', () => {
  for (const [web, expected] of [
    ['true', { 'web-export': true, 'raw-http': false, final: true }],
    ['yes', { 'web-export': true, 'raw-http': false, final: true }],
    ['raw', { 'web-export': true, 'raw-http': true, final: true }],
    ['false', { 'web-export': false, 'raw-http': false, final: false }],
    ['no', { 'web-export': false, 'raw-http': false, final: false }],
  ] as const)
    test(`web: ${web} writes three annotations`, async () => {
      for (const key of ['web', 'web-export'])
        expect(
          toMap((await load(action(`        ${key}: ${web}`))).package?.actions[0]?.annotations),
        ).toEqual(expected);
    });

  test('Without a web flag nothing is written', async () => {
    expect((await load(action(''))).package?.actions[0]?.annotations).toEqual([]);
  });

  test('A rule names an action of its package unless it has a slash', async () => {
    const rules = (name: string) => `packages: { p: { rules: { r: { trigger: t, action: ${name} } } } }`;
    expect((await load(rules('a'))).package?.rules[0]?.action).toBe('/_/p/a');
    expect((await load(rules('/_/q/a'))).package?.rules[0]?.action).toBe('/_/q/a');
  });

  test('The code is read when the host opens: a rebuild does not disturb it', async () => {
    const file = path.join(folder, 'manifest.yaml');
    await writeFile(file, action('        web: true'));
    const running = await startHost({ manifest: file });
    await writeFile(path.join(folder, 'a.js'), 'function main() { return { version: 2 }; }');
    expect((await running.host.invoke('p/a', {})).response.result).toEqual({ version: 1 });
    await running.close();
  });

  test('Parameters set later are bound to the package', async () => {
    const file = path.join(folder, 'manifest.yaml');
    await writeFile(
      file,
      'packages: { p: { inputs: { a: 1, b: 2 }, actions: { a: { runtime: "nodejs:20", web: true, code: "const main = (args) => args" } } } }',
    );
    const running = await startHost({ manifest: file });
    running.host.setParameters('p', { b: 3, c: 4 });
    expect((await running.host.invoke('p/a', {})).response.result).toEqual({ a: 1, b: 3, c: 4 });
    expect((await running.web('GET', `/${NS}/p/a.json?c=5`)).status).toBe(400);
    expect(() => running.host.setParameters('none', {})).toThrow('does not exist');
    await running.close();
  });

  test("The project's own manifest is accepted", async () => {
    const text = await import('node:fs/promises').then(({ readFile }) => readFile('manifest.yaml', 'utf8'));
    const names = [...text.matchAll(/dist\/actions\/([\w-]+)\.js/g)].map(([, name]) => name);
    const local = text.replace(/dist\/actions\/[\w-]+\.js/g, 'a.js');
    const { package: traffic } = await load(local);
    expect(traffic?.actions.map(({ name }) => name)).toEqual(names);
    expect(traffic?.rules).toContainEqual({
      name: 'collect-daily',
      trigger: 'daily',
      action: '/_/traffic/collect',
    });
  });
});
