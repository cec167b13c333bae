import { generateKeyPairSync } from 'node:crypto';
import type { Browser, Locator, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../../local/demo/github.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolationsInSights } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** From the day before NOW on, the demo's GitHub shows less for two days; COUNTED_AGAIN is the first. */
const BEFORE = '2026-03-10T08:00:00.000Z';
const NOW = '2026-03-12T08:00:00.000Z';
const COUNTED_AGAIN = '2026-03-04';
const APP = 4711;
const NAMES = ['tidy-dates', 'burrow', 'harbor-charts', 'payroll-service'];
const CHARTS = 'northwind-labs/harbor-charts';

const toKeys = () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  };
};
const keys = toKeys();

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
let grace: Visitor;
let runPath: string;

async function enter(person: string): Promise<Visitor> {
  const visitor = await openVisitor(browser, installation.url);
  await visitor.page.goto(`${installation.url}/me`);
  await visitor.signInAs(person);
  await visitor.page.getByRole('heading', { level: 1, name: person }).waitFor();
  return visitor;
}

function addApp() {
  const { apps } = installation.github;
  const { northwind, pinecone } = DEMO_USERS;
  apps.addApp({ id: APP, name: 'Traffic reader', owner: northwind, publicKeys: [keys.publicPem] });
  apps.addInstallation({ id: 90_000_001, appId: APP, account: northwind });
  apps.addInstallation({ id: 90_000_002, appId: APP, account: pinecone });
}

beforeAll(async () => {
  [installation, browser] = await Promise.all([
    openTestInstallation({ demo: true, now: NOW }),
    openChromium(),
  ]);
  addApp();
  installation.now(BEFORE);
  await installation.initialize();
  const repositories = NAMES.map((name) => ({ owner: DEMO_USERS.northwind, name }));
  await installation.as('ada@example.com')('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
  installation.now(NOW);
  await installation.as('ada@example.com')('PUT', '/members/1/grace@example.com', { role: 'manager' });
  [ada, grace] = await Promise.all([enter('Ada Lovelace'), enter('Grace Hopper')]);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const rowNames = ({ page }: Visitor) => page.getByRole('rowheader').allInnerTexts();

test('a manager collects one repository weekly and pauses two others at once', async () => {
  const { page } = grace;
  await grace.open('/t/1/repositories');
  const isSet = (answer: Response) =>
    answer.request().method() === 'PATCH' && answer.url().endsWith('/repositories/1') && answer.ok();
  await Promise.all([
    page.waitForResponse(isSet),
    page.getByLabel('Schedule of northwind-labs/tidy-dates').selectOption('weekly'),
  ]);
  await page.getByLabel('Select northwind-labs/burrow').check();
  await page.getByLabel('Select northwind-labs/payroll-service').check();
  const several = page.getByRole('group', { name: 'Several repositories' });
  await several.getByText('Collect 2 repositories:').waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await several.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('row', { name: /payroll-service.*Paused\./ }).waitFor();
  await page.getByRole('row', { name: /burrow.*Paused.*until data is lost/ }).waitFor();
  expect(grace.problems()).toEqual([]);
});

test('repositories are filtered by their schedule, and a reload keeps the filter and the schedules', async () => {
  const { page } = grace;
  const filter = page.getByLabel('Show by schedule');
  await filter.selectOption('paused');
  const paused = ['northwind-labs/burrow', 'northwind-labs/payroll-service'];
  await expect.poll(async () => (await rowNames(grace)).toSorted()).toEqual(paused);
  expect(new URL(page.url()).search).toBe('?schedule=paused');
  await page.reload();
  await expect.poll(async () => (await rowNames(grace)).toSorted()).toEqual(paused);
  expect(await filter.inputValue()).toBe('paused');

  await filter.selectOption('weekly');
  await expect.poll(() => rowNames(grace)).toEqual(['northwind-labs/tidy-dates']);
  expect(await page.getByRole('checkbox').count()).toBe(0);
  expect(grace.problems()).toEqual([]);
});

test('a paused repository’s page warns of lost data until it is collected again', async () => {
  const { page } = grace;
  await grace.open('/t/1/repositories?schedule=paused');
  await page.getByRole('link', { name: 'northwind-labs/burrow' }).click();
  const notice = page.getByRole('status').filter({ hasText: 'Collection is paused' });
  await notice.getByText(/until data is lost/).waitFor();
  await page.getByText('collection paused').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitemradio', { name: 'Daily' }).click();
  await page.getByText('collection paused').waitFor({ state: 'detached' });
  await notice.waitFor({ state: 'detached' });
  expect(grace.problems()).toEqual([]);
});

test('a manager verifies the tenant, and the run shows where GitHub’s figures differ', async () => {
  const { page } = grace;
  await grace.open('/t/1/runs');
  await page.getByRole('button', { name: 'Verify' }).click();
  const outcome = page.getByRole('status').filter({ hasText: 'Verified' });
  await outcome.getByText(/It found \d+ differences\./).waitFor();
  await page.getByRole('row', { name: /Verification.*Succeeded.*\d+ differences/ }).waitFor();
  await outcome.getByRole('link', { name: 'Details' }).click();
  await page.getByRole('heading', { level: 1, name: /^Run of/ }).waitFor();
  runPath = new URL(page.url()).pathname;

  const { demoRepositories, github } = installation;
  const id = demoRepositories.find(({ name }) => name === 'harbor-charts')?.id ?? 0;
  const { viewCount } = github.truth(id, COUNTED_AGAIN);
  const differences = page.getByRole('table', { name: 'Differences' });
  const row = differences.getByRole('row', { name: /4 Mar 2026 Views/ });
  await row.waitFor();
  const [, , stored, observed, shown] = await row.getByRole('cell').allInnerTexts();
  expect([stored, observed, shown].map(Number)).toEqual([viewCount, Math.floor(viewCount * 0.6), viewCount]);
  expect(new Set(await differences.getByRole('rowheader').allInnerTexts())).toEqual(new Set([CHARTS]));
  expect(await findViolationsInSights(page)).toEqual([]);
  expect(grace.problems()).toEqual([]);
});

test('the repository keeps the larger figures as revisions, and a second verification finds nothing new', async () => {
  const { page } = grace;
  await grace.open(runPath);
  await page.getByRole('table', { name: 'Differences' }).getByRole('link', { name: CHARTS }).first().click();
  const revisions = page.getByRole('table', { name: 'Revisions' });
  await revisions.getByRole('row', { name: /^4 Mar 2026 Views/ }).waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Verify' }).click();
  await page.getByText('Verified 1 repository. It found no differences.').waitFor();
  expect(grace.problems()).toEqual([]);
});

test('a malformed key, another app’s key and an unknown app are refused at their fields', async () => {
  const { page } = ada;
  await ada.open('/admin/servers');
  await page.getByRole('button', { name: 'App… Demo' }).click();
  const dialog = page.getByRole('dialog', { name: 'GitHub App of Demo' });
  const tries = [
    [String(APP), 'not a key', 'Private key', /whole \.pem file/],
    [String(APP), toKeys().privatePem, 'Private key', /key/],
    ['999', keys.privatePem, 'App ID or client ID', /app/],
  ] as const;
  for (const [appId, privateKey, label, sentence] of tries) {
    await dialog.getByLabel('App ID or client ID').fill(appId);
    await dialog.getByLabel('Private key').fill(privateKey);
    await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'PUT'),
      dialog.getByRole('button', { name: 'Save' }).click(),
    ]);
    const field = dialog.locator('.field.has-error', { hasText: label });
    await field.getByRole('alert').getByText(sentence).waitFor();
    expect(await dialog.getByRole('alert').count()).toBe(1);
    expect(ada.problems()).toEqual([expect.stringMatching(/^422 PUT servers\/\d+\/app$/)]);
  }
  expect(await findViolationsInSights(page)).toEqual([]);
});

