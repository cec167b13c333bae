import { afterAll, beforeAll, expect, test } from 'vitest';
import { toCsv } from '../lib/csv.ts';
import { addDays, daysFrom } from '../lib/day.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const START = '2025-12-18';
/** Wednesday; the collection began four weeks before, and paused over New Year. */
const TODAY = '2026-01-14';
const SETTLED = '2026-01-10';
const { northwind, pinecone } = DEMO_USERS;
let installation: TestInstallation;
let first: number;
let second: number;
let ada: Call;
let burrow: number;

beforeAll(async () => {
  installation = await openTestInstallation({ now: `${START}T06:00:00.000Z`, demo: true });
  installation.github.setAnswers('sparse');
  const archived = installation.demoRepositories.find(({ name }) => name === 'old-importer');
  installation.github.unarchive(archived?.id ?? 0);
  ada = installation.as('ada@example.com');
  const { tenantId, serverId } = await installation.initialize();
  const request = {
    name: 'Pinecone',
    serverId,
    githubUser: DEMO_USERS.hubot,
    githubToken: DEMO_TOKENS.hubot,
  };
  [first, second] = [tenantId, (await ada('POST', '/tenants', request)).body.tenantId];
  [burrow = 0] = await addAll(first, northwind, ['burrow', 'tidy-dates', 'old-importer', 'payroll-service']);
  await addAll(second, pinecone, ['quacks', 'dotfiles']);
  const paused = new Set(daysFrom('2025-12-29', '2026-01-03'));
  for (const day of daysFrom(addDays(START, 1), TODAY).filter((one) => !paused.has(one))) {
    installation.now(`${day}T06:00:00.000Z`);
    await installation.collect();
  }
});

afterAll(() => installation.close());

