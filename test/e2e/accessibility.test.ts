import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isKey } from '../../lib/keys/secret.ts';
import { readAtom } from '../atom.ts';
import { filesOf, readFiles } from '../exported.ts';
import type { TestInstallation } from '../installation.ts';
import { findViolations, findViolationsInSights, fitsSoon, shiftOf } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { LONG_NAME } from './make-history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** Each page, and a text that shows its content has loaded. */
const PAGES = [
  ['/t/1?range=90', 'northwind-labs/burrow'],
  ['/t/1?range=all&by=month&metric=cloneCount', 'northwind-labs/burrow'],
  ['/t/1?tab=table&by=week', 'Weekly traffic'],
  ['/t/1/compare', 'Choose two to six'],
  ['/t/1/compare?repositories=1,2,3&as=index&range=90', 'Days known'],
  ['/t/2/r/REPOSITORY?range=90', 'What is known'],
  ['/t/2/r/LONG_NAME', 'What is known'],
  ['/t/1/r/GONE', 'This repository cannot be collected'],
  ['/t/2/r/REPOSITORY?range=90&day=2026-10-12', 'Against a usual'],
  ['/t/1/repositories', 'Data from – to'],
  ['/t/1/repositories?discover=1', 'Select none|tracked'],
  ['/t/1/dashboards', 'Built-in'],
  ['/t/1/dashboards/traffic-by-day', 'Full screen'],
  ['/t/1/dashboards/portfolio?tab=3', 'Full screen'],
  ['/t/1/reports?period=2026-09', 'How complete is this'],
  ['/t/1/runs', 'Requests'],
  ['/t/1/runs/RUN', 'Finished'],
  ['/t/1/members', 'Add member'],
  ['/t/1/groups', 'No groups yet'],
  ['/t/1/annotations', 'No annotations yet'],
  ['/t/1/alerts', 'No alerts yet'],
  ['/t/1/keys', 'No API keys yet'],
  ['/t/1/export', 'Traffic days'],
  ['/t/1/shares', 'Nothing is shared'],
  ['/t/1/notifications', 'Add channel'],
  ['/t/1/imports', 'None yet'],
  ['/admin/tenants', 'Create tenant'],
  ['/admin/servers', 'Add server'],
  ['/admin/roles', 'Add administrator or maintainer'],
  ['/admin/log', 'Collect all tenants'],
  ['/t/1/audit?area=repositories', 'added the repository'],
  ['/admin/audit', 'set up the installation'],
  ['/me', 'Sign out'],
  ['/nowhere', 'Page not found'],
] as const;

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const isStill = (shift: number) => shift < 0.02;

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
let names: Record<string, string>;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  const call = installation.as('ada@example.com');
  const idOf = async (tenantId: number, name: string) => {
    const { repositories } = (await call('GET', `/repositories/${tenantId}`)).body;
    const found = repositories.find((one: { name: string }) => one.name === name);
    return String(found.repositoryId);
  };
  const { runs } = (await call('GET', '/runs/1')).body;
  names = {
    REPOSITORY: await idOf(2, 'quacks'),
    LONG_NAME: await idOf(2, LONG_NAME),
    GONE: await idOf(1, 'old-importer'),
    RUN: String(runs[0].runId),
  };
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByText('Identity provider').waitFor();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const pathOf = (path: string) => path.replace(/REPOSITORY|LONG_NAME|GONE|RUN/, (name) => names[name] ?? '');

test.each(PAGES)(
  '%s stays where it is while it loads, and has no serious accessibility violation on a desk or a phone, light or dark',
  async (path, text) => {
    const { page } = ada;
    for (const size of [PHONE, DESK]) {
      await page.setViewportSize(size);
      await ada.open(pathOf(path));
      await page.getByText(new RegExp(text)).locator('visible=true').first().waitFor();
      expect([size.width, await shiftOf(page)]).toEqual([size.width, expect.toSatisfy(isStill)]);
    }
    expect(await findViolationsInSights(page)).toEqual([]);
    expect(ada.problems()).toEqual([]);
  },
);

test('on a phone one menu has all pages, and the list of repositories does not scroll sideways', async () => {
  const visitor = await openVisitor(browser, installation.url, { width: 375 });
  const { page } = visitor;
  await page.goto(`${installation.url}/t/1`);
  await visitor.signInAs('Ada Lovelace');
  await page.getByRole('link', { name: 'northwind-labs/burrow' }).waitFor();
  expect(await fitsSoon(page)).toBe(true);
  await page.getByRole('button', { name: /^Menu/ }).click();
  expect(await findViolations(page)).toEqual([]);
  const links = await page.getByRole('menu').locator('a').all();
  expect(links.length).toBeGreaterThan(9);
  for (const link of links) {
    const box = await link.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 375).toBe(true);
  }
  await page.keyboard.press('Escape');
  const list = page.getByRole('group', { name: 'Repositories' });
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  await list.getByRole('link', { name: /^Stars/ }).click();
  await page.waitForURL(/sort=stars/);
  await visitor.close();
});

