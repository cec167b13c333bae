import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import type { Repository } from '../../local/github/world.ts';
import { listDeviations } from '../github-schema.ts';
import { type ServedGitHub, serveGitHub } from '../github-server.ts';

const TODAY = '2026-11-21';
const VIEWS = '/repos/{owner}/{repo}/traffic/views';

let served: ServedGitHub;
let tidyDates: Repository;
let payroll: Repository;

beforeEach(async () => {
  served = await serveGitHub(`${TODAY}T06:00:00Z`);
  const { northwind } = addDemoRepositories(served.github, TODAY);
  [tidyDates, , , , payroll] = northwind as [Repository, Repository, Repository, Repository, Repository];
});

afterEach(() => served.close());

function viewsOf(one: Repository, token?: string): Promise<Response> {
  return served.get(`/repos/${one.fullName}/traffic/views`, token);
}

async function refused(response: Response, status: number, message: RegExp | string): Promise<Response> {
  const body = (await response.json()) as { message: string; status: string };
  expect([response.status, body.message]).toEqual([status, expect.stringMatching(message)]);
  expect(listDeviations(VIEWS, status, body)).toEqual([]);
  expect(body.status).toBe(String(status));
  return response;
}

test('unknown, revoked and expired tokens get the same refusal', async () => {
  await refused(await viewsOf(tidyDates, 'ghp_unknown'), 401, /^Bad credentials$/);
  await refused(await viewsOf(tidyDates, DEMO_TOKENS.expired), 401, /^Bad credentials$/);
  served.github.removeToken(DEMO_TOKENS.octocat);
  await refused(await viewsOf(tidyDates, DEMO_TOKENS.octocat), 401, /^Bad credentials$/);
});

test('a token expires by the clock', async () => {
  expect((await viewsOf(tidyDates, DEMO_TOKENS.expiresSoon)).status).toBe(200);
  served.now = new Date('2026-11-27T12:00:00Z');
  expect((await viewsOf(tidyDates, DEMO_TOKENS.expiresSoon)).status).toBe(401);
});

test('without a token, public repositories are visible, but no traffic and no account', async () => {
  expect((await served.get(`/repos/${tidyDates.fullName}`)).status).toBe(200);
  expect((await served.get(`/repos/${payroll.fullName}`)).status).toBe(404);
  await refused(await served.get('/user'), 401, /^Requires authentication$/);
  expect((await viewsOf(tidyDates)).status).toBe(401);
});

test('reading traffic needs push access and the scope or permission, and each refusal says which', async () => {
  await refused(
    await viewsOf(tidyDates, DEMO_TOKENS.withoutPush),
    403,
    /^Must have push access to repository$/,
  );
  const scope = await refused(
    await viewsOf(tidyDates, DEMO_TOKENS.withoutScope),
    403,
    /^Must have push access/,
  );
  expect(scope.headers.get('x-oauth-scopes')).toBe('read:user');
  const message = /^Resource not accessible by personal access token$/;
  const permission = await refused(await viewsOf(tidyDates, DEMO_TOKENS.withoutPermission), 403, message);
  expect(permission.headers.get('x-accepted-github-permissions')).toBe('administration=read');
  expect(permission.headers.has('x-oauth-scopes')).toBe(false);
  await refused(await viewsOf(tidyDates, DEMO_TOKENS.app), 403, /^Resource not accessible by integration$/);
});

test('a changed role takes effect at the next request', async () => {
  served.github.setCollaborator(tidyDates.id, DEMO_USERS.octocat, 'triage');
  expect((await viewsOf(tidyDates, DEMO_TOKENS.octocat)).status).toBe(403);
  served.github.setCollaborator(tidyDates.id, DEMO_USERS.octocat, 'push');
  expect((await viewsOf(tidyDates, DEMO_TOKENS.octocat)).status).toBe(200);
});

test('an invisible repository is not found', async () => {
  await refused(await viewsOf(payroll, DEMO_TOKENS.hubot), 404, /^Not Found$/);
  await refused(await viewsOf(payroll, DEMO_TOKENS.withoutScope), 404, /^Not Found$/);
  await refused(await served.get('/repositories/1/traffic/views', DEMO_TOKENS.octocat), 404, /^Not Found$/);
  await refused(await served.get('/repos/%ZZ/%/traffic/views', DEMO_TOKENS.octocat), 404, /^Not Found$/);
  served.github.setCollaborator(payroll.id, DEMO_USERS.octocat, undefined);
  await refused(await viewsOf(payroll, DEMO_TOKENS.octocat), 404, /^Not Found$/);
  served.github.remove(tidyDates.id);
  await refused(await viewsOf(tidyDates, DEMO_TOKENS.octocat), 404, /^Not Found$/);
});

