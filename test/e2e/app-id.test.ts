import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  openTestInstallation,
  type TestInstallation,
  type TestInstallationOptions,
} from '../installation.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

const PLACE = '/t/1?range=90&by=week';
const TENANT_PATH = '/oauth/v4/39a37f57-a227-4bfe-a044-93b6e6050a61';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

async function open(identity: NonNullable<TestInstallationOptions['identity']>): Promise<TestInstallation> {
  const opened = await openTestInstallation({ demo: true, now: '2026-03-10T08:00:00.000Z', identity });
  await opened.initialize();
  const repositories = [{ owner: 'northwind-labs', name: 'burrow' }];
  await opened.as('ada@example.com')('POST', '/repositories/1/batch', { repositories });
  await opened.host.settled();
  return opened;
}

beforeAll(async () => {
  [installation, browser] = await Promise.all([open({ path: TENANT_PATH, shape: 'appid' }), openChromium()]);
  ada = await openVisitor(browser, installation.url);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const burrow = ({ page }: Visitor) => page.getByRole('rowheader', { name: 'northwind-labs/burrow' });
const placeOf = ({ page }: Visitor) => page.url().slice(new URL(page.url()).origin.length);

interface Kept {
  accessToken: string;
  refreshToken?: string;
  /** In epoch milliseconds. */
  expiresAt: number;
}

const readTokens = ({ page }: Visitor): Promise<Kept> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('traffic.tokens') ?? '{}'));

/** As after an hour. */
const endToken = ({ page }: Visitor) =>
  page.evaluate(() => {
    const tokens = JSON.parse(sessionStorage.getItem('traffic.tokens') ?? '{}');
    sessionStorage.setItem('traffic.tokens', JSON.stringify({ ...tokens, expiresAt: Date.now() - 1000 }));
  });

test('a person signs in with App ID, which gives no refresh token', async () => {
  await ada.page.goto(PLACE);
  await ada.signInAs('Ada Lovelace');
  await burrow(ada).waitFor();
  expect(placeOf(ada)).toBe(PLACE);
  const { accessToken, refreshToken } = await readTokens(ada);
  expect(accessToken.split('.')).toHaveLength(3);
  expect(refreshToken).toBeUndefined();
  expect(ada.problems()).toEqual([]);
});

test('an expired access token is replaced silently, and the page stays', async () => {
  const prompts: (string | null)[] = [];
  const hints: (string | null)[] = [];
  const idToken = await ada.page.evaluate(
    () => JSON.parse(sessionStorage.getItem('traffic.tokens') ?? '{}').idToken,
  );
  const note = (request: { url(): string }) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname !== `${TENANT_PATH}/authorization`) return;
    prompts.push(searchParams.get('prompt'));
    hints.push(searchParams.get('id_token_hint'));
  };
  ada.page.on('request', note);
  await endToken(ada);
  await ada.page.goto(PLACE);
  await burrow(ada).waitFor();
  ada.page.off('request', note);
  expect(prompts).toEqual(['none']);
  expect(idToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(hints).toEqual([idToken]);
  expect(placeOf(ada)).toBe(PLACE);
  // Of the same second it is the same token, to the letter.
  expect((await readTokens(ada)).expiresAt).toBeGreaterThan(Date.now());
  expect(ada.problems()).toEqual([]);
});

test('if App ID no longer knows the browser it asks for a sign-in, and the page stays', async () => {
  await ada.page.context().clearCookies();
  await endToken(ada);
  await ada.page.goto(PLACE);
  await ada.signInAs('Ada Lovelace');
  await burrow(ada).waitFor();
  expect(placeOf(ada)).toBe(PLACE);
  expect(ada.problems()).toEqual([]);
});

test('a silent sign-in that comes back without an answer is not repeated', async () => {
  const { page } = ada;
  await page.route(
    (url) => url.searchParams.get('prompt') === 'none',
    (route) => route.fulfill({ body: 'This provider knows no silent sign-in.' }),
  );
  await endToken(ada);
  await page.goto(PLACE);
  await page.getByText('knows no silent sign-in').waitFor();
  await page.goto(PLACE);
  await burrow(ada).waitFor();
  await page.unrouteAll();
});

test('signing out ends the session at App ID too', async () => {
  const { page } = ada;
  await ada.open('/me');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(page.url()).toContain('/interaction/');
});

test('a person signs in at a provider whose issuer ends with a slash', async () => {
  const other = await open({ path: '/identity/' });
  const visitor = await openVisitor(browser, other.url);
  try {
    await visitor.page.goto(`${other.url}${PLACE}`);
    await visitor.signInAs('Ada Lovelace');
    await burrow(visitor).waitFor();
    expect(visitor.problems()).toEqual([]);
  } finally {
    await visitor.close();
    await other.close();
  }
});
