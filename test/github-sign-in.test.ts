import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GitHubFailure, type GitHubOAuth, serveGitHubOAuth } from './github-oauth.ts';
import { openRealInstallation, type RealTestInstallation, toInitRequest } from './real-installation.ts';
import { openSignInClient, type SignInClient } from './sign-in-client.ts';

let installation: RealTestInstallation;
let github: GitHubOAuth;

const APP = { clientId: 'Iv1.traffic', clientSecret: 'a-secret-of-the-app' };
const issuerOf = () => `${installation.url}/identity/github`;
const OCTOCAT = [
  { email: 'octocat@users.noreply.github.com', primary: false, verified: true, visibility: null },
  { email: 'Octocat@Example.com', primary: true, verified: true, visibility: 'private' },
];

beforeAll(async () => {
  github = await serveGitHubOAuth({ ...APP, callback: () => `${issuerOf()}/callback` });
  installation = await openRealInstallation({ signIn: { kind: 'github', ...APP, url: github.url } });
});

afterAll(async () => {
  await installation.close();
  await github.close();
});

let addresses = 0;
beforeEach(() => {
  github.failure = null;
  github.user.emails = OCTOCAT;
});

const open = (): SignInClient =>
  openSignInClient({ url: installation.url, issuer: issuerOf(), address: `198.51.100.${++addresses}` });

const problemIn = (html: string) => /role="alert">([^<]*)</.exec(html)?.[1] ?? null;

/** From the sign-in page to GitHub, and back to where GitHub leads. */
async function toCallback(client: SignInClient) {
  const { location, verifier } = await client.begin();
  const answer = await client.request(location, { method: 'POST', headers: { origin: installation.url } });
  const authorize = answer.headers.get('location') ?? '';
  const back = await fetch(authorize, { redirect: 'manual' });
  return { callback: back.headers.get('location') ?? '', authorize, verifier, interaction: location };
}

async function signIn(client: SignInClient) {
  const { callback, verifier } = await toCallback(client);
  const answer = await client.request(callback);
  const page = await client.request(answer.headers.get('location') ?? '');
  const next = page.headers.get('location');
  if (next) return { tokens: await client.complete(next, verifier), problem: null, status: page.status };
  return { tokens: null, problem: problemIn(await page.text()), status: page.status };
}