test.each([
  ['/t/1', /^Range/, 'menu'],
  ['/t/1', /^Comparison/, 'menu'],
  ['/t/1', /^Tenant/, 'menu'],
  ['/t/1', /^Settings/, 'menu'],
  ['/t/1', /^Chart options/, 'menu'],
  ['/t/1', /^Stars: /, 'dialog'],
  ['/t/1/repositories', /^Actions for/, 'menu'],
  ['/t/1', /^Help/, 'dialog'],
  ['/t/1', /^Keyboard shortcuts/, 'dialog'],
] as const)(
  'on %s, what %s opens has no serious accessibility violation and closes by Escape',
  async (path, name, role) => {
    const { page } = ada;
    await ada.open(path);
    const button = page.getByRole('button', { name }).first();
    await button.click();
    await page.getByRole(role).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole(role).waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  },
);

test('keys choose ranges and open menus, but not while typing, and can be switched off', async () => {
  const { page } = ada;
  await ada.open('/t/1/dashboards');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Range: Last 30 days' }).waitFor();
  await page.keyboard.press('q');
  await page.waitForURL(/range=last-quarter/);
  await page.keyboard.press('x');
  await page.getByRole('menuitemradio', { name: 'Same period last year' }).click();
  await page.waitForURL(/compare=year/);
  await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('w');
  await page.waitForURL(/q=w/);
  expect(new URL(page.url()).searchParams.get('range')).toBe('last-quarter');

  await page.getByRole('link', { name: 'Repositories', exact: true }).click();
  await page.getByRole('button', { name: 'Tenant: demo-octocat' }).click();
  await page.getByRole('menuitemradio', { name: 'Pinecone' }).click();
  await page.waitForURL('**/t/2/repositories?range=last-quarter&compare=year');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Range: Last quarter' }).waitFor();

  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByLabel('Single keys do something').uncheck();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('w');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await dialog.getByLabel('Single keys do something').check();
  await page.keyboard.press('Escape');
  expect(new URL(page.url()).searchParams.get('range')).toBe('last-quarter');
  expect(ada.problems()).toEqual([]);
});

test('a menu is used with the keyboard alone', async () => {
  const { page } = ada;
  await ada.open('/t/1');
  await page.getByRole('button', { name: /^Range/ }).focus();
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await expect.poll(focused).toMatch(/^Last 30 days/);
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^Last 90 days/);
  await page.keyboard.press('End');
  expect(await focused()).toBe('By month');
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^Last 7 days/);
  await page.keyboard.press('a');
  expect(await focused()).toMatch(/^All time/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/range=all/);
});

