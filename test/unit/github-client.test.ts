import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure, type FailureCode } from '../../lib/failure.ts';
import { type GitHubClient, openGitHub } from '../../lib/github.ts';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import type { Repository } from '../../local/github/world.ts';
import { QUIET, type ServedGitHub, serveGitHub } from '../github-server.ts';

const TODAY = '2026-11-21';
const MINUTE_MS = 60_000;

let served: ServedGitHub;
let tidyDates: Repository;
let charts: Repository;
let payroll: Repository;

beforeEach(async () => {
  served = await serveGitHub(`${TODAY}T06:00:00Z`);
  const { northwind } = addDemoRepositories(served.github, TODAY);
  [tidyDates, , , charts, payroll] = northwind as [
    Repository,
    Repository,
    Repository,
    Repository,
    Repository,
  ];
});

afterEach(() => served.close());

function open(token: string, options: Partial<Parameters<typeof openGitHub>[0]> = {}): GitHubClient {
  return openGitHub({ apiUrl: served.apiUrl, token, clock: () => served.now, secondLasts: 1, ...options });
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('nothing failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  expect((error as Failure).message).toMatch(/^[A-Z].*[.?]$/);
  for (const token of Object.values(DEMO_TOKENS))
    expect(JSON.stringify(error) + String(error)).not.toContain(token);
  return error as Failure;
}

async function codeOf(promise: Promise<unknown>): Promise<FailureCode> {
  return (await failureOf(promise)).code;
}

test('a viewer is the token’s owner with its scopes', async () => {
  const viewer = await open(DEMO_TOKENS.octocat).getViewer();
  expect(viewer).toMatchObject({ login: DEMO_USERS.octocat, scopes: ['repo'], tokenExpiresAt: null });
});

test('a fine-grained token has no scopes but an expiry', async () => {
  const viewer = await open(DEMO_TOKENS.expiresSoon).getViewer();
  expect(viewer.scopes).toBeNull();
  expect(viewer.tokenExpiresAt?.toISOString()).toBe('2026-11-27T12:00:00.000Z');
});

test('a repository is found by its id and by its name', async () => {
  const github = open(DEMO_TOKENS.octocat);
  const byId = await github.getRepository({ id: tidyDates.id });
  const byName = await github.getRepository({ owner: tidyDates.owner, name: tidyDates.name });
  expect(byId).toEqual(byName);
  expect(byId).toMatchObject({
    id: tidyDates.id,
    fullName: 'northwind-labs/tidy-dates',
    visibility: 'public',
    archived: false,
    renamed: false,
    permissions: { admin: true, push: true },
  });
  expect(byId.stars).toBeGreaterThan(byId.subscribers);
});

test('on a server without internal repositories, private means private', async () => {
  const path = `/repositories/${tidyDates.id}`;
  const known = await (await served.get(path, DEMO_TOKENS.octocat)).json();
  const { visibility: _, ...body } = known as Record<string, unknown>;
  for (const [isPrivate, visibility] of [
    [true, 'private'],
    [false, 'public'],
  ] as const) {
    const answer = { kind: 'status', status: 200, body: { ...body, private: isPrivate } } as const;
    const lift = served.github.fail({ ...answer, match: { repository: tidyDates.id } });
    expect(await open(DEMO_TOKENS.octocat).getRepository({ id: tidyDates.id })).toMatchObject({ visibility });
    lift();
  }
});

test('a former name leads to the repository by its id, and is recognized as former', async () => {
  const github = open(DEMO_TOKENS.octocat);
  const found = await github.getRepository({ owner: DEMO_USERS.legacy, name: 'charts' });
  expect(found).toMatchObject({ id: charts.id, fullName: charts.fullName, renamed: true });
});

test('a name taken over by another repository leads to that one', async () => {
  const other = served.github.addRepository({
    owner: DEMO_USERS.legacy,
    name: 'charts',
    createdOn: TODAY,
    story: QUIET,
    collaborators: { [DEMO_USERS.octocat]: 'push' },
  });
  const found = await open(DEMO_TOKENS.octocat).getRepository({ owner: DEMO_USERS.legacy, name: 'charts' });
  expect(found).toMatchObject({ id: other.id, renamed: false });
  expect((await open(DEMO_TOKENS.octocat).getRepository({ id: charts.id })).fullName).toBe(charts.fullName);
});

test('an archived repository says so, and GitHub refuses its traffic', async () => {
  served.github.archive(tidyDates.id);
  const github = open(DEMO_TOKENS.octocat);
  expect((await github.getRepository({ id: tidyDates.id })).archived).toBe(true);
  await expect(github.getTraffic(tidyDates.id)).rejects.toMatchObject({ code: 'blocked' });
  served.github.unarchive(tidyDates.id);
  expect((await github.getTraffic(tidyDates.id)).views?.count).toBeGreaterThan(0);
});

test('traffic takes six requests and holds what GitHub said', async () => {
  const github = open(DEMO_TOKENS.octocat);
  served.github.resetRequests();
  const traffic = await github.getTraffic(tidyDates.id);
  expect(
    served.github
      .requests()
      .map(({ path }) => path.replace(/^\/repositories\/\d+\/traffic\//, ''))
      .sort(),
  ).toEqual(['clones', 'clones?per=week', 'popular/paths', 'popular/referrers', 'views', 'views?per=week']);
  const day = traffic.views?.days.find(({ date }) => date === '2026-11-18');
  const truth = served.github.truth(tidyDates.id, '2026-11-18');
  expect(day).toEqual({ date: '2026-11-18', count: truth.viewCount, uniques: truth.viewUniques });
  const cloned = traffic.clones?.days.find(({ date }) => date === '2026-11-18');
  expect([cloned?.count, cloned?.uniques]).toEqual([truth.cloneCount, truth.cloneUniques]);
  const week = traffic.weeks?.views?.find(({ date }) => date === '2026-11-09');
  expect(week?.uniques).toBe(served.github.truthOfWeek(tidyDates.id, '2026-11-09').viewUniques);
  expect(traffic.weeks?.clones?.length).toBeGreaterThanOrEqual(2);
  expect(traffic.referrers).toEqual(served.github.truthOfReferrers(tidyDates.id, TODAY).slice(0, 10));
  expect(traffic.paths?.[0]).toMatchObject({ path: '/northwind-labs/tidy-dates' });
});

test('only repositories with push access are listed, from every page', async () => {
  for (let i = 0; i < 130; i += 1) {
    served.github.addRepository({
      owner: 'many',
      name: `one-${i}`,
      createdOn: '2025-01-01',
      story: QUIET,
      collaborators: { [DEMO_USERS.octocat]: i < 120 ? 'push' : 'triage' },
    });
  }
  served.github.resetRequests();
  const { repositories, complete } = await open(DEMO_TOKENS.octocat).listRepositories();
  expect(complete).toBe(true);
  expect(repositories).toHaveLength(126);
  expect(new Set(repositories.map(({ id }) => id)).size).toBe(126);
  expect(served.github.requests()).toHaveLength(2);
});

test('a list without the repositories of an organization with single sign-on is not complete', async () => {
  served.github.addRepository({ owner: DEMO_USERS.octocat, name: 'notes', createdOn: TODAY, story: QUIET });
  served.github.addUser(DEMO_USERS.northwind, { type: 'Organization', saml: true });
  const { repositories, complete, heldBack } = await open(DEMO_TOKENS.octocat).listRepositories();
  expect(repositories.map(({ fullName }) => fullName)).toEqual(['demo-octocat/notes']);
  expect({ complete, heldBack }).toEqual({ complete: false, heldBack: true });
});

test('a token GitHub does not know is invalid', async () => {
  expect(await codeOf(open('ghp_unknown').getViewer())).toBe('token_invalid');
});

test('a token that no header can hold is refused and not shown', async () => {
  served.github.resetRequests();
  const error = await failureOf(open('ghp_with\nnewline').getViewer());
  expect(error.code).toBe('token_invalid');
  expect(error.message).not.toContain('newline');
  expect(served.github.requests()).toHaveLength(0);
});

test('a token past its known expiry is expired, not merely invalid', async () => {
  const expired = open(DEMO_TOKENS.expired, { tokenExpiresAt: new Date('2026-11-20T12:00:00Z') });
  const error = await failureOf(expired.getTraffic(tidyDates.id));
  expect(error.code).toBe('token_expired');
  expect(error.message).toContain('2026-11-20');
  expect(await codeOf(open(DEMO_TOKENS.expired).getViewer())).toBe('token_invalid');
});

test('a fine-grained token without the permission names what is missing', async () => {
  const error = await failureOf(open(DEMO_TOKENS.withoutPermission).getTraffic(tidyDates.id));
  expect(error).toMatchObject({ code: 'missing_permission', details: { needed: 'administration=read' } });
});

test('an app without the permission is distinguished from a personal token', async () => {
  const error = await failureOf(open(DEMO_TOKENS.app).getTraffic(tidyDates.id));
  expect(error.code).toBe('missing_permission');
  expect(error.message).toContain('GitHub App');
});

test('missing write access and a missing scope each get their own failure', async () => {
  expect(await codeOf(open(DEMO_TOKENS.withoutPush).getTraffic(tidyDates.id))).toBe('no_push_access');
  const error = await failureOf(open(DEMO_TOKENS.withoutScope).getTraffic(tidyDates.id));
  expect(error).toMatchObject({ code: 'missing_scope', details: { needed: 'repo' } });
});

test('a refusal costs one request', async () => {
  served.github.resetRequests();
  await failureOf(open(DEMO_TOKENS.withoutPush).getTraffic(tidyDates.id));
  expect(served.github.requests()).toHaveLength(1);
});

test('a repository that is gone, unknown or hidden is not found', async () => {
  expect(await codeOf(open(DEMO_TOKENS.octocat).getRepository({ id: 1 }))).toBe('not_found');
  expect(await codeOf(open(DEMO_TOKENS.octocat).getRepository({ owner: 'no', name: 'where' }))).toBe(
    'not_found',
  );
  expect(await codeOf(open(DEMO_TOKENS.hubot).getTraffic(payroll.id))).toBe('not_found');
  served.github.remove(tidyDates.id);
  expect(await codeOf(open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id))).toBe('not_found');
});

test('single sign-on links to the page that authorizes the token', async () => {
  served.github.addUser(DEMO_USERS.northwind, { type: 'Organization', saml: true });
  const error = await failureOf(open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id));
  expect(error.code).toBe('token_sso_required');
  expect(error.details?.ssoUrl).toContain('/orgs/northwind-labs/sso?authorization_request=');
  expect(error.message).toContain(` at ${error.details?.ssoUrl} `);
});

test('a spent quota says when it is full again', async () => {
  for (const status of [403, 429] as const) {
    const lift = served.github.fail({ kind: 'rate-limit', status, resetIn: 1800 });
    const error = await failureOf(open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id));
    lift();
    expect(error).toMatchObject({ code: 'rate_limited', details: { retryAt: '2026-11-21T06:30:00.000Z' } });
  }
});