test('a fine-grained token reaches only its repositories', async () => {
  served.github.addToken({
    token: 'github_pat_one',
    login: DEMO_USERS.octocat,
    kind: 'fine-grained',
    permissions: { administration: 'read' },
    repositories: [tidyDates.id],
  });
  expect((await viewsOf(tidyDates, 'github_pat_one')).status).toBe(200);
  expect((await viewsOf(payroll, 'github_pat_one')).status).toBe(404);
  const listed = await served.get('/user/repos', 'github_pat_one');
  expect(await listed.json()).toHaveLength(1);
});

test('single sign-on refuses unauthorized classic tokens, and links to the authorization', async () => {
  served.github.addUser(DEMO_USERS.northwind, { type: 'Organization', saml: true });
  const message = /^Resource protected by organization SAML enforcement/;
  const { headers } = await refused(await viewsOf(tidyDates, DEMO_TOKENS.octocat), 403, message);
  expect(headers.get('x-github-sso')).toMatch(/^required; url=http.*\/orgs\/northwind-labs\/sso\?/);
  const owner = { login: DEMO_USERS.octocat, kind: 'classic', scopes: ['repo'] } as const;
  served.github.addToken({
    ...owner,
    scopes: ['repo'],
    token: 'ghp_sso',
    samlAuthorizedFor: [DEMO_USERS.northwind],
  });
  expect((await viewsOf(tidyDates, 'ghp_sso')).status).toBe(200);
});

test('every answer uses the account’s quota, which is full again an hour later', async () => {
  const owner = { login: DEMO_USERS.octocat, kind: 'classic', quota: 3 } as const;
  for (const token of ['ghp_a', 'ghp_b']) served.github.addToken({ ...owner, scopes: ['repo'], token });
  const remaining = [];
  for (const token of ['ghp_a', 'ghp_b', 'ghp_a']) {
    remaining.push((await viewsOf(tidyDates, token)).headers.get('x-ratelimit-remaining'));
  }
  expect(remaining).toEqual(['2', '1', '0']);
  const spent = await refused(
    await viewsOf(tidyDates, 'ghp_b'),
    403,
    /^API rate limit exceeded for user ID \d+/,
  );
  expect(spent.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(spent.headers.get('x-ratelimit-reset'))).toBe(Date.parse('2026-11-21T07:00:00Z') / 1000);
  expect(((await (await served.get('/rate_limit', 'ghp_a')).json()) as { rate: object }).rate).toMatchObject({
    limit: 3,
    remaining: 0,
  });
  served.now = new Date('2026-11-21T07:00:00Z');
  expect((await viewsOf(tidyDates, 'ghp_b')).status).toBe(200);
});

test('a known answer is 304 and costs nothing', async () => {
  const path = `/repositories/${tidyDates.id}/traffic/views`;
  const first = await served.get(path, DEMO_TOKENS.octocat);
  const etag = first.headers.get('etag') ?? '';
  const second = await served.get(path, DEMO_TOKENS.octocat, { 'if-none-match': etag });
  expect([second.status, await second.text()]).toEqual([304, '']);
  expect(second.headers.get('x-ratelimit-used')).toBe(first.headers.get('x-ratelimit-used'));
  served.now = new Date(`${TODAY}T02:00:00Z`);
  expect((await served.get(path, DEMO_TOKENS.octocat, { 'if-none-match': etag })).status).toBe(200);
});

test('an Enterprise Server has no limits', async () => {
  const enterprise = await serveGitHub(`${TODAY}T06:00:00Z`, '/api/v3');
  try {
    addDemoRepositories(enterprise.github, TODAY);
    const user = await enterprise.get('/user', DEMO_TOKENS.octocat);
    expect([user.status, user.headers.has('x-ratelimit-limit')]).toEqual([200, false]);
    expect((await enterprise.get('/rate_limit', DEMO_TOKENS.octocat)).status).toBe(404);
  } finally {
    await enterprise.close();
  }
});

