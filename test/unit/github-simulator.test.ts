import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import type { StarWeek } from '../../local/github/stars.ts';
import type { Story } from '../../local/github/story.ts';
import { toFigures } from '../../local/github/visitors.ts';
import type { Repository } from '../../local/github/world.ts';
import { listDeviations, listStarDeviations } from '../github-schema.ts';
import { QUIET, type ServedGitHub, serveGitHub } from '../github-server.ts';
import { SEED } from '../seed.ts';

const TODAY = '2026-11-21';
const DAY_MS = 86_400_000;
const REPOSITORY = '/repos/{owner}/{repo}';

let served: ServedGitHub;
let repositories: Repository[];
/** Those that GitHub gives traffic of. */
let readable: Repository[];

beforeEach(async () => {
  served = await serveGitHub(`${TODAY}T06:00:00Z`);
  const demo = addDemoRepositories(served.github, TODAY);
  repositories = [...demo.northwind, ...demo.pinecone];
  readable = repositories.filter(({ name }) => name !== 'old-importer');
});

afterEach(() => served.close());

interface Bucket {
  timestamp: string;
  count: number;
  uniques: number;
}

interface Views {
  count: number;
  uniques: number;
  views: Bucket[];
}

async function answer<T>(path: string, token: string = DEMO_TOKENS.octocat): Promise<T> {
  const response = await served.get(path, token);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

function repository(name: string): Repository {
  const found = repositories.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function tokenFor({ owner }: Repository): string {
  return owner === DEMO_USERS.pinecone ? DEMO_TOKENS.hubot : DEMO_TOKENS.octocat;
}

function getViews(one: Repository, per: 'day' | 'week' = 'day'): Promise<Views> {
  return answer<Views>(`/repositories/${one.id}/traffic/views?per=${per}`, tokenFor(one));
}

function addOwn(name: string, story: Partial<Story>): Repository {
  const collaborators = { [DEMO_USERS.octocat]: 'push' } as const;
  return served.github.addRepository({
    owner: DEMO_USERS.northwind,
    name,
    createdOn: '2025-01-01',
    story: { ...QUIET, ...story },
    collaborators,
  });
}

function setNow(instant: string): void {
  served.now = new Date(instant);
}

function toDays({ views }: Views): string[] {
  return views.map(({ timestamp }) => timestamp.slice(0, 10));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

test('every answer about every repository matches GitHub’s document, by name and by id', async () => {
  for (const one of repositories) {
    for (const base of [`/repos/${one.fullName}`, `/repositories/${one.id}`]) {
      for (const [part, schema] of [
        ['', ''],
        ['/traffic/views', '/traffic/views'],
        ['/traffic/views?per=week', '/traffic/views'],
        ['/traffic/clones?per=day', '/traffic/clones'],
        ['/traffic/clones?per=week', '/traffic/clones'],
        ['/traffic/popular/referrers', '/traffic/popular/referrers'],
        ['/traffic/popular/paths', '/traffic/popular/paths'],
        ['/releases?per_page=50', '/releases'],
        ['/actions/runs?created=2026-11-18..2026-11-18&per_page=1', '/actions/runs'],
      ] as const) {
        if (part.startsWith('/traffic/') && !readable.includes(one)) continue;
        const body = await answer(base + part, tokenFor(one));
        expect(listDeviations(REPOSITORY + schema, 200, body), base + part).toEqual([]);
      }
    }
  }
});

test('an archived repository’s traffic is refused, and nothing else of it', async () => {
  const old = repository('old-importer');
  for (const part of ['views', 'clones', 'popular/referrers', 'popular/paths']) {
    const response = await served.get(`/repositories/${old.id}/traffic/${part}`, DEMO_TOKENS.octocat);
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { message: 'Repository was archived so is read-only.', status: '403' },
    ]);
  }
  expect(await answer(`/repositories/${old.id}`, DEMO_TOKENS.octocat)).toMatchObject({ archived: true });
  served.now = new Date(`${TODAY}T06:00:00Z`);
  served.github.unarchive(old.id);
  expect(await answer(`/repositories/${old.id}/traffic/views`, DEMO_TOKENS.octocat)).toHaveProperty('count');
});

test('the star history adds up to the number of stars, in weeks, as GitHub’s does', async () => {
  const version = { 'x-github-api-version': '2026-03-10' };
  for (const one of repositories) {
    const read = async (page: number) => {
      const path = `/repositories/${one.id}/stargazers/history?per_page=30&page=${page}`;
      return served.get(path, tokenFor(one), version);
    };
    const { stargazers_count: stars } = await answer<{ stargazers_count: number }>(
      `/repositories/${one.id}`,
      tokenFor(one),
    );
    const weeks: StarWeek[] = [];
    for (let page = 1; ; page += 1) {
      const response = await read(page);
      const body = (await response.json()) as StarWeek[];
      expect(listStarDeviations(body)).toEqual([]);
      weeks.push(...body);
      if (!response.headers.get('link')?.includes('rel="next"')) break;
    }
    expect(sum(weeks.map(({ total }) => total))).toBe(stars);
    const steps = weeks.slice(1).map(({ week }, index) => (weeks[index]?.week ?? 0) - week);
    expect(new Set(steps)).toEqual(new Set([7 * 86_400]));
  }
  const [burrow] = repositories;
  const path = `/repositories/${burrow?.id}/stargazers/history`;
  expect((await served.get(path, DEMO_TOKENS.octocat)).status).toBe(404);
});

test('the account, its repositories, the limits and the meta document match GitHub’s document', async () => {
  for (const path of ['/user', '/user/repos', '/rate_limit', '/meta']) {
    expect(listDeviations(path, 200, await answer(path)), path).toEqual([]);
  }
});

test('an answer that differs from GitHub’s document is noticed', async () => {
  const views = await getViews(repository('burrow'));
  const endpoint = `${REPOSITORY}/traffic/views`;
  expect(listDeviations(endpoint, 200, { ...views, count: '1' })).not.toEqual([]);
  expect(
    listDeviations(endpoint, 200, { ...views, views: [{ ...views.views[0], timestamp: 'x' }] }),
  ).not.toEqual([]);
  const whole = await answer<object>(`/repositories/${repository('burrow').id}`);
  expect(listDeviations(REPOSITORY, 200, { ...whole, full_name: undefined })).not.toEqual([]);
});

test('another process with the same seed sees the same traffic', async () => {
  const other = await serveGitHub(`${TODAY}T06:00:00Z`);
  try {
    addDemoRepositories(other.github, TODAY);
    for (const one of readable) {
      const path = `/repositories/${one.id}/traffic/views`;
      const response = await other.get(path, tokenFor(one));
      expect(await response.json()).toEqual(await answer(path, tokenFor(one)));
    }
  } finally {
    await other.close();
  }
});

test.each(['published', 'sparse'] as const)(
  'days inside the window are the truth, but for two that GitHub counted again (%s)',
  async (answers) => {
    served.github.setAnswers(answers);
    // Of a sparse window the first and the last day are cut.
    const cut = answers === 'sparse' ? 1 : 0;
    const charts = await getViews(repository('harbor-charts'));
    const lowered = charts.views.filter(({ timestamp, count }) => {
      return count < served.github.truth(repository('harbor-charts').id, timestamp.slice(0, 10)).viewCount;
    });
    expect(lowered.length).toBeGreaterThanOrEqual(2);
    expect(lowered.length).toBeLessThanOrEqual(2 + 2 * cut);
    for (const one of readable.filter(({ name }) => name !== 'harbor-charts')) {
      const { views } = await getViews(one);
      for (const { timestamp, count, uniques } of views.slice(cut, views.length - cut)) {
        const truth = served.github.truth(one.id, timestamp.slice(0, 10));
        expect([timestamp, count, uniques]).toEqual([timestamp, truth.viewCount, truth.viewUniques]);
      }
    }
  },
);

test('before 2026, today grows through the day and is whole when it is over', async () => {
  served.github.setAnswers('sparse');
  const one = repository('tidy-dates');
  const counts = [];
  for (const time of ['00:00', '06:00', '12:00', '18:00', '23:59']) {
    setNow(`${TODAY}T${time}:00Z`);
    const { views } = await getViews(one);
    counts.push(views.find(({ timestamp }) => timestamp.startsWith(TODAY))?.count ?? 0);
  }
  setNow('2026-11-22T06:00:00Z');
  const { views } = await getViews(one);
  counts.push(views.find(({ timestamp }) => timestamp.startsWith(TODAY))?.count ?? 0);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(new Set(counts).size).toBe(counts.length);
  expect(counts.at(-1)).toBe(served.github.truth(one.id, TODAY).viewCount);
});

test('before 2026, the oldest day of the window is cut, and on some days there are fifteen buckets', async () => {
  served.github.setAnswers('sparse');
  const one = repository('tidy-dates');
  const lengths = new Set<number>();
  for (let i = 0; i < 30; i += 1) {
    setNow(new Date(Date.parse('2026-09-01T06:00:00Z') + i * DAY_MS).toISOString());
    const { views } = await getViews(one);
    lengths.add(views.length);
    const [oldest] = views;
    const truth = served.github.truth(one.id, oldest?.timestamp.slice(0, 10) ?? '');
    expect(oldest?.count).toBeLessThan(truth.viewCount);
  }
  expect([...lengths].sort()).toEqual([14, 15]);
});

test('before 2026, days without anything are left out, and views and clones leave out different days', async () => {
  served.github.setAnswers('sparse');
  const one = addOwn('rarely', { views: 0.5, clones: 0.5 });
  const views = await getViews(one);
  const { clones } = await answer<{ clones: Bucket[] }>(`/repositories/${one.id}/traffic/clones`);
  expect(views.views.length).toBeGreaterThan(0);
  expect(views.views.length).toBeLessThan(13);
  expect(views.views.every(({ count }) => count > 0)).toBe(true);
  expect(toDays(views)).not.toEqual(clones.map(({ timestamp }) => timestamp.slice(0, 10)));
  const missing = Array.from({ length: 11 }, (_, i) => `2026-11-${i + 10}`)
    .filter((day) => !toDays(views).includes(day))
    .map((day) => served.github.truth(one.id, day).viewCount);
  expect(missing.length).toBeGreaterThan(0);
  expect(sum(missing)).toBe(0);
});

test('a rule can delay new days, which appear when it is lifted', async () => {
  const one = repository('tidy-dates');
  for (const [answers, newest, late] of [
    ['sparse', TODAY, '2026-11-19'],
    ['published', '2026-11-20', '2026-11-18'],
  ] as const) {
    served.github.setAnswers(answers);
    const lift = served.github.fail({ kind: 'late', hours: 40, match: { repository: one.id } });
    expect(toDays(await getViews(one)).at(-1)).toBe(late);
    expect(toDays(await getViews(repository('burrow'))).at(-1)).toBe(newest);
    lift();
    expect(toDays(await getViews(one)).at(-1)).toBe(newest);
  }
});

test('an outage can show nothing to everybody', async () => {
  const days = toDays(await getViews(repository('tidy-dates')));
  served.github.fail({ kind: 'zeros' });
  const zeros = days.map((day) => ({ timestamp: `${day}T00:00:00Z`, count: 0, uniques: 0 }));
  expect(await getViews(repository('tidy-dates'))).toEqual({ count: 0, uniques: 0, views: zeros });
  served.github.setAnswers('sparse');
  expect(await getViews(repository('tidy-dates'))).toEqual({ count: 0, uniques: 0, views: [] });
  expect(await answer(`/repositories/${repository('burrow').id}/traffic/popular/paths`)).toEqual([]);
});

test('an idle repository has zeros; before 2026 nothing, or the last window that had something', async () => {
  const idle = [{ from: '2026-09-01', until: '2026-12-31' }];
  const silent = await getViews(addOwn('silent', { views: 5, idle, whenIdle: 'old-window' }));
  expect([silent.count, toDays(silent).length, toDays(silent).at(-1)]).toEqual([0, 14, '2026-11-20']);
  served.github.setAnswers('sparse');
  const empty = addOwn('idle', { views: 5, idle });
  expect(await getViews(empty)).toEqual({ count: 0, uniques: 0, views: [] });
  expect(await answer(`/repositories/${empty.id}/traffic/popular/referrers`)).toEqual([]);
  const old = await getViews(addOwn('idle-too', { views: 5, idle, whenIdle: 'old-window' }));
  expect(toDays(old).at(-1)).toBe('2026-08-31');
  expect(old.count).toBe(sum(old.views.map(({ count }) => count)));
});

test('a window’s uniques lie between those of its busiest bucket and their sum', async () => {
  const anyStory = fc.record({
    views: fc.double({ min: 0, max: 3000, noNaN: true }),
    regulars: fc.nat(200),
    weekend: fc.double({ min: 0, max: 2, noNaN: true }),
    viewsPerVisitor: fc.double({ min: 1, max: 9, noNaN: true }),
  });
  const anyAnswers = fc.constantFrom('published' as const, 'sparse' as const);
  const anyInstant = fc.date({
    min: new Date('2025-02-01'),
    max: new Date('2027-01-01'),
    noInvalidDate: true,
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      anyStory,
      anyInstant,
      anyAnswers,
      fc.constantFrom('day', 'week'),
      async (story, instant, answers, per) => {
        served.github.setAnswers(answers);
        const one = addOwn(`any-${number++}`, story);
        served.now = instant;
        const { count, uniques, views } = await getViews(one, per as 'day' | 'week');
        const all = views.map((bucket) => bucket.uniques);
        expect(sum(views.map((bucket) => bucket.count))).toBe(count);
        expect(Math.max(0, ...all)).toBeLessThanOrEqual(uniques);
        expect(uniques).toBeLessThanOrEqual(sum(all));
        for (const bucket of views) expect(bucket.uniques).toBeLessThanOrEqual(bucket.count);
      },
    ),
    { numRuns: 60, seed: SEED },
  );
});

test('people who return count once in a range', () => {
  const monday = { visitors: 1, extra: 0, regulars: 0b011 };
  const tuesday = { visitors: 2, extra: 3, regulars: 0b110 };
  expect(toFigures([monday, tuesday], 2)).toEqual({ count: 14, uniques: 9 });
});

test.each(['published', 'sparse'] as const)(
  'weeks begin on Monday, and a whole week’s uniques are its own, not the sum of its days (%s)',
  async (answers) => {
    served.github.setAnswers(answers);
    const one = repository('tidy-dates');
    const { views } = await getViews(one, 'week');
    expect(toDays({ views, count: 0, uniques: 0 })).toEqual(
      ['2026-11-02', '2026-11-09', '2026-11-16'].slice(-views.length),
    );
    const whole = views.find(({ timestamp }) => timestamp.startsWith('2026-11-09'));
    const truth = served.github.truthOfWeek(one.id, '2026-11-09');
    expect([whole?.count, whole?.uniques]).toEqual([truth.viewCount, truth.viewUniques]);
    const days = Array.from({ length: 7 }, (_, i) =>
      served.github.truth(one.id, `2026-11-${i + 9}`.replace(/-(\d)$/, '-0$1')),
    );
    expect(truth.viewCount).toBe(sum(days.map((day) => day.viewCount)));
    expect(truth.viewUniques).toBeLessThan(sum(days.map((day) => day.viewUniques)));
    const current = views.find(({ timestamp }) => timestamp.startsWith('2026-11-16'));
    expect(current?.count).toBeLessThan(served.github.truthOfWeek(one.id, '2026-11-16').viewCount);
  },
);

interface Popular {
  count: number;
  uniques: number;
  referrer: string;
  path: string;
  title: string;
}

test('referrers and paths are the ten most viewed of fourteen days, without a date', async () => {
  for (const one of readable) {
    for (const figure of ['referrers', 'paths']) {
      const list = await answer<Popular[]>(
        `/repositories/${one.id}/traffic/popular/${figure}`,
        tokenFor(one),
      );
      expect(list.length).toBeLessThanOrEqual(10);
      const counts = list.map(({ count }) => count);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      for (const { count, uniques } of list) expect(uniques).toBeLessThanOrEqual(count);
    }
  }
  const quacks = repository('quacks');
  const shown = await answer<Popular[]>(
    `/repositories/${quacks.id}/traffic/popular/referrers`,
    DEMO_TOKENS.hubot,
  );
  expect(shown).toEqual(served.github.truthOfReferrers(quacks.id, TODAY).slice(0, 10));
});

test('a launch brings its referrer to the top for a while', async () => {
  const burrow = repository('burrow');
  const at = (day: string) => served.github.truthOfReferrers(burrow.id, day)[0]?.referrer;
  expect(at('2026-10-10')).toBe('news.ycombinator.com');
  expect(at('2026-09-28')).not.toBe('news.ycombinator.com');
  expect(at('2026-11-10')).not.toBe('news.ycombinator.com');
});

test('referrers and titles include text that needs escaping', async () => {
  const base = `/repositories/${repository('quacks').id}/traffic/popular`;
  const titles = (await answer<Popular[]>(`${base}/paths`, DEMO_TOKENS.hubot))
    .map(({ title }) => title)
    .join('|');
  for (const text of ['<b>', '"', '🦆', 'Â·', ',', '\n', '=cmd']) expect(titles).toContain(text);
  const names = (await answer<Popular[]>(`${base}/referrers`, DEMO_TOKENS.hubot)).map(
    ({ referrer }) => referrer,
  );
  for (const text of ['onerror', 'مثال', '=HYPERLINK']) expect(names.join('|')).toContain(text);
});

test('a former name redirects (301) to the id, with the query, and its pages still count under it', async () => {
  const charts = repository('harbor-charts');
  const response = await served.get(
    '/repos/northwind-attic/charts/traffic/views?per=week',
    DEMO_TOKENS.octocat,
  );
  expect(response.status).toBe(301);
  expect(response.headers.get('location')).toBe(
    `${served.apiUrl}/repositories/${charts.id}/traffic/views?per=week`,
  );
  expect(listDeviations(REPOSITORY, 301, await response.json())).toEqual([]);
  const paths = await answer<Popular[]>(`/repositories/${charts.id}/traffic/popular/paths`);
  const fronts = paths.map(({ path }) => path).filter((path) => path.split('/').length === 3);
  expect(fronts.sort()).toEqual(['/northwind-attic/charts', '/northwind-labs/harbor-charts']);
});

test('a rename takes effect at its instant, and another repository may take the name', async () => {
  const one = repository('tidy-dates');
  served.github.rename(one.id, { name: 'neat-dates' }, new Date('2026-11-22T00:00:00Z'));
  expect(await answer(`/repos/${one.fullName}`)).toMatchObject({ full_name: one.fullName });
  setNow('2026-11-22T06:00:00Z');
  expect((await served.get(`/repos/${one.fullName}`, DEMO_TOKENS.octocat)).status).toBe(301);
  const taker = addOwn('tidy-dates', {});
  expect(await answer(`/repos/${one.fullName}`)).toMatchObject({ id: taker.id });
  expect(await answer(`/repositories/${one.id}`)).toMatchObject({ full_name: 'northwind-labs/neat-dates' });
});

test('names ignore case', async () => {
  expect(await answer('/repos/Northwind-Labs/TIDY-dates')).toMatchObject({
    full_name: 'northwind-labs/tidy-dates',
  });
});

interface Listed {
  full_name: string;
  private: boolean;
  owner: { login: string };
  permissions: Record<string, boolean>;
}

test('lists have pages that link to the next and the last', async () => {
  const first = await served.get('/user/repos?per_page=4&sort=created', DEMO_TOKENS.octocat);
  expect(first.headers.get('link')).toBe(
    `<${served.apiUrl}/user/repos?per_page=4&sort=created&page=2>; rel="next", <${served.apiUrl}/user/repos?per_page=4&sort=created&page=2>; rel="last"`,
  );
  const second = await served.get('/user/repos?per_page=4&sort=created&page=2', DEMO_TOKENS.octocat);
  expect(second.headers.get('link')).toMatch(/rel="prev".*rel="first"$/);
  const names = [...((await first.json()) as Listed[]), ...((await second.json()) as Listed[])];
  expect(new Set(names.map(({ full_name }) => full_name)).size).toBe(6);
});

test('lists hold the account’s repositories, by visibility and affiliation', async () => {
  const own = served.github.addRepository({
    owner: DEMO_USERS.octocat,
    name: 'notes',
    createdOn: TODAY,
    story: QUIET,
  });
  const names = async (query: string) =>
    (await answer<Listed[]>(`/user/repos${query}`)).map(({ full_name }) => full_name);
  expect(await names('')).toHaveLength(7);
  expect(await names('?visibility=private')).toEqual(['northwind-labs/payroll-service']);
  expect(await names('?visibility=public')).toHaveLength(6);
  expect(await names('?affiliation=owner')).toEqual([own.fullName]);
  expect(await names('?affiliation=collaborator')).toEqual([]);
  const [listed] = await answer<Listed[]>('/user/repos', DEMO_TOKENS.withoutPush);
  expect(listed?.permissions).toEqual({
    admin: false,
    maintain: false,
    push: false,
    triage: false,
    pull: true,
  });
});

test('addresses in answers follow the base URL', async () => {
  const enterprise = await serveGitHub(`${TODAY}T06:00:00Z`, '/api/v3');
  try {
    addDemoRepositories(enterprise.github, TODAY);
    const response = await enterprise.get('/repos/northwind-labs/burrow', DEMO_TOKENS.octocat);
    expect(await response.json()).toMatchObject({
      url: `${enterprise.apiUrl}/repos/northwind-labs/burrow`,
      html_url: `${new URL(enterprise.apiUrl).origin}/northwind-labs/burrow`,
    });
    expect(response.headers.get('x-github-enterprise-version')).toMatch(/^3\./);
    const meta = await enterprise.get('/meta', DEMO_TOKENS.octocat);
    expect(await meta.json()).toHaveProperty('installed_version');
  } finally {
    await enterprise.close();
  }
});