test('requests use the quota, which is full again an hour later', async () => {
  served.github.addToken({
    token: 'ghp_small',
    login: DEMO_USERS.octocat,
    kind: 'classic',
    scopes: ['repo'],
    quota: 8,
  });
  await open('ghp_small').getTraffic(tidyDates.id);
  expect(await codeOf(open('ghp_small').getTraffic(tidyDates.id))).toBe('rate_limited');
  served.now = new Date(served.now.getTime() + 61 * MINUTE_MS);
  await open('ghp_small').getTraffic(tidyDates.id);
});

test('a permission refused with the hour’s last request is not a rate limit', async () => {
  const login = DEMO_USERS.reader;
  served.github.addToken({ token: 'ghp_last', login, kind: 'classic', scopes: ['repo'], quota: 1 });
  expect(await codeOf(open('ghp_last').getTraffic(tidyDates.id))).toBe('no_push_access');
});

test('a secondary limit that ends in time is waited for', async () => {
  served.github.fail({ kind: 'secondary-limit', retryAfter: 2, times: 1, match: { path: /clones/ } });
  expect((await open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id)).clones?.count).toBeGreaterThan(0);
});

test('a secondary limit that ends too late fails at once', async () => {
  for (const retryAfter of [60, undefined]) {
    const lift = served.github.fail({
      kind: 'secondary-limit',
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
    const deadline = new Date(served.now.getTime() + 30_000);
    const error = await failureOf(
      open(DEMO_TOKENS.octocat, { deadline, secondLasts: 1000 }).getTraffic(tidyDates.id),
    );
    lift();
    expect(error).toMatchObject({
      code: 'secondary_limit',
      details: { retryAt: '2026-11-21T06:01:00.000Z' },
    });
  }
});

test('a server that fails sometimes is retried', async () => {
  for (const kind of ['down', 'reset', 'cut'] as const) {
    served.github.fail({ kind, times: 2, match: { path: /referrers/ } });
    expect((await open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id)).referrers?.length).toBeGreaterThan(0);
  }
});

test('a server that keeps failing is down', async () => {
  for (const kind of ['down', 'reset', 'cut'] as const) {
    const lift = served.github.fail({ kind });
    expect(await codeOf(open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id)), kind).toBe('github_down');
    lift();
  }
  const gone = await serveGitHub(`${TODAY}T06:00:00Z`);
  await gone.close();
  const error = await failureOf(open(DEMO_TOKENS.octocat, { apiUrl: gone.apiUrl }).getViewer());
  expect(error.code).toBe('github_down');
  expect(error.message).toContain('ECONNREFUSED');
});