async function me(token: string) {
  const answer = await fetch(`${installation.url}/api/v1/web/guest/traffic/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: await answer.json() };
}

test('signing in with GitHub gives the numeric id and the verified primary address', async () => {
  const client = open();
  const { tokens } = await signIn(client);
  const token = tokens?.access_token ?? '';
  expect(decodeJwt(token)).toMatchObject({ sub: '583231', iss: issuerOf() });
  expect(Object.fromEntries(github.asked)).toMatchObject({
    client_id: APP.clientId,
    scope: 'read:user user:email',
    code_challenge_method: 'S256',
    redirect_uri: `${issuerOf()}/callback`,
  });
  const set = await fetch(`${installation.url}/api/v1/web/guest/traffic/init`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(toInitRequest(installation.initSecret)),
  });
  expect(set.status).toBe(201);
  const { body } = await me(token);
  expect([body.email, body.displayName, body.systemRole]).toEqual([
    'octocat@example.com',
    'The Octocat',
    'administrator',
  ]);
});

test('anybody at GitHub may sign in, and has no roles until somebody gives them some', async () => {
  github.user = { ...github.user, id: 9, login: 'mona', name: null };
  github.user.emails = [{ email: 'mona@example.com', primary: true, verified: true, visibility: null }];
  const { tokens } = await signIn(open());
  const { status, body } = await me(tokens?.access_token ?? '');
  expect([status, body.displayName, body.systemRole, body.tenants]).toEqual([200, 'mona', null, []]);
  github.user = { ...github.user, id: 583_231, login: 'octocat' };
});

/** What each failure says; the callback's address stands for itself. */
const failures: [GitHubFailure, RegExp][] = [
  ['access_denied', /^You canceled at GitHub, so you are not signed in\. Try again\.$/],
  ['application_suspended', /suspended the OAuth app.*must ask GitHub’s support/],
  [
    'redirect_uri_mismatch',
    /callback URL of its OAuth app at GitHub to http:.*\/identity\/github\/callback\.$/,
  ],
  ['redirect_uri_mismatch at the code', /callback URL of its OAuth app/],
  ['incorrect_client_credentials', /must correct GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET\.$/],
  ['bad_verification_code', /used already, or took too long\. Try again\.$/],
  ['unverified_user_email', /no verified primary e-mail address\. Verify it at http.*\/settings\/emails/],
  ['no scope granted', /may not read your e-mail addresses.*Sign in again, and allow it\.$/],
  ['emails are hidden', /may not read your e-mail addresses/],
  ['bad credentials', /Try again\.$/],
  ['rate limit', /no more requests.*Try again in 25 minutes\.$/],
  ['secondary rate limit', /Try again in 2 minutes\.$/],
  ['502 at the code', /^GitHub does not answer right now\. Try again in a few minutes\.$/],
  ['503 at the user', /^GitHub does not answer right now/],
  ['broken', /^GitHub does not answer right now/],
  ['not JSON', /^GitHub does not answer right now/],
];

test.each(failures)(
  'a sign-in that fails at GitHub says what to do, and can be tried again: %s',
  async (failure, sentence) => {
    const client = open();
    github.failure = failure;
    const { tokens, problem, status } = await signIn(client);
    expect([tokens, status]).toEqual([null, 502]);
    expect(problem).toMatch(sentence);
    github.failure = null;
    expect((await signIn(client)).tokens).not.toBeNull();
  },
);

test('an address that is not verified, or not primary, lets nobody in', async () => {
  const address = { email: 'octocat@example.com', visibility: null };
  for (const emails of [
    [],
    [{ ...address, primary: true, verified: false }],
    [{ ...address, primary: false, verified: true }],
  ]) {
    github.user.emails = emails;
    expect((await signIn(open())).problem).toMatch(/no verified primary e-mail address/);
  }
});

test('an answer of GitHub counts once, and only in the browser that asked', async () => {
  const victim = open();
  const attacker = open();
  const { callback } = await toCallback(attacker);
  await toCallback(victim);
  // The attacker's answer in the victim's browser would sign the victim in as the attacker.
  const elsewhere = await victim.request(callback);
  expect([elsewhere.status, problemIn(await elsewhere.text())]).toEqual([
    400,
    'This sign-in took too long, or began in another browser. Begin again.',
  ]);
  expect((await attacker.request(callback)).status).toBe(303);
  expect((await attacker.request(callback)).status).toBe(400);
  const forged = await victim.request(`${issuerOf()}/callback?code=x&state=x`);
  expect(forged.status).toBe(400);
  const { location } = await victim.begin();
  const foreign = await victim.request(location, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  });
  expect(foreign.status).toBe(403);
});

test('the code of the browser is bound to its sign-in at GitHub (PKCE), and no secret is logged', async () => {
  const client = open();
  const { authorize, verifier } = await toCallback(client);
  expect(new URL(authorize).searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  const logged = JSON.stringify(installation.lines);
  expect(logged).toContain('sign-in-refused');
  for (const secret of [
    APP.clientSecret,
    verifier,
    'gho_',
    new URL(authorize).searchParams.get('state') ?? '-',
  ])
    expect(logged).not.toContain(secret);
});

test('there are no accounts of its own beside GitHub', async () => {
  const client = open();
  for (const path of ['/api/account', '/join', '/links/use', '/passkey-options'])
    expect([path, (await client.request(`/identity/github${path}`, { method: 'POST' })).status]).toEqual([
      path,
      404,
    ]);
  const config = await (await fetch(`${installation.url}/config.json`)).json();
  expect(config.accounts).toBeUndefined();
  expect(await installation.firstLink()).toBeNull();
});

test('signing out everywhere refuses what the refresh tokens of other browsers bring', async () => {
  const here = open();
  const there = open();
  const mine = (await signIn(here)).tokens;
  const theirs = (await signIn(there)).tokens;
  const ended = await fetch(`${installation.url}/api/v1/web/guest/traffic/me/sessions`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${mine?.access_token}` },
  });
  expect(ended.status).toBe(200);
  const renewed = await there.refresh(theirs?.refresh_token ?? '');
  expect((await me(renewed?.access_token ?? '')).body.error.code).toBe('access_token_revoked');
  const again = (await signIn(open())).tokens;
  expect((await me(again?.access_token ?? '')).status).toBe(200);
});