test('a figure is explained where it stands, and the documentation is a page of the installation', async () => {
  const { page } = ada;
  await ada.open('/t/1');
  await page.getByRole('button', { name: 'What the figures mean' }).click();
  await page.getByText('The day was not collected before GitHub forgot it').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Documentation' }).click();
  await page.getByRole('heading', { name: 'Documentation' }).waitFor();
  await page.getByRole('link', { name: 'What the figures mean' }).click();
  await page.getByRole('heading', { name: 'What the figures mean' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('print keeps the colors of the legend, and leaves out what only a screen can use', async () => {
  const { page } = ada;
  await ada.open('/t/1');
  await page.locator('.legend').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  const adjust = () =>
    page.evaluate(
      () => getComputedStyle(document.querySelector('.legend') ?? document.body).printColorAdjust,
    );
  await expect.poll(adjust).toBe('exact');
  expect(await page.locator('header.bar').isVisible()).toBe(false);
  await page.emulateMedia({ media: 'screen' });
});

test('the welcome page has no serious accessibility violation either', async () => {
  const visitor = await openVisitor(browser, installation.url, { width: 360 });
  await visitor.open('/');
  await visitor.page.getByText('This is the installation of Analytical Engines').waitFor();
  expect(await findViolations(visitor.page)).toEqual([]);
  expect(await fitsSoon(visitor.page)).toBe(true);
  await visitor.close();
});

test.each([
  ['/admin/tenants', 'Create tenant', 'Create a tenant'],
  ['/admin/servers', 'Add server', 'Add a GitHub server'],
  ['/admin/roles', 'Add administrator or maintainer', 'Add administrator or maintainer'],
  ['/t/1/members', 'Add member', 'Add a member'],
])('on %s the dialog behind "%s" has no serious accessibility violation', async (path, button, title) => {
  const { page } = ada;
  await ada.open(path);
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('dialog', { name: title }).waitFor();
  expect(await findViolations(page)).toEqual([]);
});

test('texts from GitHub are shown as text', async () => {
  await ada.open(pathOf('/t/2/r/REPOSITORY?range=90'));
  const { page } = ada;
  await page.getByRole('heading', { name: 'What is known' }).waitFor();
  for (const all of [/^All \d+ referrers$/, /^All \d+ paths$/]) {
    const button = page.getByRole('button', { name: all });
    if (await button.isVisible()) await button.click();
  }
  await page.getByText('"><img src=x onerror=alert(1)>').waitFor();
  await page.getByText('=HYPERLINK("http://evil.example";"click")').waitFor();
  await page.getByText('<b>bold</b>').first().waitFor();
  expect(await page.locator('main img, main b:has-text("bold")').count()).toBe(0);
  expect(ada.problems()).toEqual([]);
});

test('the keyboard alone reaches the page, a dialog and back', async () => {
  const { page } = ada;
  await ada.open('/t/1/members');
  await page.getByRole('button', { name: 'Add member', disabled: false }).waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const focused = (what: 'textContent' | 'id' | 'type') =>
    expect.poll(() => page.evaluate((name) => Reflect.get(document.activeElement ?? {}, name), what));
  await page.keyboard.press('Tab');
  await focused('textContent').toBe('Skip to the page');
  await page.keyboard.press('Enter');
  await focused('id').toBe('main');
  await page.keyboard.press('Tab');
  await focused('textContent').toBe('Add member');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Add a member' }).waitFor();
  await focused('type').toBe('email');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focused('textContent').toBe('Add member');
});

test('a key is made in the page, shown once, listed with its end, and revoked after a question', async () => {
  const { page } = ada;
  await ada.open('/t/1/keys');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog.getByLabel('Name').fill('Nightly report');
  await dialog.getByRole('radio', { name: 'Manage' }).check();
  expect(await dialog.getByLabel('Repositories').isDisabled()).toBe(true);
  await dialog.getByRole('radio', { name: 'Read numbers' }).check();
  await dialog.getByLabel('Repositories').selectOption({ label: 'Some repositories…' });
  await dialog.getByRole('checkbox').first().check();
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const key = await dialog.getByLabel('API key').inputValue();
  expect(isKey(key)).toBe(true);
  expect(await findViolationsInSights(page)).toEqual([]);
  const bearer = installation.bearing(key);
  expect((await bearer('GET', '/repositories/1')).body.repositories).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('row', { name: /Nightly report/ });
  await row.getByText(`gta_${key.slice(4, 8)}…`).waitFor();
  expect(await page.content()).not.toContain(key);
  await row.getByRole('button', { name: 'Revoke… Nightly report' }).click();
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await row.getByText('Revoked').waitFor();
  expect((await bearer('GET', '/repositories/1')).body.error.code).toBe('key_revoked');
  expect(await findViolationsInSights(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('a key for a feed reader is shown as the address of the feed', async () => {
  const { page } = ada;
  await ada.open('/t/1/keys');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog.getByLabel('Name').fill('Reader');
  await dialog.getByRole('radio', { name: 'Feed' }).check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const address = await dialog.getByLabel('Address of the feed').inputValue();
  expect(await findViolationsInSights(page)).toEqual([]);
  const answer = await fetch(address);
  expect(answer.headers.get('content-type')).toContain('application/atom+xml');
  expect(readAtom(await answer.text()).links.alternate).toBe(`${installation.url}/t/1`);
  expect(ada.problems()).toEqual([]);
});

test('the page exports a tenant as a ZIP that is read again, and goes on after a part that failed', async () => {
  const { page } = ada;
  await ada.open('/t/1/export');
  const route = '**/exports/1/paths*';
  await page.route(route, (one) =>
    one.fulfill({ status: 500, json: { error: { code: 'internal', message: 'A fault.' } } }),
  );
  await page.getByRole('button', { name: /^Export about/ }).click();
  await page.getByText('A fault.').waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await page.unroute(route);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Go on' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^traffic-.+-2026-10-\d\d\.zip$/);
  await page.getByText(`${file.suggestedFilename()} is saved`).waitFor();
  const read = await readFiles(filesOf(await readFile(await file.path())));
  expect(read.problems).toEqual([]);
  const { total } = (await installation.as('ada@example.com')('GET', '/repositories/1')).body.page;
  expect(read.repositories).toHaveLength(total);
  expect(read.repositories.some(({ days, referrers }) => days.length > 30 && referrers.length > 0)).toBe(
    true,
  );
  expect(ada.problems()).toEqual(['500 GET exports/1/paths']);

  await page.getByLabel('Files').selectOption('Parquet');
  const [parquet] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Export about/ }).click(),
  ]);
  const files = filesOf(await readFile(await parquet.path()));
  expect(Buffer.from(files.get('traffic-days.parquet') ?? '').toString('latin1', 0, 4)).toBe('PAR1');
  expect(await findViolationsInSights(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});
