import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = path.join(import.meta.dirname, '../..');

function filesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')));
}

interface Import {
  from: string;
  /** A file from the root for one of ours, else the package's name. */
  to: string;
  typeOnly: boolean;
}

function importsOf(from: string): Import[] {
  const text = readFileSync(path.join(root, from), 'utf8').replace(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
  const found = text.matchAll(/\b(import|export)\s+(type\s+)?([\w*{][^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]/g);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  const toTarget = (name: string) =>
    name.startsWith('.') ? path.posix.join(path.posix.dirname(from), name) : name;
  return [
    ...[...found].map(([, , type, names = '', name = '']) => ({
      from,
      to: toTarget(name),
      typeOnly: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}\s*from\s+$/.test(names),
    })),
    ...[...dynamic].map(([, name = '']) => ({ from, to: toTarget(name), typeOnly: false })),
  ];
}

const importsIn = (folder: string) => filesIn(folder).flatMap(importsOf);
const isIn = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const show = ({ from, to }: Import) => `${from} → ${to}`;

/** The files of one import cycle; the first one is repeated at the end. */
function findCycle(imports: readonly Pick<Import, 'from' | 'to'>[]): string[] | undefined {
  const targetsOf = (file: string) => imports.filter(({ from }) => from === file).map(({ to }) => to);
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of targetsOf(file)) {
      const cycle = visit(to, [...way, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const { from } of imports) {
    const cycle = visit(from, []);
    if (cycle) return cycle;
  }
  return undefined;
}

const lib = importsIn('lib');
const actions = importsIn('actions');

test('the imports are found', () => {
  expect(lib.map(show)).toContain('lib/app.ts → lib/identity.ts');
  expect(actions.map(show)).toContain('actions/init.ts → zod');
  expect(lib.find(({ from, to }) => from === 'lib/db/db2-connection.ts' && to === 'ibm_db')).toBeDefined();
});

test('lib imports nothing of actions, deploy, local, static and tests', () => {
  const outside = lib.filter(({ to }) => /^(actions|deploy|local|static|test|bench)\//.test(to));
  expect(outside.map(show)).toEqual([]);
});

test('actions import lib, never each other', () => {
  const others = actions.filter(({ from, to }) => {
    if (isIn('actions')(to)) return !isIn('actions/openapi')(from);
    return /^(deploy|local|static|test|bench)\//.test(to);
  });
  expect(others.map(show)).toEqual([]);
});

test('answer schemas stay out of the bundles: only the API’s description imports more than their types', () => {
  const values = [...lib, ...actions].filter(
    ({ from, to, typeOnly }) =>
      isIn('lib/answers')(to) && !isIn('lib/answers')(from) && !isIn('actions/openapi')(from) && !typeOnly,
  );
  expect(values.map(show)).toEqual([]);
});

/** Modules of lib that run in the browser too, so that pages have no rule of their own: calculations on plain values. */
const SHARED_WITH_PAGES = [
  'lib/badges/markdown.ts',
  'lib/badges/names.ts',
  'lib/charts/event-icons.ts',
  'lib/charts/layout.ts',
  'lib/charts/legend.ts',
  'lib/charts/markers.ts',
  'lib/charts/model.ts',
  'lib/charts/picture.ts',
  'lib/charts/scene.ts',
  'lib/charts/summary.ts',
  'lib/charts/svg.ts',
  'lib/charts/traffic-model.ts',
  'lib/chunks.ts',
  'lib/csv.ts',
  'lib/day.ts',
  'lib/day-address.ts',
  'lib/imports/destinations.ts',
  'lib/imports/history.ts',
  'lib/day-format.ts',
  'lib/json.ts',
  'lib/keys/secret.ts',
  'lib/markup.ts',
  'lib/exports/description.ts',
  'lib/exports/format.ts',
  'lib/exports/parquet-file.ts',
  'lib/exports/writer.ts',
  'lib/number-format.ts',
  'lib/alerts/titles.ts',
  'lib/alerts/words.ts',
  'lib/problems/titles.ts',
  'lib/stats/buckets.ts',
  'lib/stats/named-span.ts',
  'lib/stats/range-names.ts',
  'lib/stats/totals.ts',
  'lib/reports/chart.ts',
  'lib/reports/completeness.ts',
  'lib/reports/period.ts',
  'lib/reports/words.ts',
  'lib/shares/choices.ts',
  'lib/still-running.ts',
  'lib/traffic/figures.ts',
  'lib/traffic/window.ts',
  'lib/dashboards/document.ts',
  'lib/dashboards/gallery.ts',
  'lib/dashboards/gallery-schema.ts',
  'lib/dashboards/rules.ts',
  'lib/dashboards/vega-lite-spec.ts',
];

/** What reads files runs in the command and in a worker of its own, which no page loads but that of imports. */
const IMPORTS_WORKER = 'static/imports/worker.ts';

test('pages import types, and values only from the modules that they share with the API', () => {
  const others = importsIn('static').filter(({ from, to, typeOnly }) => {
    if (isIn('actions')(to)) return !typeOnly;
    if (isIn('lib/imports')(to) && from === IMPORTS_WORKER) return false;
    if (isIn('lib')(to)) return !typeOnly && !SHARED_WITH_PAGES.includes(to);
    return /^(local|deploy|test|bench)\//.test(to);
  });
  expect(others.map(show)).toEqual([]);
});

/** Packages that run in browsers. */
const PACKAGES_FOR_PAGES = ['zod', 'fflate', 'hyparquet-writer', 'papaparse'];

test('modules shared with pages import only each other and packages for browsers', () => {
  const outside = SHARED_WITH_PAGES.flatMap(importsOf).filter(
    ({ to, typeOnly }) => !typeOnly && ![...SHARED_WITH_PAGES, ...PACKAGES_FOR_PAGES].includes(to),
  );
  expect(outside.map(show)).toEqual([]);
});

test('actions hold no SQL and do not speak to GitHub themselves', () => {
  const direct = actions.filter(
    ({ to, typeOnly }) => !typeOnly && /^(kysely|pg|jose|@octokit\/.*|lib\/db\/.*|lib\/github\/.*)$/.test(to),
  );
  expect(direct.map(show)).toEqual([]);
});

test('the database and GitHub know nothing of the domain', () => {
  const allowed = /^(lib\/(db|github)\/|lib\/(day|failure|instant|url)\.ts$|sql\/)/;
  const adapters = lib.filter(({ from }) => /^lib\/(db|github)\//.test(from));
  const upwards = adapters.filter(({ to }) => to.startsWith('lib/') && !allowed.test(to));
  expect(upwards.map(show)).toEqual([]);
});

test('GitHub knows nothing of the database, and the database only the types of its answers', () => {
  const across = lib.filter(
    ({ from, to, typeOnly }) =>
      (isIn('lib/github')(from) && isIn('lib/db')(to)) ||
      (isIn('lib/db')(from) && isIn('lib/github')(to) && !typeOnly),
  );
  expect(across.map(show)).toEqual([]);
});

test('only actions start collecting, and only the collector asks GitHub for extras', () => {
  const isCollector = (file: string) => /^lib\/collector(\.ts$|\/)/.test(file);
  const users = lib.filter(({ from, to }) => isCollector(to) && !isCollector(from));
  expect(users.map(show)).toEqual([]);
  const askers = filesIn('lib').filter((file) =>
    /\b(star|release|workflow)Extra\b/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(askers.filter((file) => !isIn('lib/extras')(file))).toEqual(['lib/collector/extras.ts']);
});

test('tenants, repositories, runs and traffic know nothing of channels, dashboards, problems and reports', () => {
  const stored = /^lib\/(tenants|repositories|extras|runs|traffic|stats)(\.ts$|\/)/;
  const told = /^lib\/(channels|dashboards|problems|reports)(\.ts$|\/)/;
  // The overview shows what needs action.
  const upwards = lib.filter(
    ({ from, to }) => stored.test(from) && told.test(to) && from !== 'lib/stats/overview.ts',
  );
  expect(upwards.map(show)).toEqual([]);
});

test('a circle of imports is found', () => {
  expect(
    findCycle([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'b' },
    ]),
  ).toEqual(['b', 'c', 'b']);
});

test.each(['lib', 'actions', 'static', 'local', 'deploy', 'bench', 'test'])(
  'files of %s import each other in one direction, types included',
  (folder) => {
    expect(findCycle(importsIn(folder))).toBeUndefined();
  },
);

const local = importsIn('local');

test('the stand-ins for OpenWhisk and GitHub know nothing of the product', () => {
  // The lock of a folder that only one process may use.
  const shared = ['local/lock.ts'];
  const strangers = (name: string) => {
    const isPart = (file: string) => file === `local/${name}.ts` || isIn(`local/${name}`)(file);
    const isOurs = (target: string) => /^(actions|bench|deploy|lib|local|sql|static|test)\//.test(target);
    return local.filter(({ from, to }) => isPart(from) && isOurs(to) && !isPart(to) && !shared.includes(to));
  };
  expect(importsOf('local/openwhisk/image.ts').map(show)).toContain(
    'local/openwhisk/image.ts → local/lock.ts',
  );
  expect(strangers('openwhisk').map(show)).toEqual([]);
  expect(strangers('github').map(show)).toEqual([]);
  expect(importsOf('local/lock.ts').filter(({ to }) => !to.startsWith('node:'))).toEqual([]);
});

test('every folder local/X/ has an X.ts', () => {
  const files = filesIn('local');
  const folders = files.filter((file) => file.split('/').length > 2).map((file) => path.posix.dirname(file));
  expect(folders).toContain('local/openwhisk');
  expect(folders.filter((folder) => !files.includes(`${folder}.ts`))).toEqual([]);
});

test('X.ts uses the parts in X/, and no part uses X.ts', () => {
  const ours = ['lib', 'actions', 'static', 'local', 'deploy'].flatMap(importsIn);
  expect(ours.map(show)).toContain('lib/channels.ts → lib/channels/address.ts');
  const upwards = ours.filter(({ from, to }) => from.startsWith(to.replace(/\.tsx?$/, '/')));
  expect(upwards.map(show)).toEqual([]);
});

test('local and deploy know nothing of each other', () => {
  expect(local.filter(({ to }) => isIn('deploy')(to)).map(show)).toEqual([]);
  expect(
    importsIn('deploy')
      .filter(({ to }) => isIn('local')(to))
      .map(show),
  ).toEqual([]);
});

test('only app.ts builds the services', () => {
  const builders = ['openDatabase', 'openIdentity', 'openSecrets', 'parseConfig'];
  const users = filesIn('lib').filter((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return builders.some((name) => new RegExp(`(?<!function )\\b${name}\\(`).test(text));
  });
  expect(users).toEqual(['lib/app.ts']);
});

test('only openwhisk.ts and activations.ts know the platform’s names', () => {
  const users = [...filesIn('lib'), ...filesIn('actions')].filter((file) =>
    /__ow_|__OW_/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(users.sort()).toEqual(['lib/activations.ts', 'lib/openwhisk.ts']);
});

test('zod is imported as a namespace, which leaves out its translations', () => {
  const named = [...filesIn('lib'), ...filesIn('actions')].filter((file) =>
    /import \{[^}]*\} from 'zod'/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(named).toEqual([]);
});

test('the manifest lists exactly the existing actions', () => {
  const manifest = parse(readFileSync(path.join(root, 'manifest.yaml'), 'utf8'));
  const names = Object.keys(manifest.packages.traffic.actions).sort();
  const files = readdirSync(path.join(root, 'actions')).filter((name) => name.endsWith('.ts'));
  expect(files.map((name) => name.replace('.ts', '')).sort()).toEqual(names);
});

const sources = ['lib', 'actions', 'static', 'local', 'deploy'].flatMap(filesIn);

test('no file has a vague name', () => {
  const vague = /^(utils?|helpers?|commons?|types?|index|misc|shared|base|core)\.tsx?$/;
  expect(sources.filter((file) => vague.test(path.posix.basename(file)))).toEqual([]);
});

/** The text after the bracket that closes the one at `start`. */
function behindBracket(text: string, start: number): string {
  let depth = 0;
  for (let place = start; place < text.length; place++) {
    if ('[{'.includes(text[place] ?? '')) depth++;
    if (']}'.includes(text[place] ?? '') && --depth === 0) return text.slice(place + 1).trimStart();
  }
  return '';
}

test('no literal is spread into another, and no variables are assigned in parallel, to save lines', () => {
  const files = [...sources, ...filesIn('test'), ...filesIn('bench')];
  const packed = files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const spreads = [...text.matchAll(/(?<![}`])\.\.\.[[{]/g)].filter(
      ({ index }) => !/^[.?([]/.test(behindBracket(text, index + 3)),
    );
    const parallel = [...text.matchAll(/\b(?:let|const) \[[^\].]*\](?:: [^=]+)? = \[/g)].filter(
      ({ index, 0: head }) => behindBracket(text, index + head.length - 1).startsWith(';'),
    );
    return [...spreads, ...parallel].map(({ index }) => `${file}:${text.slice(0, index).split('\n').length}`);
  });
  expect(packed).toEqual([]);
});
