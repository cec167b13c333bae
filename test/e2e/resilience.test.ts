import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

const OVERVIEW = /\/traffic\/stats\/1/;

beforeAll(async () => {
  const now = '2026-03-10T08:00:00.000Z';
  [installation, browser] = await Promise.all([openTestInstallation({ demo: true, now }), openChromium()]);
  await installation.initialize();
  const repositories = [{ owner: 'northwind-labs', name: 'burrow' }];
  await installation.as('ada@example.com')('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByText('Identity provider').waitFor();
});

afterEach(async () => {
  installation.host.setLimits({ invocationsPerMinute: 10_000, blockingWait: 60_000 });
  await ada.page.unroute(OVERVIEW);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const burrow = () => ada.page.getByRole('rowheader', { name: 'northwind-labs/burrow' });

test('when the database is down the page says so, and "Try again" works once it is back', async () => {
  const { page } = ada;
  const message = 'The database does not answer at the moment. Try again in a minute.';
  await page.route(OVERVIEW, (route) =>
    route.fulfill({ status: 503, json: { error: { code: 'database_unavailable', message } } }),
  );
  await ada.open('/t/1');
  await page.getByText(message).waitFor();
  await page.unroute(OVERVIEW);
  await page.getByRole('button', { name: 'Try again' }).click();
  await burrow().waitFor();
});

test('an expired access token is renewed silently', async () => {
  const { page } = ada;
  await page.evaluate(() => {
    const tokens = JSON.parse(sessionStorage.getItem('traffic.tokens') ?? '{}');
    sessionStorage.setItem('traffic.tokens', JSON.stringify({ ...tokens, expiresAt: Date.now() - 1000 }));
  });
  ada.problems();
  await ada.open('/t/1?range=14');
  await burrow().waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a token that the API refuses leads through sign-in and back to the same view', async () => {
  const { page } = ada;
  await page.evaluate(() => {
    const tokens = { accessToken: 'refused', expiresAt: Date.now() + 3_600_000, obtainedAt: 0 };
    sessionStorage.setItem('traffic.tokens', JSON.stringify(tokens));
  });
  await page.goto('/t/1?range=90&by=week');
  await burrow().waitFor();
  expect(new URL(page.url()).search).toBe('?range=90&by=week');
  await page.getByRole('img', { name: /by week/ }).waitFor();
});

const WRONG = 'This is not the secret that the installation was set up with. Check INIT_SECRET.';

test('actions that are newer than the database lead to its upgrade', async () => {
  const { page } = ada;
  const schema = { stored: 0, expected: 1 };
  const message = 'The database has schema version 0, but these actions need 1.';
  await page.route(/\/traffic\/me(\?|$)/, (route) =>
    route.fulfill({ status: 503, json: { error: { code: 'schema_mismatch', message, details: schema } } }),
  );
  await page.route('**/traffic/init', async (route) => {
    const request = route.request();
    // The database is as the actions need it, so the API itself has nothing to ask the secret for.
    if (request.method() === 'POST' && request.postDataJSON().secret === 'wrong')
      return route.fulfill({ status: 403, json: { error: { code: 'init_secret_wrong', message: WRONG } } });
    if (request.method() === 'POST') return route.fallback();
    await route.fulfill({ json: { initialized: true, displayName: 'Test', demoAvailable: true, schema } });
  });
  await page.goto('/t/1');
  await page.getByRole('heading', { name: 'Upgrade the database' }).waitFor();
  await page.getByLabel('Installation secret').fill('wrong');
  await page.getByRole('button', { name: 'Upgrade' }).click();
  await page.getByText(WRONG).waitFor();
  await page.unroute(/\/traffic\/me(\?|$)/);
  await page.unroute('**/traffic/init');
  await page.getByLabel('Installation secret').fill(installation.initSecret);
  await page.getByRole('button', { name: 'Upgrade' }).click();
  await burrow().waitFor();
});

test('the overview says that GitHub stands still and that a day was silent, and the table marks such days', async () => {
  const { page } = ada;
  const repository = { owner: 'northwind-labs', name: 'tidy-dates' };
  await installation.as('ada@example.com')('POST', '/repositories/1', repository);
  await installation.host.settled();
  installation.github.fail({ kind: 'zeros' });
  installation.now('2026-03-11T08:00:00.000Z');
  await installation.collect();
  installation.github.freeze('public', '2026-03-10');
  installation.now('2026-03-13T08:00:00.000Z');
  await installation.collect();
  await installation.host.invoke('traffic/watch', {});
  await ada.open('/t/1?range=14');
  const notices = page.getByRole('status');
  await notices
    .filter({ hasText: 'GitHub has published no traffic of public repositories since 10 March.' })
    .waitFor();
  await notices.filter({ hasText: 'GitHub counted nothing for any repository on 10 March.' }).waitFor();
  await ada.open('/t/1?range=14&tab=table&by=day');
  const row = (day: string) => page.getByRole('row').filter({ hasText: day }).filter({ hasText: 'burrow' });
  await row('10 Mar').getByText('Suspect').waitFor();
});

test('a canceled sign-in leads to the welcome page, which says so', async () => {
  const visitor = await openVisitor(browser, installation.url);
  await visitor.open('/');
  await visitor.page.getByRole('button', { name: 'Sign in' }).click();
  await visitor.page.getByRole('button', { name: 'Cancel' }).click();
  await visitor.page.getByText('Sign-in failed').waitFor();
  await visitor.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await visitor.close();
});

test('without a configuration the page says what to deploy', async () => {
  const visitor = await openVisitor(browser, installation.url);
  await visitor.page.route('**/config.json', (route) => route.fulfill({ status: 404, body: '' }));
  await visitor.open('/');
  await visitor.page.getByText('The file /config.json is missing').waitFor();
  await visitor.close();
});

const NO_MORE_CALLS = /takes no more calls in this minute/;
const TAKES_LONG = /takes longer than a minute. It is still running/;

/** Lets the time of the page run until the text is gone. */
async function runUntilGone({ page }: Visitor, text: RegExp) {
  await expect
    .poll(async () => {
      await page.clock.runFor(5000);
      return page.getByText(text).count();
    })
    .toBe(0);
}

/** Opens a page while every call of the minute is refused, and again from the next minute on. */
async function openInFullMinute(visitor: Visitor) {
  const { page } = visitor;
  installation.host.setLimits({ invocationsPerMinute: 0 });
  await page.clock.install();
  await page.goto('/t/1?range=7', { waitUntil: 'commit' });
  await page.getByText(NO_MORE_CALLS).waitFor();
  // Longer than it once tried.
  await page.clock.runFor(30_000);
  installation.host.setLimits({ invocationsPerMinute: 10_000 });
  await runUntilGone(visitor, NO_MORE_CALLS);
  await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
}

test('when the calls of the minute are used up the page says so, and goes on in the next minute', async () => {
  await openInFullMinute(ada);
});

test('the page does so too when the API is elsewhere, where its refusals cannot be read', async () => {
  const elsewhere = installation.url.replace('127.0.0.1', 'localhost');
  const visitor = await openVisitor(browser, installation.url, { others: [elsewhere], bypassCSP: true });
  await visitor.page.route('**/config.json', async (route) => {
    const config = await (await route.fetch()).json();
    await route.fulfill({ json: { ...config, apiUrl: elsewhere + config.apiUrl } });
  });
  await visitor.page.goto(`${installation.url}/me`);
  await visitor.signInAs('Ada Lovelace');
  await visitor.page.getByText('Identity provider').waitFor();
  visitor.calls();
  await openInFullMinute(visitor);
  // Nothing else was asked meanwhile.
  expect(visitor.calls().filter((call) => call === 'GET me').length).toBeLessThan(6);
  await visitor.close();
});

test('every page waits for an answer that takes longer than a minute', async () => {
  const { page } = ada;
  await page.clock.install();
  const wait = async (go: () => Promise<unknown>) => {
    installation.host.setLimits({ blockingWait: 0 });
    await go();
    await page.getByText(TAKES_LONG).waitFor();
    installation.host.setLimits({ blockingWait: 60_000 });
    await runUntilGone(ada, TAKES_LONG);
    await expect.poll(() => page.locator('.skeleton').count()).toBe(0);
    await page.locator('h1').waitFor();
  };
  ada.problems();
  await wait(() => page.goto('/t/1', { waitUntil: 'commit' }));
  const pages = page.getByRole('navigation', { name: 'Pages' });
  for (const name of ['Repositories', 'Compare', 'Dashboards'])
    await wait(() => pages.getByRole('link', { name }).click());
  for (const name of ['Collection', 'Groups', 'Members', 'Notifications', 'Audit log'])
    await wait(() => ada.openSetting(name));
  await wait(() => page.goto('/t/1/repositories/1', { waitUntil: 'commit' }));
  expect(ada.problems()).toEqual([]);
});

test('a change that takes longer than a minute is not made twice, and the page says that it still runs', async () => {
  const { page } = ada;
  await page.goto('/t/1/repositories');
  await page.getByText('Data from – to').waitFor();
  await page.getByLabel('Repository', { exact: true }).fill('northwind-labs/lantern');
  installation.host.setLimits({ blockingWait: 0 });
  ada.calls();
  await page.getByRole('button', { name: 'Add repository' }).click();
  await page.getByText('It is still running; reload the page later').waitFor();
  expect(ada.calls()).toEqual(['POST repositories/1']);
});
