import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKENS } from '../../local/demo/github.ts';
import { createTestDatabase, toOneRole } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolations } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

const NOW = '2026-03-10T08:00:00.000Z';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [installation, browser] = await Promise.all([
    createTestDatabase().then(({ admin, owner }) =>
      openTestInstallation({ demo: true, now: NOW, databaseUrls: { ...toOneRole(owner), admin } }),
    ),
    openChromium(),
  ]);
  ada = await openVisitor(browser, installation.url);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const heading = (name: string | RegExp) => ada.page.getByRole('heading', { level: 1, name });

/** Starts a run. GitHub's first answer waits until its progress was seen, so the run cannot end too early. */
async function seeProgress(start: () => Promise<void>) {
  const { page } = ada;
  const bar = page.getByRole('progressbar');
  const seen = bar.waitFor();
  await page.route(/\/runs\/1\/\d+/, async (route) => {
    await seen.catch(() => undefined);
    await route.fallback();
  });
  await start();
  await seen;
  await bar.waitFor({ state: 'detached' });
  await page.unroute(/\/runs\/1\/\d+/);
}

test('a first visitor is asked to set up the installation, and the secret leaves the address bar', async () => {
  await ada.page.goto(installation.initLink);
  await ada.page.getByText('Set up this installation').waitFor();
  expect(new URL(ada.page.url()).hash).toBe('');
  await ada.page.getByText('Setup link accepted').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('signing in leads to the setup, which keeps the secret', async () => {
  await ada.page.getByRole('button', { name: 'Sign in and set up' }).click();
  await ada.signInAs('Ada Lovelace');
  await heading('Set up this installation').waitFor();
  await ada.page.getByText('Setup link accepted').waitFor();
  expect(await findViolations(ada.page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('a token that GitHub rejects is refused at its field, and a valid one completes the setup', async () => {
  const { page } = ada;
  await page.getByLabel('Display name').fill('Analytical Engines');
  await page.getByLabel('GitHub server').selectOption({ label: 'Demo (simulated GitHub on this machine)' });
  await page.getByLabel('GitHub token').fill(DEMO_TOKENS.expired);
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.locator('.field.has-error', { hasText: 'GitHub token' }).waitFor();
  expect(ada.problems()).toEqual(['422 POST init']);
  await page.getByLabel('GitHub server').selectOption({ label: 'github.com' });
  await page.locator('.has-error').waitFor({ state: 'detached' });
  await page.getByLabel('GitHub server').selectOption({ label: 'Demo (simulated GitHub on this machine)' });

  await page.getByLabel('GitHub token').fill(DEMO_TOKENS.octocat);
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByText('Not every action has a database role of its own').waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Continue' }).click();
  await heading('Which repositories?').waitFor();
  await page.getByText('Next: add the repositories').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a repository that cannot be added is refused with its reason', async () => {
  const { page } = ada;
  const add = async (text: string, answer: string) => {
    await page.getByLabel('Repository', { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Add repository' }).click();
    await page.locator('.notice', { hasText: answer }).waitFor();
  };
  await add('nonsense', 'Enter owner/name');
  await add('northwind-labs/tidy-dates/issues', 'Enter owner/name');
  await page.getByLabel('Repository', { exact: true }).fill('northwind-labs/');
  await page.getByText('Not added').waitFor({ state: 'detached' });
  await add('northwind-labs/no-such-repository', 'no such repository');
  await add('https://github.com/pinecone-tools/lantern', 'push');
  await add('https://github.com/northwind-labs/tidy-dates.git', 'northwind-labs/tidy-dates was added');
  await page.getByRole('link', { name: 'See its charts' }).waitFor();
  await add('northwind-labs/tidy-dates', 'already');
  await heading('Your last 14 days are arriving').waitFor();
  await page
    .getByRole('listitem')
    .filter({ hasText: /northwind-labs\/tidy-dates.*14 days, [\d,]+ views/ })
    .waitFor();
  expect(ada.problems()).toEqual([
    '422 POST repositories/1',
    '422 POST repositories/1',
    '409 POST repositories/1',
  ]);
});

test('discovered repositories are added together, and the first collection shows its progress', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'Discover…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Repositories on GitHub' });
  await dialog.getByLabel('northwind-labs/tidy-dates').waitFor();
  expect(await dialog.getByLabel('northwind-labs/tidy-dates').isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: /^Select all/ }).click();
  await dialog.getByRole('button', { name: /^Add \d repositories$/ }).click();
  await page.getByText(/^\d repositories added$/).waitFor();
  await page
    .getByRole('listitem')
    .filter({ hasText: /northwind-labs\/burrow.*14 days, [\d,]+ views/ })
    .waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('the overview shows totals, the chart in words and every repository', async () => {
  const { page } = ada;
  ada.calls();
  await page.getByRole('link', { name: 'Open the overview' }).click();
  await heading('Overview').waitFor();
  await page.getByRole('img', { name: /^Views by day from/ }).waitFor();
  await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  expect(ada.calls()).toEqual(['GET stats/1']);
  expect(ada.problems()).toEqual([]);
});

test('range, steps and figures are in the address: back, reload and a shared link keep them', async () => {
  const { page } = ada;
  await ada.chooseRange('Last 90 days');
  await ada.chooseRange('By week');
  await page.getByRole('tab', { name: /^Clones/ }).click();
  await page.getByRole('img', { name: /^Clones by week from/ }).waitFor();
  expect(new URL(page.url()).search).toBe('?range=90&by=week&metric=cloneCount');
  await page.reload();
  await page.getByRole('img', { name: /^Clones by week from/ }).waitFor();
  await page.goBack();
  await page.getByRole('img', { name: /^Views by week from/ }).waitFor();
  const shared = await openVisitor(browser, installation.url);
  await shared.page.goto(`${installation.url}/t/1?range=90&by=week&metric=cloneCount`);
  await shared.signInAs('Ada Lovelace');
  await shared.page.getByRole('img', { name: /^Clones by week from/ }).waitFor();
  expect([...shared.problems(), ...ada.problems()]).toEqual([]);
  await shared.close();
});

const isSorted = (names: string[]) => names.length > 1 && names.join() === names.toSorted().join();

test('the table of repositories is sorted and searched, and the address keeps it', async () => {
  const { page } = ada;
  const names = () => page.locator('tbody th').allInnerTexts();
  await page.getByRole('link', { name: /^Repository/ }).click();
  await page.locator('th[aria-sort=ascending]', { hasText: 'Repository' }).waitFor();
  await expect.poll(async () => isSorted(await names())).toBe(true);
  await page.getByRole('searchbox', { name: /^Search \d+ repositories$/ }).fill('burrow');
  await expect.poll(names).toEqual(['northwind-labs/burrow']);
  expect(new URL(page.url()).searchParams.get('q')).toBe('burrow');
  expect(ada.problems()).toEqual([]);
});

async function showAsTable(page: Page, title: string) {
  await page.getByRole('button', { name: `Chart options of ${title}`, exact: true }).click();
  await page.getByRole('menuitem', { name: 'Show as table' }).click();
}

test('a repository’s page shows its charts, each also as a table', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'northwind-labs/burrow' }).click();
  await heading('northwind-labs/burrow').waitFor();
  await page.getByRole('img', { name: /^Views by week from/ }).waitFor();
  await page.getByRole('heading', { name: 'Referrers' }).waitFor();
  await page.getByRole('rowheader', { name: 'Google' }).waitFor();
  await page.getByText('Clones include CI checkouts').waitFor();
  await showAsTable(page, 'Views by week');
  await page.getByRole('table', { name: 'Views by week' }).waitFor();
  expect(await page.getByRole('table', { name: 'Views by week' }).getByRole('row').count()).toBeGreaterThan(
    10,
  );
  expect(ada.problems()).toEqual([]);
});

test('weeks that the range cuts are marked in the chart and in its table', async () => {
  const { page } = ada;
  const { pathname } = new URL(page.url());
  await ada.open(`${pathname}?from=2026-02-18&to=2026-03-10&by=week`);
  await page.getByText('Partial week: 5 of 7 and 2 of 7 days').first().waitFor();
  await showAsTable(page, 'Views by week');
  await page.getByRole('rowheader', { name: 'Week of 16 Feb 2026 5 of 7 days' }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the range of all days has no comparison, and the page says why', async () => {
  const { page } = ada;
  await ada.chooseRange('All time');
  await page.getByText('Nothing earlier to compare with').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('an address with an impossible range is refused, and another range is a click away', async () => {
  const { page } = ada;
  const { pathname } = new URL(page.url());
  await ada.open(`${pathname}?from=2026-02-30&to=2026-03-10`);
  await page.getByText('Give a day that exists').waitFor();
  expect(ada.problems()).toEqual([expect.stringMatching(/^400 GET stats/)]);
  await ada.chooseRange('Last 30 days');
  await page.getByRole('img', { name: /^Views by day from/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the shown figures are downloaded as CSV', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'More' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^traffic-burrow-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const rows = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
  expect(rows.length).toBeGreaterThan(10);
  expect(ada.problems()).toEqual([]);
});

test('a collection of one repository shows its progress and appears in the log', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'More' }).click();
  await seeProgress(() => page.getByRole('menuitem', { name: 'Collect now' }).click());
  await ada.openSetting('Collection');
  await page
    .getByRole('row', { name: /On demand/ })
    .first()
    .getByRole('link')
    .click();
  await heading(/^Run of/).waitFor();
  await page.getByRole('row', { name: /northwind-labs\/burrow.*Succeeded/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the daily and the weekly table are a view of the overview', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Overview' }).first().click();
  await page.getByRole('link', { name: 'Table' }).click();
  await page.getByRole('heading', { name: 'Daily traffic' }).waitFor();
  await ada.chooseRange('By week');
  await page.getByRole('heading', { name: 'Weekly traffic' }).waitFor();
  await page
    .getByRole('cell', { name: /^\d{4}-W\d{2}$/ })
    .first()
    .waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a custom range is chosen by its days', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Overview' }).first().click();
  await ada.chooseRange('Custom range…');
  await page.getByLabel('From', { exact: true }).fill('2026-01-01');
  await page.getByLabel('To', { exact: true }).fill('2026-01-31');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByRole('button', { name: 'Range: 1 – 31 Jan 2026' }).waitFor();
  // Nothing had been collected by then.
  await page.getByText('No days in this range').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('servers, a second tenant and a name that is taken', async () => {
  const { page } = ada;
  await ada.openSetting('GitHub servers');
  await page.getByRole('row', { name: /Demo/ }).waitFor();
  await page.getByRole('button', { name: 'Add server' }).click();
  const adding = page.getByRole('dialog', { name: 'Add a GitHub server' });
  await adding.getByLabel('Name').fill('Ours');
  await adding.getByLabel('Server address').fill('http://github.example.com');
  await adding.getByRole('button', { name: 'Add', exact: true }).click();
  const refused = adding.locator('.field.has-error', { hasText: 'Server address' });
  await refused.getByText('Give an address that begins with https://.', { exact: true }).waitFor();
  await adding.getByRole('button', { name: 'Cancel' }).click();
  expect(ada.problems()).toEqual(['400 POST servers']);
  await ada.openSetting('Tenants');
  await page.getByRole('button', { name: 'Create tenant' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a tenant' });
  await dialog.getByLabel('Name', { exact: true }).fill('Analytical Engines');
  await dialog.getByLabel('GitHub user name').fill('demo-hubot');
  await dialog.getByLabel('GitHub token').fill(DEMO_TOKENS.hubot);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.locator('.field.has-error', { hasText: 'Name' }).waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('Pinecone');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await heading('Repositories').waitFor();
  await page.getByText('No repositories yet').waitFor();
  await page.getByRole('button', { name: 'Tenant: Pinecone' }).click();
  const tenants = page.getByRole('menu', { name: 'Tenants' }).getByRole('menuitemradio');
  expect(await tenants.allInnerTexts()).toEqual(['Analytical Engines', 'Pinecone']);
  await page.keyboard.press('Escape');
  expect(ada.problems()).toEqual(['409 POST tenants']);
});

test('a tenant is deleted only after its name is typed', async () => {
  const { page } = ada;
  await ada.openSetting('Tenants');
  await ada.act('Pinecone', 'Delete…');
  const dialog = page.getByRole('dialog', { name: 'Delete Pinecone?' });
  const confirm = dialog.getByRole('button', { name: 'Delete tenant' });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel(/^Type/).fill('Pinecone');
  await confirm.click();
  await page.getByRole('row', { name: /Pinecone/ }).waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual([]);
});

test('removing a repository says what will be deleted, and Escape keeps it', async () => {
  const { page } = ada;
  const rowOf = (name: string) => page.getByRole('row', { name: new RegExp(name) });
  const dialogOf = (name: string) => page.getByRole('dialog', { name: `Remove northwind-labs/${name}?` });
  await page.getByRole('link', { name: 'Overview' }).first().click();
  await page.getByRole('link', { name: 'Repositories', exact: true }).click();
  await ada.act('northwind-labs/tidy-dates', 'Remove…');
  await dialogOf('tidy-dates')
    .getByText(/This deletes its collected data: \d+ traffic days/)
    .waitFor();
  await page.keyboard.press('Escape');
  await dialogOf('tidy-dates').waitFor({ state: 'detached' });
  expect(await rowOf('tidy-dates').count()).toBe(1);
  await ada.act('northwind-labs/old-importer', 'Remove…');
  await dialogOf('old-importer').getByText('Nothing has been collected yet.').waitFor();
  await dialogOf('old-importer').getByRole('button', { name: 'Remove', exact: true }).click();
  await rowOf('old-importer').waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual([]);
});

test('the system log shows the runs of all tenants', async () => {
  const { page } = ada;
  await ada.openSetting('System log');
  await page
    .getByRole('row', { name: /Analytical Engines.*Succeeded/ })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Collect all tenants' }).click();
  await page.getByText('Nothing is due').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('signing out leads to the welcome page and leaves nothing in the tab', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: /Your profile/ }).click();
  await page.getByText('ada@example.com').waitFor();
  const token = await page.evaluate(() => JSON.parse(sessionStorage['traffic.tokens']).accessToken);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  const answer = await installation.anonymously('GET', '/me', undefined, {
    authorization: `Bearer ${token}`,
  });
  expect(answer.body.error.code).toBe('access_token_revoked');
  expect(ada.problems()).toEqual([]);
});