async function addAll(tenantId: number, owner: string, names: string[]): Promise<number[]> {
  const repositories = names.map((name) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  return body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
}

async function stats(path: string | number, call = ada) {
  const { status, body } = await call('GET', `/stats/${path}`);
  expect([path, status, body.error]).toEqual([path, 200, undefined]);
  return body;
}

type Figures = (number | null)[];
const sum = (figures: Figures) => figures.reduce<number>((total, figure) => total + (figure ?? 0), 0);

test('a repository’s settled days are what really happened', async () => {
  const { body } = await ada('GET', `/repositories/${first}`);
  const { githubId } = body.repositories.find((one: { name: string }) => one.name === 'burrow');
  const { buckets, series } = await stats(`${first}/${burrow}?from=${START}&to=${SETTLED}`);
  expect(buckets).toEqual(daysFrom(START, SETTLED));
  const truth = daysFrom(START, SETTLED).map((day) => installation.github.truth(githubId, day));
  for (const column of ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const)
    expect(series[column]).toEqual(truth.map((day) => day[column]));
  expect(new Set(series.state)).toEqual(new Set(['measured']));
});

test('stars cover all years, and the CSV by day has the same total', async () => {
  const { starHistory, facts, repository } = await stats(`${first}/${burrow}?from=${START}&to=${SETTLED}`);
  expect(starHistory).toMatchObject({ complete: true, problem: null });
  const total = starHistory.stars.at(-1);
  expect(sum(starHistory.starsGained)).toBe(total);
  const truth = daysFrom(START, SETTLED).map((day) =>
    installation.github.truthOfStars(repository.githubId, day),
  );
  expect(facts.starsGained).toEqual(truth);
  const { headers, body } = await ada('GET', `/stats/${first}/${burrow}?of=stars&format=csv`);
  expect(headers.get('content-disposition')).toContain(`stars-${first}-${burrow}.csv`);
  const [head, ...rows] = (body as string).trim().split('\r\n');
  expect(head).toBe('date,stars,starsGained');
  expect(rows.at(-1)).toMatch(new RegExp(`^${TODAY},${total},\\d+$`));
  const days = rows.map((row) => row.slice(0, 10));
  expect(days).toEqual(daysFrom(starHistory.range.from, TODAY));
  expect(sum(rows.map((row) => Number(row.split(',')[2])))).toBe(total);
});

test('downloads, files and workflow runs are answered, and their CSV matches', async () => {
  const span = `from=${START}&to=${SETTLED}`;
  const { releases, workflowRuns, buckets, series } = await stats(`${first}/${burrow}?${span}`);
  expect(releases.assetCount).toBeGreaterThan(3);
  const csv = async (of: string) => {
    const { body, headers } = await ada('GET', `/stats/${first}/${burrow}?of=${of}&${span}&format=csv`);
    expect(headers.get('content-disposition')).toContain(
      `${of}-${first}-${burrow}-${START}-to-${SETTLED}.csv`,
    );
    return (body as string).trim().split('\r\n');
  };
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  const downloads = buckets.map((day: string, place: number) =>
    [day, text(releases.downloads[place]), String(releases.spreadUnknown[place]), 'false'].join(','),
  );
  expect(await csv('downloads')).toEqual(['date,downloads,spreadUnknown,atLeast', ...downloads]);
  const runs = buckets.map((day: string, place: number) =>
    [day, text(series.cloneCount[place]), text(workflowRuns.runs[place]), '', 'false', ''].join(','),
  );
  expect(await csv('workflow-runs')).toEqual([
    'date,cloneCount,workflowRuns,ciClonesEstimate,workflowRunsAtLeast,ciUniquesEstimate',
    ...runs,
  ]);
  const [head, ...files] = await csv('assets');
  expect(head).toBe('tag,releaseName,assetName,publishedAt,removedDate,downloadCount,gained');
  expect(files).toHaveLength(releases.assetCount);
  // The days over New Year were not collected: their downloads are one sum.
  expect(releases.unspread).toMatchObject([{ from: '2025-12-29', to: '2026-01-04' }]);
});

test('the newest days are provisional and left out of the comparison', async () => {
  const { series, comparison, window, snapshotDate, rememberedFrom } = await stats(
    `${first}/${burrow}?range=7`,
  );
  expect(series.state.slice(-5)).toEqual([
    'measured',
    'provisional',
    'provisional',
    'provisional',
    'provisional',
  ]);
  expect(comparison).toMatchObject({
    from: '2026-01-08',
    to: SETTLED,
    previousFrom: '2026-01-01',
    previousTo: '2026-01-03',
    comparable: true,
    current: { viewCount: sum(series.viewCount.slice(0, 3)), knownDays: 3 },
  });
  expect([window.observedDate, snapshotDate, rememberedFrom]).toEqual([TODAY, TODAY, '2026-01-01']);
});

test('spans with uncollected days are not comparable', async () => {
  const { comparison, series, totals } = await stats(`${first}/${burrow}?range=90`);
  expect(comparison.comparable).toBe(false);
  expect(comparison.previous).toMatchObject({ viewCount: null, viewUniquesUpper: null, knownDays: 0 });
  expect(series.state[0]).toBe('before');
  expect(series.viewCount[0]).toBeNull();
  expect(totals.lostDays).toBe(0);
});

test('the overview’s series, totals and repositories agree', async () => {
  for (const query of ['range=14', 'range=30', 'range=90&by=week', `from=${START}&by=month`]) {
    const { series, totals, repositories, buckets, comparison } = await stats(`${first}?${query}`);
    for (const column of ['viewCount', 'cloneCount'] as const) {
      const perBucket = buckets.map((_: string, place: number) => {
        const known = repositories
          .map((one: Record<string, Figures>) => one[column]?.[place])
          .filter((one: number | null) => one !== null);
        return known.length === 0 ? null : sum(known);
      });
      expect(series[column]).toEqual(perBucket);
      expect(totals[column]).toBe(sum(series[column]));
      expect(totals[column]).toBe(
        sum(repositories.map((one: { totals: Record<string, number> }) => one.totals[column])),
      );
    }
    expect(totals.viewUniquesUpper).toBe(sum(series.viewUniques));
    expect(totals.viewUniquesLower).toBeLessThanOrEqual(totals.viewUniquesUpper);
    expect(comparison.to).toBe(SETTLED);
  }
});

test('the overview, a repository’s page and the table agree, whatever the buckets', async () => {
  // Of the second tenant's repositories one is idle, and GitHub names days of it from before the first run.
  for (const [by, tenantId] of [
    ['day', first],
    ['week', first],
    ['month', first],
    ['week', second],
  ] as const) {
    const query = `from=${addDays(START, by === 'day' ? -20 : -100)}&to=${TODAY}&by=${by}`;
    const { repositories } = await stats(`${tenantId}?${query}`);
    const table = await stats(`${tenantId}/table?${query}&size=1000`);
    for (const one of repositories) {
      const page = await stats(`${tenantId}/${one.repositoryId}?${query}`);
      expect(one.totals).toEqual(page.totals);
      expect(one.comparison).toEqual(page.comparison);
      expect([one.viewCount, one.cloneCount]).toEqual([page.series.viewCount, page.series.cloneCount]);
      const rows = table.rows.filter(
        (row: { repositoryId: number }) => row.repositoryId === one.repositoryId,
      );
      const columns = [
        'viewCount',
        'viewUniques',
        'cloneCount',
        'cloneUniques',
        'uniquesExact',
        'state',
      ] as const;
      const shown = page.buckets
        .map((date: string, place: number) => ({
          date,
          ...Object.fromEntries(columns.map((column) => [column, page.series[column][place]])),
        }))
        .filter(
          (row: { viewCount: number | null; cloneCount: number | null }) =>
            row.viewCount !== null || row.cloneCount !== null,
        );
      expect(rows.toReversed()).toMatchObject(shown);
      expect(rows).toHaveLength(shown.length);
    }
  }
});

test('lost and provisional days are counted per bucket over all repositories', async () => {
  for (const tenantId of [first, second]) {
    const { body } = await ada('GET', `/repositories/${tenantId}`);
    const { series, buckets } = await stats(`${tenantId}?range=90`);
    const counts = { lost: buckets.map(() => 0), provisional: buckets.map(() => 0) };
    for (const { repositoryId } of body.repositories) {
      const page = await stats(`${tenantId}/${repositoryId}?range=90`);
      for (const [place, state] of page.series.state.entries())
        if (state !== 'measured' && state !== 'zero' && state !== 'before')
          counts[state === 'lost' ? 'lost' : 'provisional'][place] += 1;
    }
    const open = series.provisionalDays.map(
      (days: number, place: number) => days + series.pendingDays[place],
    );
    expect([series.lostDays, open]).toEqual([counts.lost, counts.provisional]);
  }
});

test('a day’s uniques of one repository are exact, a month’s are not', async () => {
  for (const [by, exact] of Object.entries({ day: true, month: false })) {
    const { rows } = await stats(`${first}/table?from=2025-12-22&to=2026-01-11&by=${by}&q=burrow`);
    expect(new Set(rows.map((row: { uniquesExact: boolean }) => row.uniquesExact))).toEqual(new Set([exact]));
  }
});

test('weeks around New Year are ISO weeks, with GitHub’s own uniques if known', async () => {
  const { rows } = await stats(`${first}/table?from=2025-12-22&to=2026-01-11&by=week&q=burrow`);
  expect(rows.map((row: Record<string, unknown>) => [row.date, row.label, row.uniquesExact])).toEqual([
    ['2026-01-05', '2026-W02', false],
    ['2025-12-29', '2026-W01', true],
    ['2025-12-22', '2025-W52', false],
  ]);
  const page = await stats(`${first}/${burrow}?from=2025-12-29&to=2026-01-04&by=week`);
  const { body } = await ada('GET', `/repositories/${first}`);
  const { githubId } = body.repositories.find((one: { name: string }) => one.name === 'burrow');
  const truth = installation.github.truthOfWeek(githubId, '2025-12-29');
  expect([page.series.viewUniques, page.totals.viewUniquesLower]).toEqual([
    [truth.viewUniques],
    truth.viewUniques,
  ]);
  expect(page.totals.viewUniquesUpper).toBeGreaterThanOrEqual(truth.viewUniques);
});

test('the API sorts, searches and pages the overview', async () => {
  const names = async (query: string) => {
    const { repositories, page } = await stats(`${first}?range=14&${query}`);
    return [page.total, ...repositories.map(({ fullName }: { fullName: string }) => fullName.split('/')[1])];
  };
  expect(await names('sort=name')).toEqual([4, 'burrow', 'old-importer', 'payroll-service', 'tidy-dates']);
  expect(await names('sort=name&order=desc&size=2&page=2')).toEqual([4, 'old-importer', 'burrow']);
  expect(await names('sort=name&page=9')).toEqual([4]);
  expect(await names('q=TIDY')).toEqual([1, 'tidy-dates']);
  expect(await names('q=%25')).toEqual([0]);
  for (const sort of ['viewCount', 'cloneCount'] as const) {
    const { repositories } = await stats(`${first}?range=14&sort=${sort}`);
    const figures = repositories.map((one: { totals: Record<string, number> }) => one.totals[sort]);
    expect(figures).toEqual([...figures].sort((one, other) => other - one));
  }
  const { repositories } = await stats(`${first}?range=14&sort=stars&order=asc`);
  const stars = repositories.map((one: { stars: number }) => one.stars);
  expect(stars).toEqual([...stars].sort((one, other) => one - other));
  const searched = await stats(`${first}?range=14&q=tidy`);
  expect(searched.totals).toEqual((await stats(`${first}?range=14`)).totals);
  expect(searched.repositoryCount).toBe(4);
});

/** The rows of all pages of a table. */
async function readPages(path: string) {
  const rows = [];
  let page = await stats(path);
  for (; page.nextCursor !== null; page = await stats(`${path}&cursor=${page.nextCursor}`))
    rows.push(...page.rows);
  return [...rows, ...page.rows];
}

test('the table is paged newest first and loses no row', async () => {
  const whole = await stats(`${first}/table?range=30&size=1000`);
  expect(await readPages(`${first}/table?range=30&size=25`)).toEqual(whole.rows);
  expect(whole).toMatchObject({ total: whole.rows.length, nextCursor: null });
  const keys = whole.rows.map((row: { date: string; fullName: string }) => [row.date, row.fullName]);
  const newestFirst = [...keys].sort(([day = '', name = ''], [otherDay = '', otherName = '']) =>
    day === otherDay ? (name < otherName ? -1 : 1) : day < otherDay ? 1 : -1,
  );
  expect(keys).toEqual(newestFirst);
});

test.each(['week', 'month'])('pages of %ss hold each row once, whatever their size', async (by) => {
  const table = `${first}/table?range=365&by=${by}`;
  const whole = await stats(`${table}&size=1000`);
  expect(whole.total).toBe(whole.rows.length);
  for (const size of [1, 7]) expect(await readPages(`${table}&size=${size}`)).toEqual(whole.rows);
});

test('the pages of a CSV file make up the whole file, and only the first counts all rows', async () => {
  const table = `/stats/${first}/table?range=365&by=week&format=csv`;
  const whole = await ada('GET', table);
  const { headers, body } = await ada('GET', `${table}&cursor=`);
  expect([headers.get('x-total-count'), headers.get('x-next-cursor'), body]).toEqual([
    whole.headers.get('x-total-count'),
    null,
    whole.body,
  ]);
  const { nextCursor, rows } = await stats(`${first}/table?range=365&by=week&size=10`);
  const later = await ada('GET', `${table}&cursor=${nextCursor}`);
  expect(later.headers.get('x-total-count')).toBeNull();
  const [header, ...lines] = whole.body.split('\r\n');
  expect(later.body.split('\r\n')).toEqual([header, ...lines.slice(rows.length)]);
});

test('the table as columns has the values of its rows, page by page, in less than half of the bytes', async () => {
  for (const query of ['range=90&size=100', 'range=365&by=week&size=7', 'range=30&q=nothing']) {
    const rows = (await ada('GET', `/stats/${first}/table?${query}`)).body;
    const { columns, ...part } = (await ada('GET', `/stats/${first}/table?${query}&format=columns`)).body;
    const { rows: expected, ...rest } = rows;
    expect(part).toEqual(rest);
    const names = Object.keys(columns);
    const joined = columns.date.map((_: string, index: number) =>
      Object.fromEntries(names.map((name) => [name, columns[name][index]])),
    );
    expect(joined).toEqual(expected);
    if (!query.startsWith('range=90')) continue;
    const [asColumns = 0, asRows = 0] = [columns, expected].map((one) => JSON.stringify(one).length);
    expect(asColumns / asRows).toBeLessThan(0.5);
  }
});

test.each(['x', '7', 'bnVsbA', 'WyIyMDI2LTAyLTMwIiwiYSIsImIiLDFd'])(
  'the cursor %s is refused',
  async (cursor) => {
    const { status, body } = await ada('GET', `/stats/${first}/table?cursor=${cursor}`);
    expect([status, body.error.code]).toEqual([400, 'invalid_input']);
  },
);

test('all begins with the first stored day', async () => {
  const all = await stats(`${first}?range=all`);
  const { body } = await ada('GET', `/repositories/${first}/${burrow}`);
  expect(all.range).toMatchObject({ to: TODAY });
  expect(all.range.from <= body.stored.firstDate).toBe(true);
  const own = await stats(`${first}/${burrow}?range=all`);
  expect(own.range.from).toBe(body.stored.firstDate);
});

test('a repository viewer sees its repositories and no trace of any other', async () => {
  await ada('PUT', `/members/${first}/some@x.example`, {
    role: 'repository viewer',
    repositoryIds: [burrow],
  });
  await ada('PUT', `/members/${first}/none@x.example`, { role: 'repository viewer', repositoryIds: [] });
  const some = installation.as('some@x.example');
  const none = installation.as('none@x.example');
  const own = await stats(`${first}/${burrow}?range=14`, some);
  const overview = await stats(`${first}?range=14`, some);
  expect(overview).toMatchObject({
    repositoryCount: 1,
    page: { total: 1 },
    totals: { viewCount: own.totals.viewCount },
  });
  const day = await stats(`${first}/days/${SETTLED}`, some);
  expect(day.figures).toEqual((await stats(`${first}/${burrow}/days/${SETTLED}`, some)).figures);
  const everything = [overview, day, await stats(`${first}/table?range=14`, some)];
  for (const path of [`/stats/${first}?format=csv`, `/stats/${first}/table?format=csv`])
    everything.push((await some('GET', path)).body);
  for (const other of ['tidy-dates', 'old-importer', 'payroll'])
    expect(JSON.stringify(everything)).not.toContain(other);
  for (const path of [burrow + 1, `${burrow + 1}/days/${SETTLED}`])
    expect((await some('GET', `/stats/${first}/${path}`)).body.error.code).toBe('repository_not_found');
  expect(await stats(`${first}?range=14`, none)).toMatchObject({
    repositoryCount: 0,
    repositories: [],
    totals: { viewCount: null },
  });
  expect((await stats(`${first}/table`, none)).rows).toEqual([]);
  expect(await stats(`${first}/days/${SETTLED}`, none)).toMatchObject({ states: [], repositories: [] });
});

test('another tenant’s figures are not visible, not even by id', async () => {
  const { body } = await ada('GET', `/repositories/${second}`);
  const [theirs] = body.repositories;
  expect((await ada('GET', `/stats/${first}/${theirs.repositoryId}`)).status).toBe(404);
  await ada('PUT', `/members/${first}/viewer@x.example`, { role: 'viewer' });
  const viewer = installation.as('viewer@x.example');
  const theirPaths = [
    '',
    '/table',
    `/${theirs.repositoryId}`,
    '/days/2026-01-10',
    `/${theirs.repositoryId}/days/2026-01-10`,
  ];
  for (const path of theirPaths.map((rest) => `${second}${rest}`))
    expect((await viewer('GET', `/stats/${path}`)).body.error.code).toBe('tenant_not_found');
  expect((await viewer('GET', `/stats/${first}/${theirs.repositoryId}`)).body.error.code).toBe(
    'repository_not_found',
  );
  const shown = JSON.stringify([await stats(`${first}`, viewer), await stats(`${first}/table`, viewer)]);
  expect(shown).not.toContain(pinecone);
});

test('reversed, too long, impossible and duplicate ranges each get their own error', async () => {
  const codes = {
    'from=2026-01-02&to=2026-01-01': 'range_reversed',
    'from=2026-02-01': 'range_reversed',
    'from=2010-01-01': 'range_too_long',
    'range=365&by=day': 'too_many_points',
    'from=2026-02-30': 'invalid_input',
    'from=yesterday': 'invalid_input',
    'range=31': 'invalid_input',
    'range=7&from=2026-01-01': 'invalid_input',
    'by=year': 'invalid_input',
    'size=101': 'invalid_input',
    'page=0': 'invalid_input',
    'unknown=1': 'invalid_input',
    'format=xml': 'invalid_input',
  };
  for (const [query, code] of Object.entries(codes)) {
    const { status, body } = await ada('GET', `/stats/${first}?${query}`);
    expect([query, status, body.error?.code]).toEqual([query, 400, code]);
  }
  const days = {
    '2026-01-15': 'day_in_future',
    '2026-02-30': 'invalid_input',
    '1969-12-31': 'invalid_input',
    today: 'invalid_input',
    '2026-01-10?unknown=1': 'invalid_input',
  };
  for (const [date, code] of Object.entries(days))
    for (const path of [`days/${date}`, `${burrow}/days/${date}`]) {
      const { status, body } = await ada('GET', `/stats/${first}/${path}`);
      expect([path, status, body.error?.code]).toEqual([path, 400, code]);
    }
  const { buckets } = await stats(`${first}/${burrow}?from=2016-02-01&by=day`);
  expect(buckets).toHaveLength(3636);
});

test('the exported table has the columns of every other file, and those of the seed only if asked for', async () => {
  const { headers, body } = await ada('GET', `/stats/${first}/table?range=7&format=csv&q=burrow`);
  expect(headers.get('content-type')).toMatch(/^text\/csv/);
  expect(headers.get('content-disposition')).toMatch(
    /^attachment; filename="traffic-\d+-day-2026-01-08-to-2026-01-14.csv"$/,
  );
  const [header, ...rows] = body.trimEnd().split('\r\n');
  expect(header).toBe(
    'repositoryId,owner,name,date,viewCount,viewUniques,cloneCount,cloneUniques,state,uniquesExact,firstDate,lastDate',
  );
  const seed = await ada('GET', `/stats/${first}/table?range=7&format=csv&q=burrow&columns=seed`);
  expect(seed.body.split('\r\n')[0]).toBe(
    'RID,ORGNAME,REPONAME,TDATE,VIEWCOUNT,VUNIQUES,CLONECOUNT,CUNIQUES',
  );
  const { rows: shown } = await stats(`${first}/table?range=7&q=burrow`);
  const expected = shown.map((row: Record<string, unknown>) =>
    [
      burrow,
      northwind,
      'burrow',
      row.date,
      row.viewCount,
      row.viewUniques,
      row.cloneCount,
      row.cloneUniques,
      row.state,
      true,
      row.date,
      row.date,
    ].join(','),
  );
  expect(rows).toEqual(expected);
});

test('a week that the range cuts is exported with only its days in the range', async () => {
  const cut = `${first}/${burrow}?from=2025-12-17&to=2026-01-06&by=week`;
  const [header, ...rows] = (await ada('GET', `/stats/${cut}&format=csv`)).body.trimEnd().split('\r\n');
  expect(header).toBe(
    'date,viewCount,viewUniques,cloneCount,cloneUniques,state,uniquesExact,firstDate,lastDate',
  );
  const exact = (await stats(cut)).series.uniquesExact.map(String);
  expect(rows.map((row: string) => [row.split(',')[0], ...row.split(',').slice(-3)])).toEqual([
    ['2025-12-15', exact[0], '2025-12-17', '2025-12-21'],
    ['2025-12-22', exact[1], '2025-12-22', '2025-12-28'],
    ['2025-12-29', exact[2], '2025-12-29', '2026-01-04'],
    ['2026-01-05', exact[3], '2026-01-05', '2026-01-06'],
  ]);
});

test('the overview and the repository’s page give the same bounds of its uniques', async () => {
  const bounds = ({ totals }: { totals: Record<string, number> }) => [
    totals.viewUniquesLower,
    totals.viewUniquesUpper,
    totals.cloneUniquesLower,
    totals.cloneUniquesUpper,
  ];
  for (const range of [
    `from=2025-12-20&to=${SETTLED}`,
    'from=2026-01-05&to=2026-01-11',
    'from=2026-01-06&to=2026-01-08',
  ]) {
    const { repositories } = await stats(`${first}?${range}&q=burrow`);
    expect(bounds(repositories[0])).toEqual(bounds(await stats(`${first}/${burrow}?${range}`)));
  }
});

type Compared = { comparable: boolean; current: { viewCount: number }; previous: { viewCount: number } };

test('a repository and the overview are exported, unknown figures as empty cells', async () => {
  const page = await ada('GET', `/stats/${first}/${burrow}?from=${addDays(START, -40)}&format=csv`);
  const lines = page.body.trimEnd().split('\r\n');
  expect(lines.slice(0, 2)).toEqual([
    'date,viewCount,viewUniques,cloneCount,cloneUniques,state,uniquesExact,firstDate,lastDate',
    `${addDays(START, -40)},,,,,before,true,${addDays(START, -40)},${addDays(START, -40)}`,
  ]);
  const overview = await ada('GET', `/stats/${first}?range=7&format=csv&sort=name&size=1`);
  expect(overview.headers.get('content-disposition')).toContain(
    `traffic-${first}-2026-01-08-to-2026-01-14.csv`,
  );
  const { repositories } = await stats(`${first}?range=7&sort=name`);
  const rows = overview.body.trimEnd().split('\r\n');
  expect(rows[0]).toMatch(/^repositoryId,owner,name,viewCount,viewUniquesLower,/);
  expect(rows[0]).toMatch(/,viewCountChange,stars,archived,lastSuccessAt,problem$/);
  const changeOf = ({ comparison }: { comparison: Compared }) => {
    const { comparable, current, previous } = comparison;
    if (!comparable || Math.max(previous.viewCount, current.viewCount) < 10) return '';
    return String((current.viewCount - previous.viewCount) / previous.viewCount);
  };
  expect(rows.slice(1).map((row: string) => row.split(',').slice(-5))).toEqual(
    repositories.map(
      (one: { stars: number; archived: boolean; lastSuccessAt: string } & { comparison: Compared }) => [
        changeOf(one),
        String(one.stars),
        String(one.archived),
        one.lastSuccessAt,
        '',
      ],
    ),
  );
  expect(rows.slice(1).map((row: string) => row.split(',').slice(0, 4))).toEqual(
    repositories.map((one: { repositoryId: number; fullName: string; totals: { viewCount: number } }) => [
      String(one.repositoryId),
      ...one.fullName.split('/'),
      String(one.totals.viewCount),
    ]),
  );
});

test('the line of the days before has the same weekdays, and its figures are those of these days', async () => {
  const { buckets, comparison, comparisonSeries } = await stats(`${first}?range=14`);
  expect(comparison).toMatchObject({
    kind: 'previous',
    repositories: { compared: 4, total: 4 },
    leftOut: [],
  });
  const earlier = buckets.map((day: string) => addDays(day, -14));
  expect(comparisonSeries.dates).toEqual(earlier);
  const then = await stats(`${first}?from=${earlier[0]}&to=${earlier.at(-1)}`);
  for (const column of ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const)
    expect(comparisonSeries[column]).toEqual(then.series[column]);
  expect(comparisonSeries.stars).toEqual(then.stars.series);
  expect(comparisonSeries.downloads).toEqual(then.downloads.series);
  const own = await stats(`${first}/${burrow}?range=14`);
  const ownThen = await stats(`${first}/${burrow}?from=${earlier[0]}&to=${earlier.at(-1)}`);
  expect(own.comparisonSeries.viewCount).toEqual(ownThen.series.viewCount);
  expect(own.comparisonSeries.stars).toEqual(ownThen.facts.starsGained);
});

test('weeks and months are compared day by day with as many earlier days', async () => {
  const { buckets, comparisonSeries } = await stats(
    `${first}?from=2026-01-01&to=${TODAY}&by=week&compare=2025-12-18`,
  );
  expect([buckets, comparisonSeries.dates]).toEqual([
    ['2025-12-29', '2026-01-05', '2026-01-12'],
    ['2025-12-18', '2025-12-22', '2025-12-29'],
  ]);
  const { series } = await stats(`${first}?from=2025-12-18&to=2025-12-31`);
  const days = series.viewCount as number[];
  expect(comparisonSeries.viewCount).toEqual([days.slice(0, 4), days.slice(4, 11), days.slice(11)].map(sum));
});

test('a range before all data has nothing to compare with, and none asks for no comparison', async () => {
  for (const compare of ['year', '1970-01-01']) {
    const { comparison, comparisonSeries, moved } = await stats(`${first}?range=7&compare=${compare}`);
    expect(comparison).toMatchObject({
      comparable: false,
      current: { viewCount: null },
      repositories: { compared: 0, total: 4 },
    });
    expect(new Set(comparison.leftOut.map(({ reason }: { reason: string }) => reason))).toEqual(
      new Set(['nothing_earlier']),
    );
    expect(comparisonSeries.viewCount).toEqual(new Array(7).fill(null));
    expect(moved.viewCount[0]).toMatchObject({ difference: null, reason: 'nothing_earlier' });
  }
  for (const path of [first, `${first}/${burrow}`]) {
    const answer = await stats(`${path}?range=7&compare=none`);
    expect([answer.comparison.kind, answer.comparison.comparable, answer.comparisonSeries]).toEqual([
      'none',
      false,
      null,
    ]);
  }
  for (const compare of ['previous', '2026-02-30', '1969-12-31', ''])
    expect((await ada('GET', `/stats/${first}?compare=${compare}`)).body.error?.code).toBe('invalid_input');
});

test('stars and downloads of the portfolio are those of its repositories', async () => {
  const query = `from=2025-12-29&to=${TODAY}&by=week`;
  const { repositories, stars, forks, downloads, moved } = await stats(`${first}?${query}`);
  const pages: Awaited<ReturnType<typeof stats>>[] = [];
  for (const { repositoryId } of repositories) pages.push(await stats(`${first}/${repositoryId}?${query}`));
  const sumOver = (figuresOf: (page: (typeof pages)[number]) => Figures) =>
    stars.series.map((_: unknown, place: number) => sum(pages.map((page) => figuresOf(page)[place] ?? null)));
  expect(stars.series).toEqual(sumOver((page) => page.facts.starsGained));
  expect(stars.gained).toBe(sum(stars.series));
  expect(stars.total).toBe(sum(repositories.map((one: { stars: number }) => one.stars)));
  expect(repositories.map((one: { starsGained: number }) => one.starsGained)).toEqual(
    pages.map((page) => sum(page.facts.starsGained)),
  );
  expect(moved.stars[0].difference).toBe(
    Math.max(...repositories.map((one: { starsGained: number }) => one.starsGained)),
  );
  expect(downloads.total).toBe(sum(pages.map((page) => page.releases.downloadCount)));
  expect(downloads.series).toEqual(sumOver((page) => page.releases.downloads));
  const forksNow = pages.map((page) => page.facts.forks.at(-1));
  expect(forks.total).toBe(sum(forksNow));
  const forksBefore: number[] = [];
  for (const { repositoryId } of repositories) {
    const page = await stats(`${first}/${repositoryId}?from=2025-12-28&to=2025-12-28`);
    forksBefore.push(page.facts.forks[0]);
  }
  expect(forks.gained).toBe(sum(forksNow) - sum(forksBefore));
});

const numberOf = (counts: { count: number }[]) => sum(counts.map(({ count }) => count));

test('a series has what each repository’s page shows, in the order of the request', async () => {
  const { repositories: listed } = await stats(`${first}?range=14`);
  const ids = listed.map(({ repositoryId }: { repositoryId: number }) => repositoryId).slice(0, 3);
  const asked = ids.toReversed();
  const { range, buckets, repositories, eventCounts } = await stats(
    `${first}/series?repositories=${asked}&range=90&by=week`,
  );
  let happened = 0;
  expect(repositories.map(({ repositoryId }: { repositoryId: number }) => repositoryId)).toEqual(asked);
  for (const one of repositories) {
    const page = await stats(`${first}/${one.repositoryId}?range=90&by=week`);
    expect([range, buckets]).toEqual([page.range, page.buckets]);
    expect(one).toMatchObject({
      fullName: page.repository.fullName,
      colorIndex: page.colorIndex,
      totals: page.totals,
      comparison: page.comparison,
    });
    const { stars, starsGained, forks } = page.facts;
    const { downloads } = page.releases;
    expect(one.series).toEqual({ ...page.series, stars, starsGained, forks, downloads });
    happened += numberOf(page.eventCounts);
  }
  expect(happened).toBeGreaterThan(0);
  expect(numberOf(eventCounts)).toBe(happened);
  const largest = await stats(`${first}/series?top=2&range=14`);
  expect(largest.repositories.map(({ fullName }: { fullName: string }) => fullName)).toEqual(
    listed.slice(0, 2).map(({ fullName }: { fullName: string }) => fullName),
  );
  const byClones = await stats(`${first}/series?top=1&range=14&metric=cloneCount`);
  const clones = await stats(`${first}?range=14&sort=cloneCount`);
  expect(byClones.repositories[0].repositoryId).toBe(clones.repositories[0].repositoryId);
});

test('a series of other repositories, or of too many, is refused', async () => {
  const { body } = await ada('GET', `/repositories/${second}`);
  const [theirs] = body.repositories;
  const codeOf = async (query: string, call = ada) =>
    (await call('GET', `/stats/${first}/series?${query}`)).body.error?.code;
  expect(await codeOf(`repositories=${burrow},${theirs.repositoryId}`)).toBe('repository_not_found');
  for (const query of [
    '',
    'top=9',
    'top=0',
    `top=2&repositories=${burrow}`,
    'repositories=',
    'repositories=1,,2',
  ])
    expect([query, await codeOf(query)]).toEqual([query, 'invalid_input']);
  expect(await codeOf(`repositories=${[1, 2, 3, 4, 5, 6, 7, 8, 9]}`)).toBe('invalid_input');
  expect(await codeOf('top=8&from=2016-02-01&to=2024-04-18&by=day')).toBe('too_many_points');
  expect(await codeOf(`repositories=${burrow + 1}`, installation.as('some@x.example'))).toBe(
    'repository_not_found',
  );
  const some = await stats(`${first}/series?top=8`, installation.as('some@x.example'));
  expect(some.repositories.map(({ repositoryId }: { repositoryId: number }) => repositoryId)).toEqual([
    burrow,
  ]);
  const long = await stats(`${first}/series?top=8&from=2018-01-01&to=2026-01-14`);
  expect([long.range.days, long.range.by]).toEqual([2936, 'month']);
});

test('a repository without history does not end the comparison of the others', async () => {
  const before = await stats(`${second}?range=14`);
  const [late] = await addAll(second, pinecone, ['lantern']);
  const { comparison, moved, repositories } = await stats(`${second}?range=14`);
  expect(comparison).toMatchObject({
    comparable: true,
    repositories: { compared: 2, total: 3 },
    leftOut: [{ repositoryId: late, reason: 'nothing_earlier' }],
  });
  expect([comparison.current, comparison.previous]).toEqual([
    before.comparison.current,
    before.comparison.previous,
  ]);
  expect(moved.viewCount.at(-1)).toMatchObject({ repositoryId: late, difference: null });
  const colors = repositories.map((one: { repositoryId: number; colorIndex: number }) => [
    one.repositoryId,
    one.colorIndex,
  ]);
  expect(colors.sort()).toEqual(
    colors.map(([id]: [number]) => id).map((id: number, place: number) => [id, place]),
  );
});

test('untrusted text reaches the page unchanged', async () => {
  const { body } = await ada('GET', `/repositories/${second}`);
  const { repositoryId } = body.repositories.find((one: { name: string }) => one.name === 'quacks');
  const { referrers, paths } = await stats(`${second}/${repositoryId}?range=30`);
  const names = referrers.map(({ referrer }: { referrer: string }) => referrer);
  expect(names).toEqual(
    expect.arrayContaining(['bücher.example', '"><img src=x onerror=alert(1)>', 'مثال.إختبار']),
  );
  const titles = paths.map(({ title }: { title: string }) => title);
  expect(titles).toContain('Duck & Cover 🦆: <b>bold</b>, "quoted", and so on');
});

test('a cell that a spreadsheet would run or split is escaped', () => {
  const cells = ['=1+1', '+1', '-1', '@a', '\ta', 'a,b', 'say "hi"', 'a\nb', 'ü🦆', ''];
  expect(
    toCsv(
      ['a'],
      cells.map((cell) => [cell]),
    )
      .split('\r\n')
      .slice(1, -1),
  ).toEqual(["'=1+1", "'+1", "'-1", "'@a", "'\ta", '"a,b"', '"say ""hi"""', '"a\nb"', 'ü🦆', '']);
  expect(toCsv(['a', 'b'], [[-1, null]])).toBe('a,b\r\n-1,\r\n');
});

test('a repository keeps its color when an earlier one is removed, and the next one takes the free color', async () => {
  const colors = async (): Promise<Record<string, number>> => {
    const { repositories } = await stats(`${second}?range=14`);
    return Object.fromEntries(
      repositories.map((one: { fullName: string; colorIndex: number }) => [one.fullName, one.colorIndex]),
    );
  };
  const { [`${pinecone}/quacks`]: free, ...others } = await colors();
  const { body } = await ada('GET', `/repositories/${second}`);
  const { repositoryId } = body.repositories.find((one: { name: string }) => one.name === 'quacks');
  expect((await ada('DELETE', `/repositories/${second}/${repositoryId}`)).status).toBe(200);
  expect(await colors()).toEqual(others);
  await addAll(second, pinecone, ['exam-helper']);
  expect(await colors()).toEqual({ ...others, [`${pinecone}/exam-helper`]: free });
});