test('nothing is retried if the pause would end after the deadline', async () => {
  served.github.resetRequests();
  served.github.fail({ kind: 'down' });
  const deadline = new Date(served.now.getTime() + 500);
  expect(await codeOf(open(DEMO_TOKENS.octocat, { deadline, secondLasts: 1000 }).getViewer())).toBe(
    'github_down',
  );
  expect(served.github.requests()).toHaveLength(1);
});

test('an answer that misses the deadline is given up', async () => {
  served.github.fail({ kind: 'slow', milliseconds: 3000 });
  const deadline = new Date(served.now.getTime() + 100);
  expect(await codeOf(open(DEMO_TOKENS.octocat, { deadline }).getViewer())).toBe('out_of_time');
});

test('nothing is asked after the deadline', async () => {
  served.github.resetRequests();
  expect(await codeOf(open(DEMO_TOKENS.octocat, { deadline: served.now }).getViewer())).toBe('out_of_time');
  expect(served.github.requests()).toHaveLength(0);
});

function toViews(bucket: object): object {
  return {
    count: 1,
    uniques: 1,
    views: [{ timestamp: `${TODAY}T00:00:00Z`, count: 1, uniques: 1, ...bucket }],
  };
}

test('answers that are not GitHub’s are unreadable', async () => {
  const github = () => open(DEMO_TOKENS.octocat);
  for (const rule of [
    { kind: 'garbage' } as const,
    { kind: 'garbage', body: '<html>Welcome to the proxy</html>', contentType: 'text/html' } as const,
    { kind: 'status', status: 200, body: { count: -1, uniques: 0, views: [] } } as const,
    {
      kind: 'status',
      status: 200,
      body: { count: 1, uniques: 1, views: [{ count: 1, uniques: 1 }] },
    } as const,
    { kind: 'status', status: 200, body: toViews({ timestamp: '2026-13-99T00:00:00Z' }) } as const,
    { kind: 'status', status: 200, body: toViews({ count: 2 ** 53 }) } as const,
    { kind: 'status', status: 200, body: { ...toViews({}), count: null } } as const,
    { kind: 'status', status: 418 } as const,
  ]) {
    const lift = served.github.fail(rule);
    expect(await codeOf(github().getTraffic(tidyDates.id))).toBe('unreadable_answer');
    lift();
  }
});