test('a rule affects only matching requests, as often as it says, until it is removed', async () => {
  const path = `/repositories/${tidyDates.id}/traffic`;
  const status = async (figure: string, token: string = DEMO_TOKENS.octocat) =>
    (await served.get(`${path}/${figure}`, token)).status;
  served.github.fail({
    kind: 'down',
    status: 503,
    times: 1,
    match: { path: /clones/, token: DEMO_TOKENS.octocat },
  });
  expect(await status('views')).toBe(200);
  expect(await status('clones', DEMO_TOKENS.expiresSoon)).toBe(200);
  expect(await status('clones')).toBe(503);
  expect(await status('clones')).toBe(200);
  const lift = served.github.fail({ kind: 'status', status: 500, match: { repository: tidyDates.id } });
  expect([await status('views'), await status('views')]).toEqual([500, 500]);
  expect((await served.get('/user', DEMO_TOKENS.octocat)).status).toBe(200);
  lift();
  expect(await status('views')).toBe(200);
});

test('limits come as 403 or 429, with and without the waiting time', async () => {
  for (const status of [403, 429] as const) {
    served.github.fail({ kind: 'secondary-limit', status, retryAfter: 30, times: 1 });
    const secondary = await refused(
      await viewsOf(tidyDates, DEMO_TOKENS.octocat),
      status,
      /secondary rate limit/,
    );
    expect(secondary.headers.get('retry-after')).toBe('30');
    expect(secondary.headers.get('x-ratelimit-remaining')).not.toBe('0');
  }
  served.github.fail({ kind: 'secondary-limit', times: 1 });
  expect((await viewsOf(tidyDates, DEMO_TOKENS.octocat)).headers.has('retry-after')).toBe(false);
  served.github.fail({ kind: 'rate-limit', status: 429, resetIn: 60, times: 1 });
  await refused(await viewsOf(tidyDates, DEMO_TOKENS.octocat), 429, /^API rate limit exceeded/);
  served.now = new Date(`${TODAY}T06:01:00Z`);
  expect((await viewsOf(tidyDates, DEMO_TOKENS.octocat)).status).toBe(200);
});

test('more than a hundred requests at once meet the secondary limit', async () => {
  const lift = served.github.fail({ kind: 'slow', milliseconds: 600 });
  const answers = await Promise.all(
    Array.from({ length: 120 }, () => served.get('/user', DEMO_TOKENS.octocat)),
  );
  lift();
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(100);
  expect(statuses).toContain(403);
});

test('connections break, and answers are truncated, slow or wrong', async () => {
  const path = `/repositories/${tidyDates.id}/traffic/views`;
  served.github.fail({ kind: 'reset', times: 1 });
  await expect(served.get(path, DEMO_TOKENS.octocat)).rejects.toThrow();
  served.github.fail({ kind: 'cut', times: 1 });
  await expect(served.get(path, DEMO_TOKENS.octocat).then((response) => response.text())).rejects.toThrow();
  served.github.fail({ kind: 'garbage', times: 1 });
  const garbage = await served.get(path, DEMO_TOKENS.octocat);
  expect(garbage.status).toBe(200);
  await expect(garbage.json()).rejects.toThrow();
  served.github.fail({ kind: 'slow', milliseconds: 5, times: 1 });
  expect((await served.get(path, DEMO_TOKENS.octocat)).status).toBe(200);
});

test('every request is recorded with its answer', async () => {
  served.github.fail({ kind: 'reset', times: 1, match: { path: /clones/ } });
  await viewsOf(tidyDates, DEMO_TOKENS.octocat);
  await served
    .get(`/repositories/${tidyDates.id}/traffic/clones?per=week`, 'ghp_unknown')
    .catch(() => undefined);
  expect(served.github.requests()).toEqual([
    {
      method: 'GET',
      path: '/repos/northwind-labs/tidy-dates/traffic/views',
      status: 200,
      token: DEMO_TOKENS.octocat,
      at: served.now,
    },
    expect.objectContaining({ path: `/repositories/${tidyDates.id}/traffic/clones?per=week`, status: 0 }),
  ]);
  served.github.resetRequests();
  expect(served.github.requests()).toEqual([]);
});