test('a valid key is accepted, and the server shows its app', async () => {
  const { page } = ada;
  await ada.open('/admin/servers');
  await page.getByRole('button', { name: 'App… Demo' }).click();
  const dialog = page.getByRole('dialog', { name: 'GitHub App of Demo' });
  await dialog.getByLabel('App ID or client ID').fill(String(APP));
  await dialog.getByLabel('Private key').fill(keys.privatePem);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /Demo.*Traffic reader/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

async function chooseInstallation(dialog: Locator, account: string) {
  await dialog.getByLabel('Reads with').selectOption({ label: 'The GitHub App' });
  await dialog.getByLabel('Installation of the GitHub App').selectOption({ label: account });
}

test('a tenant is created with an installation of the app, without a token', async () => {
  const { page } = ada;
  await ada.openSetting('Tenants');
  await page.getByRole('button', { name: 'Create tenant' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a tenant' });
  await dialog.getByLabel('Name', { exact: true }).fill('By app');
  await dialog.getByLabel('GitHub server').selectOption({ label: 'Demo' });
  await dialog.getByLabel('Reads with').selectOption({ label: 'The GitHub App' });
  expect(await dialog.getByLabel('GitHub token').count()).toBe(0);
  expect(await dialog.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
  await chooseInstallation(dialog, DEMO_USERS.pinecone);
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'Repositories' }).waitFor();
  await page.getByText('No repositories yet').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('only its own repositories are discovered and collected', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'Discover…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Repositories on GitHub' });
  await dialog.getByLabel('pinecone-tools/lantern').waitFor();
  expect(await dialog.getByText(/northwind/).count()).toBe(0);
  expect(await dialog.getByText('no push access').count()).toBe(0);
  await dialog.getByRole('button', { name: /^Select all/ }).click();
  await dialog.getByRole('button', { name: 'Add 4 repositories' }).click();
  await page.getByText('4 repositories added').waitFor();
  for (const name of ['lantern', 'exam-helper', 'quacks', 'dotfiles'])
    await page.getByRole('row', { name: new RegExp(`pinecone-tools/${name}.*OK`) }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a tenant with a token switches to the app', async () => {
  const { page } = ada;
  await ada.open('/admin/tenants');
  await page.getByRole('button', { name: 'Change… demo-octocat' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change demo-octocat' });
  await chooseInstallation(dialog, DEMO_USERS.northwind);
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /demo-octocat northwind-labs.*GitHub App/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('an app that tenants use cannot be removed, and the dialog says why', async () => {
  const { page } = ada;
  await ada.open('/admin/servers');
  await page.getByRole('button', { name: 'App… Demo' }).click();
  const dialog = page.getByRole('dialog', { name: 'GitHub App of Demo' });
  await dialog.getByRole('link', { name: 'Traffic reader' }).waitFor();
  await dialog.getByRole('button', { name: 'Remove the app' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/tenant/)
    .waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  expect(ada.problems()).toEqual([expect.stringMatching(/^409 DELETE servers\/\d+\/app$/)]);
});

test.each([
  ['/admin/servers', 'App… Demo'],
  ['/admin/tenants', 'Create tenant'],
  ['/admin/tenants', 'Change… By app'],
  ['/t/1/repositories', 'Discover…'],
])('on %s the keyboard opens the dialog of %s, and Escape leads back', async (path, name) => {
  const { page } = ada;
  await ada.open(path);
  const button = page.getByRole('button', { name, disabled: false });
  await button.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(ada.problems()).toEqual([]);
});
