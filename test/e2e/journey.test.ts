import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKENS } from '../../local/github/stories.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openTestInstallation({ demo: true }), openChromium()]);
  ada = await openVisitor(browser, installation.url);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const heading = (name: string | RegExp) => ada.page.getByRole('heading', { level: 1, name });

test('a first visitor is told to set the installation up, and the link’s secret leaves the address bar', async () => {
  await ada.page.goto(installation.initLink);
  await ada.page.getByText('Set up this installation').waitFor();
  expect(new URL(ada.page.url()).hash).toBe('');
  await ada.page.getByText('You have the link to set it up').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('signing in leads to the page that sets up, with the secret kept', async () => {
  await ada.page.getByRole('button', { name: 'Sign in and set up' }).click();
  await ada.signInAs('Ada Lovelace');
  await heading('Set up this installation').waitFor();
  await ada.page.getByText('The installation’s secret came with your link').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a token that GitHub refuses is refused at its field, and a good one sets the installation up', async () => {
  const { page } = ada;
  await page.getByLabel('Display name').fill('Analytical Engines');
  await page.getByLabel('GitHub server').selectOption({ label: 'Demo (simulated GitHub on this machine)' });
  await page.getByLabel('GitHub token').fill(DEMO_TOKENS.expired);
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.locator('.field.at-fault', { hasText: 'GitHub token' }).waitFor();
  expect(ada.problems()).toEqual(['422 POST init']);

  await page.getByLabel('GitHub token').fill(DEMO_TOKENS.octocat);
  await page.getByRole('button', { name: 'Set up' }).click();
  await heading('Repositories').waitFor();
  await page.getByText('Next: add the repositories').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a repository that cannot be added is refused with its reason', async () => {
  const { page } = ada;
  const add = async (text: string) => {
    await page.getByLabel('Repository', { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Add repository' }).click();
    await page.getByRole('button', { name: 'Add repository' }).waitFor();
    return page.locator('.notice').filter({ hasNotText: 'is set up' }).innerText();
  };
  expect(await add('nonsense')).toContain('Give the owner and the name');
  expect(await add('northwind-labs/no-such-repository')).toContain('northwind-labs/no-such-repository');
  expect(await add('https://github.com/pinecone-tools/lantern')).toContain('push');
  expect(await add('https://github.com/northwind-labs/tidy-dates.git')).toContain('was added');
  expect(await add('northwind-labs/tidy-dates')).toContain('already');
  expect(ada.problems()).toEqual([
    '404 POST repositories/1',
    '403 POST repositories/1',
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
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /northwind-labs\/burrow.*Fine/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the overview shows totals, the chart in words and every repository', async () => {
  const { page } = ada;
  ada.calls();
  await page.getByRole('link', { name: 'Overview' }).click();
  await heading('demo-octocat').waitFor();
  await page.getByRole('img', { name: /^Views of all repositories from/ }).waitFor();
  await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  expect(ada.calls()).toEqual(['GET stats/1']);
  expect(ada.problems()).toEqual([]);
});