const PAGE =
  '<!doctype html><head><title>Sign in</title><script>var a = "b";</script></head><p>to Acme&nbsp;Corp';
const BAD_ANSWERS = {
  page: { kind: 'garbage', body: PAGE, contentType: 'text/html' },
  accepted: { kind: 'status', status: 202, body: {} },
  cut: { kind: 'garbage' },
  empty: { kind: 'garbage', body: '' },
  text: { kind: 'garbage', body: 'upstream timeout', contentType: 'text/plain' },
} as const;

test('one bad answer is not final: GitHub is asked once more', async () => {
  for (const [name, rule] of Object.entries(BAD_ANSWERS)) {
    served.github.fail({ ...rule, times: 1, match: { path: /views/ } });
    const { views } = await open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id);
    expect(views?.count, name).toBeGreaterThan(0);
  }
});

test('two bad answers fail, and the message says what came', async () => {
  const expected = {
    page: /^An HTML page came instead of GitHub’s answer \(status 200\): “Sign in to Acme Corp”/,
    accepted: /still preparing its answer \(status 202\)/,
    cut: /cut off \(status 200\). It begins with “\{"count":12,"uniques":”/,
    empty: /is empty \(status 200\)/,
    text: /^Text came instead of GitHub’s answer \(status 200\): “upstream timeout”/,
  };
  for (const [name, rule] of Object.entries(BAD_ANSWERS)) {
    const lift = served.github.fail(rule);
    served.github.resetRequests();
    const error = await failureOf(open(DEMO_TOKENS.octocat).getViewer());
    lift();
    expect([name, error.code, served.github.requests().length]).toEqual([name, 'unreadable_answer', 2]);
    expect(error.message).toMatch(expected[name as keyof typeof expected]);
  }
});

test('a page that quotes the request does not show the token', async () => {
  const body = `<p>authorization: token ${DEMO_TOKENS.octocat}, and also ghs_1234.abc-d`;
  for (const status of [200, 403, 418]) {
    const headers = { 'content-type': 'text/html' };
    const lift = served.github.fail({ kind: 'status', status, body, headers });
    const error = await failureOf(open(DEMO_TOKENS.octocat).getViewer());
    lift();
    expect(error.message).toMatch(/authorization: token …, and also …”/);
    expect(error.message).not.toMatch(/ghs_|abc-d/);
  }
});

test('an answer that is JSON but not GitHub’s is reported with the place of the error', async () => {
  served.github.fail({
    kind: 'status',
    status: 200,
    body: toViews({ count: -1 }),
    match: { path: /views|clones/ },
  });
  const error = await failureOf(open(DEMO_TOKENS.octocat).getTraffic(tidyDates.id));
  expect(error.message).toContain('(at views.0.count)');
  expect(error.message).not.toMatch(/address|base URL/);
});

test('a limit with a time in the past is over in a minute', async () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' };
  served.github.fail({ kind: 'status', status: 403, message: 'API rate limit exceeded', headers });
  const error = await failureOf(open(DEMO_TOKENS.octocat).getViewer());
  expect(error).toMatchObject({ code: 'rate_limited', details: { retryAt: '2026-11-21T06:01:00.000Z' } });
});

