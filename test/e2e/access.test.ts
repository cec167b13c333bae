import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Right } from '../../lib/access.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolations, fitsSoon } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;

const NORTHWIND = ['tidy-dates', 'burrow'].map((name) => ({ owner: 'northwind-labs', name }));

beforeAll(async () => {
  const now = '2026-03-10T08:00:00.000Z';
  [installation, browser] = await Promise.all([openTestInstallation({ demo: true, now }), openChromium()]);
  await installation.initialize();
  await installation.as('ada@example.com')('POST', '/repositories/1/batch', { repositories: NORTHWIND });
  await installation.host.settled();
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

async function enter(person: string, path = '/'): Promise<Visitor> {
  const visitor = await openVisitor(browser, installation.url);
  await visitor.page.goto(`${installation.url}/me`);
  await visitor.signInAs(person);
  await visitor.page.getByRole('heading', { level: 1, name: person }).waitFor();
  await visitor.open(path);
  return visitor;
}

/** The pages in the bar, and those of the settings' menu. */
async function pagesOffered({ page }: Visitor): Promise<string[]> {
  const main = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts();
  await page.getByRole('button', { name: /^Settings/ }).click();
  const settings = await page.getByRole('menu').locator('a').allInnerTexts();
  await page.keyboard.press('Escape');
  return [...main, ...settings];
}

test('a person without a role is told who to ask', async () => {
  const alan = await enter('Alan Turing');
  await alan.page.getByText('nobody has given you a role yet').waitFor();
  expect(await pagesOffered(alan)).toEqual([]);
  expect(alan.problems()).toEqual([]);
  await alan.close();
});

test('an administrator assigns two roles in turn, and each shows what it allows', async () => {
  const ada = await enter('Ada Lovelace', '/t/1/members');
  await ada.page.getByRole('button', { name: 'Add member' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Add a member' });
  await dialog.getByLabel('E-mail address').fill('grace@example.com');
  await dialog.getByLabel('Role').selectOption('repository viewer');
  expect(await dialog.getByRole('button', { name: 'Add' }).isDisabled()).toBe(true);
  await dialog.getByLabel('northwind-labs/burrow').check();
  await dialog.getByRole('button', { name: 'Add' }).click();
  const row = ada.page.getByRole('row', { name: /grace@example\.com repository viewer · 1 repository/ });
  await row.getByText('Invited, not signed in yet').waitFor();

  const grace = await enter('Grace Hopper');
  await grace.page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  expect(await grace.page.getByRole('rowheader').allInnerTexts()).toEqual(['northwind-labs/burrow']);
  expect(await pagesOffered(grace)).toEqual([
    'Overview',
    'Repositories',
    'Compare',
    'Dashboards',
    'Reports',
    'Annotations',
    'Alerts',
    'Notifications',
    'Export',
  ]);
  await grace.open('/t/1/repositories');
  await grace.page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  expect(await grace.page.getByRole('button', { name: /Add|Remove|Discover/ }).count()).toBe(0);

  await ada.page.getByRole('button', { name: 'Change… grace@example.com' }).click();
  await ada.page.getByRole('dialog').getByLabel('Role').selectOption('viewer');
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  const saved = ada.page.getByRole('row', { name: /grace@example\.com viewer/ });
  await saved.waitFor();
  expect(await saved.getByText('Invited').count()).toBe(0);
  await grace.open('/t/1');
  await grace.page.getByRole('rowheader', { name: 'northwind-labs/tidy-dates' }).waitFor();
  expect(await pagesOffered(grace)).toEqual([
    'Overview',
    'Repositories',
    'Compare',
    'Dashboards',
    'Reports',
    'Collection',
    'Rules',
    'Groups',
    'Annotations',
    'Alerts',
    'Notifications',
    'Export',
  ]);
  expect([...ada.problems(), ...grace.problems()]).toEqual([]);
  await Promise.all([ada.close(), grace.close()]);
});

/** What each right opens: a page in the navigation, or a button on a page. */
const PAGES: [Right, string][] = [
  ['seeRuns', 'Collection'],
  ['seeAllTraffic', 'Rules'],
  ['seeAllTraffic', 'Groups'],
  ['seeTraffic', 'Annotations'],
  ['seeTraffic', 'Alerts'],
  ['seeMembers', 'Members'],
  ['changeMembers', 'Add member…'],
  ['seeTraffic', 'Notifications'],
  ['changeShares', 'Shares'],
  ['changeKeys', 'API keys'],
  ['seeTraffic', 'Export'],
  ['changeImports', 'Import history'],
  ['seeAudit', 'Audit log'],
  ['seeTenant', 'Tenants'],
  ['seeServers', 'GitHub servers'],
  ['seeSystemRoles', 'System roles'],
  ['seeAllRuns', 'System log'],
  ['seeAllAudit', 'System audit log'],
];
const BUTTONS = {
  changeRepositories: ['/t/1/repositories', 'Discover'],
  startRuns: ['/t/1/runs', 'Collect now'],
  changeMembers: ['/t/1/members', 'Add member'],
  changeGroups: ['/t/1/groups', 'New group'],
  manageTenants: ['/admin/tenants', 'Create tenant'],
  changeServers: ['/admin/servers', 'Add server'],
  changeSystemRoles: ['/admin/roles', 'Add administrator or maintainer'],
} satisfies Partial<Record<Right, [string, string]>>;

test.each([
  ['viewer', '/members/1/grace@example.com'],
  ['manager', '/members/1/grace@example.com'],
  ['maintainer', '/members/system/grace@example.com'],
])('a %s is offered exactly the pages and buttons that the rights of /me name', async (role, path) => {
  await installation.as('ada@example.com')('PUT', path, { role });
  const { body } = await installation.as('grace@example.com')('GET', '/me');
  const rights = new Set<string>([...body.rights, ...body.tenants[0].rights]);
  const grace = await enter('Grace Hopper', '/t/1');
  const offered = PAGES.flatMap(([right, label]) => (rights.has(right) ? [label] : []));
  expect(await pagesOffered(grace)).toEqual([
    'Overview',
    'Repositories',
    'Compare',
    'Dashboards',
    'Reports',
    ...offered,
  ]);
  for (const [right, [address, name]] of Object.entries(BUTTONS)) {
    await grace.open(address);
    await grace.page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    expect(await grace.page.getByRole('button', { name }).count(), right).toBe(rights.has(right) ? 1 : 0);
  }
  expect(grace.problems()).toEqual([]);
  await grace.close();
  await installation.as('ada@example.com')('DELETE', path);
});

test('a page that a role does not allow says so and makes no API call', async () => {
  await installation.as('ada@example.com')('PUT', '/members/1/grace@example.com', { role: 'viewer' });
  const grace = await enter('Grace Hopper', '/t/1/members');
  grace.calls();
  const tenants = ['members', 'audit'].map((page) => `/t/1/${page}`);
  const system = ['tenants', 'servers', 'roles', 'log', 'audit'].map((page) => `/admin/${page}`);
  for (const path of [...tenants, ...system]) {
    await grace.open(path);
    await grace.page.getByRole('heading', { name: 'You need another role for this page' }).waitFor();
  }
  await grace.open('/no/such/page');
  await grace.page.getByRole('heading', { name: 'Page not found' }).waitFor();
  expect(new Set(grace.calls())).toEqual(new Set(['GET me']));
  expect(grace.problems()).toEqual([]);
  await grace.close();
});

test('the audit log shows who did what, is filtered by the address, and saved as CSV', async () => {
  const call = installation.as('ada@example.com');
  for (let times = 0; times < 26; times++)
    for (const role of ['viewer', 'manager']) await call('PUT', '/members/1/kim@example.com', { role });
  const ada = await enter('Ada Lovelace', '/t/1');
  const { page } = ada;
  await ada.openSetting('Audit log');
  const changed = 'ada@example.com changed the role of kim@example.com from viewer to manager.';
  await page.getByRole('rowheader', { name: changed }).first().waitFor();
  expect(await page.getByRole('rowheader').count()).toBe(50);
  await page.getByRole('link', { name: 'Older' }).click();
  await page.getByRole('rowheader', { name: 'ada@example.com created the tenant' }).waitFor();

  await page.getByRole('combobox', { name: 'Show' }).selectOption('Repositories');
  await page.getByRole('searchbox', { name: 'Search people and names' }).fill('BURROW');
  await page.waitForURL('**/t/1/audit?area=repositories&q=BURROW');
  const added = 'ada@example.com added the repository northwind-labs/burrow.';
  await expect.poll(() => page.getByRole('rowheader').allInnerTexts()).toEqual([added]);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('audit-1.csv');
  expect((await readFile(await file.path(), 'utf8')).split('\r\n').slice(1)).toEqual([
    expect.stringContaining(added),
    '',
  ]);

  await page.getByLabel('To', { exact: true }).fill('2026-01-31');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/until=2026-01-31$/);
  await page.getByRole('heading', { name: 'No entries' }).waitFor();
  await page.getByRole('link', { name: 'Show everything' }).click();
  await page.getByRole('rowheader', { name: 'ada@example.com downloaded audit-1.csv' }).waitFor();
  expect(ada.problems()).toEqual([]);
  await ada.open('/admin/audit?since=yesterday');
  await page.getByRole('alert').waitFor();
  expect(ada.problems()).toEqual(['400 GET audit']);
  await ada.close();
});

test('the last administrator cannot be removed, and the dialog says why', async () => {
  const ada = await enter('Ada Lovelace', '/admin/roles');
  await ada.act('ada@example.com', 'Remove…');
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog
    .getByRole('alert')
    .getByText(/administrator/)
    .waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(ada.problems()).toEqual(['409 DELETE members/system/ada%40example.com']);
  await ada.close();
});

test('a second account with an address whose role is taken is told what to ask for', async () => {
  const alan = 'alan@example.com';
  const ada = installation.as('ada@example.com');
  await ada('PUT', `/members/1/${alan}`, { role: 'viewer' });
  const token = await installation.identity.issueToken(alan, { through: 'google' });
  await installation.anonymously('GET', '/me', undefined, { authorization: `Bearer ${token}` });
  const visitor = await enter('Alan Turing');
  await visitor.page.getByText('belongs to another account at the sign-in service').waitFor();
  expect(visitor.problems()).toEqual([]);
  await visitor.close();
});

test('signing out everywhere ends the session in another browser, which asks for a sign-in', async () => {
  const here = await enter('Ada Lovelace', '/me');
  const there = await enter('Ada Lovelace', '/t/1');
  await here.page.getByRole('button', { name: 'Sign out everywhere…' }).click();
  const dialog = here.page.getByRole('dialog', { name: 'Sign out everywhere?' });
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
  await here.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await there.openSetting('Members');
  await there.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(await there.page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(here.problems()).toEqual([]);
  expect(new Set(there.problems())).toEqual(new Set(['401 GET members/1']));

  await there.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await there.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  expect(there.problems()).toEqual([]);
  await Promise.all([here.close(), there.close()]);
});

test('an administrator of five thousand tenants finds one by typing, in the bar and in the list', async () => {
  const client = new Client(installation.database.url);
  await client.connect();
  await client.query(
    `insert into tenant (tenant_id, name, server_id, github_user, token_sealed, created_at, created_by)
     select n, 'Tenant ' || n, server_id, github_user, token_sealed, created_at, created_by
     from tenant, generate_series(1001, 6000) n where tenant_id = 1`,
  );
  await client.query('analyze tenant');
  await client.end();

  const ada = await enter('Ada Lovelace', '/t/4321');
  const { page } = ada;
  await page.getByRole('button', { name: 'Tenant: Tenant 4321' }).waitFor();
  await ada.open('/t/4321/members');
  await page.getByRole('button', { name: 'Add member' }).waitFor();
  ada.calls();
  await page.getByRole('button', { name: 'Tenant: Tenant 4321' }).click();
  const search = page.getByRole('combobox', { name: 'Search tenants' });
  await page.getByRole('option', { name: 'Tenant 1001' }).waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('option', { name: 'Tenant 1099' }).waitFor();
  await search.fill('no such name');
  await page.getByText('No tenant matches “no such name”.').waitFor();
  await search.fill('TENANT 543');
  await page.getByRole('option', { name: 'Tenant 5430' }).waitFor();
  expect(await page.getByRole('option').count()).toBe(10);
  await search.press('ArrowDown');
  await search.press('ArrowDown');
  await search.press('ArrowUp');
  await search.press('Enter');
  await page.waitForURL('**/t/5431/members');
  await page.getByRole('button', { name: 'Tenant: Tenant 5431' }).waitFor();
  await page.getByRole('button', { name: 'Add member' }).waitFor();
  // The text is sent when the typing pauses.
  expect(ada.calls().filter((call) => call === 'GET me/tenants').length).toBeLessThan(6);
  await page.getByRole('button', { name: 'Tenant: Tenant 5431' }).click();
  await search.press('Escape');
  expect(await search.count()).toBe(0);

  await ada.open('/admin/tenants');
  await page.getByRole('rowheader', { name: 'Tenant 1001' }).waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('rowheader', { name: 'Tenant 1198' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search tenants' }).fill('nant 4321');
  await page.waitForURL('**/admin/tenants?q=nant+4321');
  await page.getByRole('button', { name: 'Change… Tenant 4321' }).waitFor();
  expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['Tenant 4321']);
  await page.getByRole('searchbox', { name: 'Search tenants' }).fill('nobody');
  await page.getByText('No tenant matches “nobody”.').waitFor();
  await page.getByRole('link', { name: 'Show all' }).click();
  await page.getByRole('rowheader', { name: 'Tenant 1001' }).waitFor();
  expect(ada.problems()).toEqual([]);
  await ada.open('/t/999999');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  // The figures are asked for in parallel, and may be refused later.
  await expect.poll(() => ada.problems()).toEqual(['404 GET stats/999999']);

  await ada.open('/me');
  await page.getByRole('cell', { name: 'as administrator' }).first().waitFor();
  await ada.open('/t/4321');
  await page.getByRole('button', { name: 'Tenant: Tenant 4321' }).click();
  await page.getByRole('option', { name: 'Tenant 1001' }).waitFor();
  await page.setViewportSize({ width: 375, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(await fitsSoon(page)).toBe(true);
  await page.getByRole('option', { name: 'Tenant 1002' }).click();
  await page.getByRole('button', { name: 'Tenant: Tenant 1002' }).waitFor();
  expect(ada.problems()).toEqual([]);
  await ada.close();
});