test('the token is never sent to a redirect’s other host', async () => {
  const other = await serveGitHub(`${TODAY}T06:00:00Z`);
  const named = { owner: tidyDates.owner, name: tidyDates.name };
  try {
    for (const location of [
      `${other.apiUrl}/repositories/${tidyDates.id}`,
      `${served.apiUrl}/user`,
      '/user',
      '',
    ]) {
      const lift = served.github.fail({
        kind: 'status',
        status: 301,
        headers: { location },
        match: { path: /^\/repos\// },
      });
      served.github.resetRequests();
      expect(await codeOf(open(DEMO_TOKENS.octocat).getRepository(named)), location).toBe(
        'unreadable_answer',
      );
      expect(served.github.requests()).toHaveLength(1);
      lift();
    }
    expect(other.github.requests()).toHaveLength(0);
  } finally {
    await other.close();
  }
});

const NAMED = /^\/repos\/northwind-labs\/tidy-dates$/;
const redirectTo = (location: string, path: RegExp) =>
  served.github.fail({ kind: 'status', status: 301, headers: { location }, match: { path } });

test('circular redirects end at once, a chain after five', async () => {
  const lifts = [
    redirectTo(`${served.apiUrl}/repos/a/2`, /^\/repos\/a\/1$/),
    redirectTo(`${served.apiUrl}/repos/a/1`, /^\/repos\/a\/2$/),
  ];
  served.github.resetRequests();
  const first = { owner: 'a', name: '1' };
  const circle = await failureOf(open(DEMO_TOKENS.octocat).getRepository(first));
  expect([circle.code, circle.message]).toEqual([
    'unreadable_answer',
    expect.stringContaining('redirects in a circle'),
  ]);
  expect(served.github.requests()).toHaveLength(2);
  for (const lift of lifts) lift();

  for (let step = 1; step <= 20; step += 1)
    redirectTo(`${served.apiUrl}/repos/a/${step + 1}`, new RegExp(`^/repos/a/${step}$`));
  served.github.resetRequests();
  const chain = await failureOf(open(DEMO_TOKENS.octocat).getRepository(first));
  expect([chain.code, chain.message]).toEqual([
    'unreadable_answer',
    expect.stringContaining('more than 5 times'),
  ]);
  expect(served.github.requests()).toHaveLength(6);
});

test('an answer about a repository with another id is not taken for the one that was asked for', async () => {
  const message = expect.stringMatching(
    `no repository with the id ${tidyDates.id} any more.*id ${charts.id}`,
  );
  const github = () => open(DEMO_TOKENS.octocat);
  served.github.resetRequests();
  redirectTo(`${served.apiUrl}/repositories/${charts.id}`, new RegExp(`^/repositories/${tidyDates.id}$`));
  redirectTo(
    `${served.apiUrl}/repositories/${charts.id}/traffic/views`,
    new RegExp(`^/repositories/${tidyDates.id}/traffic/views$`),
  );
  for (const refused of [
    await failureOf(github().getRepository({ id: tidyDates.id })),
    await failureOf(github().getTraffic(tidyDates.id)),
  ])
    expect([refused.code, refused.message]).toEqual(['not_found', message]);
  expect(served.github.requests()).toHaveLength(2);
  // By way of a name, only the answer tells.
  redirectTo(`${served.apiUrl}/repos/${charts.fullName}`, new RegExp(`^/repositories/${payroll.id}$`));
  const other = await failureOf(github().getRepository({ id: payroll.id }));
  expect([other.code, other.message]).toEqual([
    'not_found',
    expect.stringMatching(`no repository with the id ${payroll.id} any more.*id ${charts.id}`),
  ]);
});

test('a redirect to another scheme, a relative one, or one to a newer name yields the repository', async () => {
  const named = { owner: tidyDates.owner, name: tidyDates.name };
  const github = () => open(DEMO_TOKENS.octocat);
  for (const location of [
    `${served.apiUrl.replace('http:', 'https:')}/repositories/${tidyDates.id}`,
    `/repositories/${tidyDates.id}`,
  ]) {
    const lift = redirectTo(location, NAMED);
    expect(await github().getRepository(named), location).toMatchObject({ id: tidyDates.id, renamed: false });
    lift();
  }
  redirectTo(`${served.apiUrl}/repos/${DEMO_USERS.legacy}/charts`, /^\/repos\/older\/charts$/);
  const found = await github().getRepository({ owner: 'older', name: 'charts' });
  expect(found).toMatchObject({ id: charts.id, fullName: charts.fullName, renamed: true });
});

test('a redirect to https is followed, one from https to http never', async () => {
  const named = { owner: tidyDates.owner, name: tidyDates.name };
  const http = served.apiUrl;
  const https = http.replace('http:', 'https:');
  const asked: string[] = [];
  // The simulator speaks http only: https requests to it are redirected here.
  const reach: typeof fetch = (url, request) => {
    asked.push(String(url));
    const headers = new Headers(request?.headers);
    const isSecure = String(url).startsWith('https:');
    if (isSecure === wantsSecure)
      return fetch(String(url).replace('https:', 'http:'), { ...request, headers });
    const location = `${wantsSecure ? https : http}/repos/${tidyDates.fullName}`;
    return Promise.resolve(new Response('', { status: 301, headers: { location } }));
  };
  let wantsSecure = true;
  const options = { fetch: reach as never };
  const found = await open(DEMO_TOKENS.octocat, { ...options, apiUrl: http }).getRepository(named);
  expect(found).toMatchObject({ id: tidyDates.id, renamed: false });
  expect(asked).toEqual([`${http}/repos/${tidyDates.fullName}`, `${https}/repos/${tidyDates.fullName}`]);

  wantsSecure = false;
  asked.length = 0;
  expect(await codeOf(open(DEMO_TOKENS.octocat, { ...options, apiUrl: https }).getRepository(named))).toBe(
    'unreadable_answer',
  );
  expect(asked).toEqual([`${https}/repos/${tidyDates.fullName}`]);
});

test('rules of an organization or of GitHub are quoted', async () => {
  for (const [status, message] of [
    [403, 'Repository access blocked.'],
    [
      403,
      'Although you appear to have the correct authorization credentials, the `northwind-labs` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    ],
    [451, 'Repository unavailable due to DMCA takedown.'],
  ] as const) {
    const lift = served.github.fail({ kind: 'status', status, message });
    const error = await failureOf(open(DEMO_TOKENS.octocat).getRepository({ id: tidyDates.id }));
    lift();
    expect(error.code).toBe('blocked');
    expect(error.message).toContain(message);
  }
});

test('an endless answer is given up', async () => {
  served.github.fail({ kind: 'garbage', body: 'long '.repeat(2 ** 21) });
  const error = await failureOf(open(DEMO_TOKENS.octocat).getViewer());
  expect([error.code, error.message]).toEqual(['unreadable_answer', expect.stringContaining('too long')]);
});

test('a proxy’s page is quoted by its visible text only', async () => {
  const headers = { 'content-type': 'text/html' };
  served.github.fail({ kind: 'status', status: 403, body: '<html>Ask your administrator</html>', headers });
  const error = await failureOf(open(DEMO_TOKENS.octocat).getViewer());
  expect(error.code).toBe('blocked');
  expect(error.message).toContain('“Ask your administrator”');
  expect(error.message).not.toContain('<');
});

test('an Enterprise Server works the same below its base path', async () => {
  const enterprise = await serveGitHub(`${TODAY}T06:00:00Z`, '/api/v3');
  try {
    addDemoRepositories(enterprise.github, TODAY);
    const github = open(DEMO_TOKENS.octocat, { apiUrl: enterprise.apiUrl });
    const found = await github.getRepository({ owner: DEMO_USERS.legacy, name: 'charts' });
    expect(found).toMatchObject({ id: charts.id, renamed: true });
    expect(found.htmlUrl).toBe(`${new URL(enterprise.apiUrl).origin}/${charts.fullName}`);
    expect((await github.getTraffic(charts.id)).views?.count).toBeGreaterThan(0);
  } finally {
    await enterprise.close();
  }
});

test('an Enterprise Server that is too old is named with its version, and with what it lacks', async () => {
  const enterprise = await serveGitHub(`${TODAY}T06:00:00Z`, '/api/v3');
  try {
    addDemoRepositories(enterprise.github, TODAY);
    const github = open(DEMO_TOKENS.octocat, { apiUrl: enterprise.apiUrl });
    const path = `/repositories/${tidyDates.id}`;
    const known = await (await enterprise.get(path, DEMO_TOKENS.octocat)).json();
    const { archived: _, ...body } = known as Record<string, unknown>;
    const headers = { 'x-github-enterprise-version': 'enterprise-server@2.12.3' };
    const lift = enterprise.github.fail({ kind: 'status', status: 200, body, headers });
    const old = await failureOf(github.getRepository({ id: tidyDates.id }));
    lift();
    expect(old.code).toBe('unreadable_answer');
    expect(old.message).toMatch(/GitHub Enterprise Server 2\.12\.3 lacks what is needed \(at archived\)/);

    enterprise.github.fail({ kind: 'status', status: 404, message: 'Not Found', match: { path: /history/ } });
    const stars = await failureOf(github.getStarPage(tidyDates.id, 1));
    expect([stars.code, stars.details]).toEqual(['not_found', { serverVersion: '3.19.0' }]);
    expect(stars.message).toMatch(/^GitHub Enterprise Server 3\.19\.0 does not answer the stars of each day/);
  } finally {
    await enterprise.close();
  }
});
