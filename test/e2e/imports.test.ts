import type { Browser, Page } from 'playwright-core';
import initSqlJs from 'sql.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { openDatabase } from '../../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { exportZip, sourceOf } from '../exported.ts';
import type { TestInstallation } from '../installation.ts';
import { findViolations, findViolationsInSights, shiftOf } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** Bringing history in, by the page. */

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
let page: Page;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  ada = await openVisitor(browser, installation.url);
  ({ page } = ada);
  await page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

beforeEach(async () => {
  await ada.open('/t/1/imports');
  await page.getByRole('heading', { name: 'Past imports' }).waitFor();
});

interface Given {
  name: string;
  text: string;
}

const toPayload = ({ name, text }: Given) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

/** A day a row. At weekends fewer people come. */
function csvOf(from: string, days: number): string {
  const rows = Array.from({ length: days }, (_, index) => {
    const views = index % 7 < 5 ? 90 + ((index * 37) % 60) : 20 + (index % 9);
    return `${addDays(from, index)},${views},${Math.ceil(views / 3)},${index % 6},${index % 3}`;
  });
  return ['date,views,unique_views,clones,unique_clones', ...rows].join('\n');
}

async function choose(...files: Given[]): Promise<void> {
  await page.getByLabel('Files', { exact: true }).setInputFiles(files.map(toPayload));
}

/** Drops files as the mouse does. */
async function drop(...files: Given[]): Promise<void> {
  await page.evaluate((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name));
    const area = document.querySelector('[aria-label="Files to import"]');
    for (const type of ['dragover', 'drop'])
      area?.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files);
}

const importButton = () => page.getByRole('button', { name: 'Import', exact: true });

async function waitUntilCompared(): Promise<void> {
  await expect.poll(() => importButton().isEnabled()).toBe(true);
}

async function repositoryIdOf(fullName: string): Promise<number> {
  const { body } = await installation.as('ada@example.com')('GET', '/repositories/1?size=300');
  return body.repositories.find((one: { fullName: string }) => one.fullName === fullName).repositoryId;
}

/** How many days are known before the first collection. */
async function olderDays(repositoryId: number): Promise<number> {
  const path = `/stats/1/${repositoryId}?from=2024-01-01&to=2024-12-31&by=day`;
  const { body } = await installation.as('ada@example.com')('GET', path);
  return body.series.viewCount.filter((value: number | null) => value !== null).length;
}

test('a dropped CSV is shown, asked about, imported, drawn, and taken back without a trace', async () => {
  const id = await repositoryIdOf('northwind-labs/burrow');
  await drop({ name: 'traffic.csv', text: csvOf('2024-03-01', 60) });
  await page.getByText('Which one is it?').waitFor();
  expect(await importButton().isEnabled()).toBe(false);
  expect(ada.calls().filter((call) => !call.startsWith('GET'))).toEqual(['POST imports/1/repositories']);
  await page.getByLabel(/goes to$/).selectOption({ label: 'northwind-labs/burrow' });
  await page.getByText('60 new days, for 1 repository.').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(await olderDays(id)).toBe(0);
  await importButton().click();
  await page.getByText('See the history of northwind-labs/burrow').waitFor();
  expect(await olderDays(id)).toBe(60);
  await page.getByRole('link', { name: 'See the history of northwind-labs/burrow' }).click();
  await page.getByRole('heading', { name: 'What is known' }).waitFor();
  await page.getByText('Imported', { exact: true }).first().waitFor();
  await ada.open(`/t/1/r/${id}?from=2024-03-01&to=2024-04-20&day=2024-03-12`);
  await page.getByText('From traffic.csv (a home-made file)').first().waitFor();
  expect(await findViolations(page)).toEqual([]);

  await ada.open('/t/1/imports');
  await page.getByRole('button', { name: /^Details…/ }).click();
  await page.getByText(/SHA-256 [0-9a-f]{64}/).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Take back…/ }).click();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Take back', exact: true }).click();
  await page.getByText(/^taken back /).waitFor();
  expect(await olderDays(id)).toBe(0);
  expect(ada.problems()).toEqual([]);
});

test('a file that is nothing says why, and nothing can be imported', async () => {
  await choose({ name: 'notes.txt', text: 'Buy milk.' });
  await page.getByRole('heading', { name: 'Nothing to import' }).waitFor();
  expect(await page.getByText('notes.txt').count()).toBeGreaterThan(0);
  expect(await importButton().count()).toBe(0);
  expect(await findViolationsInSights(page)).toEqual([]);
  await page.getByRole('button', { name: 'Choose other files' }).click();
  await page.getByRole('heading', { name: 'Drop files, a folder or a ZIP here' }).waitFor();
  expect(ada.problems()).toEqual([]);
});

/** A database as ghstats keeps it. */
async function databaseOfGhstats(): Promise<Buffer> {
  const { Database } = await initSqlJs();
  const db = new Database();
  const counts = ['stars', 'forks', 'clones_count', 'clones_uniques', 'views_count', 'views_uniques'];
  db.run('create table repos (id integer primary key, name text)');
  db.run(`create table repo_stats (repo_id integer, date text, ${counts.join(', ')})`);
  db.run("insert into repos values (1, 'northwind-labs/burrow')");
  db.run("insert into repo_stats values (1, '2023-03-01T00:00:00Z', 5, 1, 4, 3, 70, 30)");
  return Buffer.from(db.export());
}

test('a database is read under the pages’ policy, and SQLite is loaded only for it', async () => {
  const loaded: string[] = [];
  page.context().on('request', (request) => loaded.push(request.url()));
  const isSqlite = (url: string) => /imports-worker-sql/.test(url);
  await choose({ name: 'traffic.csv', text: csvOf('2023-03-01', 3) });
  await page.getByText('Which one is it?').waitFor();
  expect(loaded.filter(isSqlite)).toEqual([]);
  await ada.open('/t/1/imports');
  const buffer = await databaseOfGhstats();
  const file = { name: 'ghstats.db', mimeType: 'application/octet-stream', buffer };
  await page.getByLabel('Files', { exact: true }).setInputFiles([file]);
  await page.getByText(/^1 new day, .* for 1 repository\.$/).waitFor();
  expect(loaded.filter(isSqlite)).toHaveLength(1);
  expect(ada.problems()).toEqual([]);
});

test('an export’s groups and dashboards are shown before they are made, and stay only if somebody uses them', async () => {
  const call = installation.as('ada@example.com');
  const id = await repositoryIdOf('northwind-labs/burrow');
  const create = async (name: string) =>
    (await call('POST', '/groups/1', { name, repositoryIds: [id] })).body.groupId as number;
  const tools = await create('Tools');
  const others = await create('Others');
  const kept = await create('Kept');
  const widget = { kind: 'figure', title: '', metric: 'viewCount', change: true, range: 'dashboard' };
  const widgets = [{ ...widget, repositories: { group: tools }, x: 0, y: 0, w: 3, h: 2 }];
  const document = { name: 'Imported', tabs: [{ title: 'One', widgets }] };
  const dashboardId = (await call('POST', '/dashboards/1', { document })).body.dashboardId;
  const annotate = (text: string, groupId: number) =>
    call('POST', '/annotations/1', { key: crypto.randomUUID(), date: '2026-10-01', text, groupId });
  const noted = await annotate('Of the tools', tools);
  const { zip } = await exportZip(sourceOf(call, 1));
  await call('DELETE', `/annotations/1/${noted.body.annotationId}`);
  await call('DELETE', `/dashboards/1/${dashboardId}`);
  for (const groupId of [tools, others]) await call('DELETE', `/groups/1/${groupId}`);
  const buffer = Buffer.from(zip);
  const input = page.getByLabel('Files', { exact: true });
  await input.setInputFiles([{ name: 'export.zip', mimeType: 'application/zip', buffer }]);
  await page.getByRole('heading', { name: 'Groups, dashboards and annotations' }).waitFor();
  await page.getByText(/2 groups, 1 dashboard, 1 annotation, for/).waitFor();
  await page.getByText('There is a group of this name, which stays as it is.').waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  expect((await call('GET', '/groups/1')).body.groups).toMatchObject([{ groupId: kept }]);
  await waitUntilCompared();
  await importButton().click();
  await page
    .getByText(/^See the history of/)
    .first()
    .waitFor();
  expect(await page.getByText('made', { exact: true }).count()).toBe(3);
  expect(await findViolations(page)).toEqual([]);
  const { groups } = (await call('GET', '/groups/1')).body;
  expect(groups.map(({ name }: { name: string }) => name)).toEqual(['Kept', 'Others', 'Tools']);
  const made = groups.find(({ name }: { name: string }) => name === 'Tools').groupId;
  expect((await call('GET', '/annotations/1')).body.annotations).toMatchObject([
    { text: 'Of the tools', group: { groupId: made } },
  ]);
  const { dashboards } = (await call('GET', '/dashboards/1')).body;
  const imported = dashboards.find(({ name }: { name: string }) => name === 'Imported').dashboardId;
  const { body: shown } = await call('GET', `/dashboards/1/${imported}`);
  expect(shown.document.tabs[0].widgets[0].repositories).toEqual({ group: made });
  await annotate('Of the others', groups[1].groupId);

  await page
    .getByRole('button', { name: /^Take back…/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Take back', exact: true }).click();
  await page.getByRole('heading', { name: 'The import is taken back' }).waitFor();
  await page.getByText('It is in use.').waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  const left = (await call('GET', '/groups/1')).body.groups;
  expect(left.map(({ name }: { name: string }) => name)).toEqual(['Kept', 'Others']);
  expect(ada.problems()).toEqual([]);
});

test('an empty tenant gets an export: its repositories are tracked with a click, and what GitHub refuses stays out', async () => {
  const call = installation.as('ada@example.com');
  const { zip } = await exportZip(sourceOf(call, 1));
  const { serverId } = (await call('GET', '/tenants/1')).body.server;
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const { tenantId } = (await call('POST', '/tenants', { name: 'Moved', serverId, ...token })).body;
  await ada.open(`/t/${tenantId}/imports`);
  const input = page.getByLabel('Files', { exact: true });
  await input.setInputFiles([{ name: 'export.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) }]);
  await page.getByText('Say where these repositories go, or track them.').waitFor();
  // Groups without their repositories would be in the way of those that have them.
  expect(await importButton().isEnabled()).toBe(false);
  await page.getByRole('button', { name: /^Track all/ }).click();
  await page.getByText('Stays out: it cannot be tracked').waitFor();
  await page.getByText('northwind-labs/old-importer', { exact: true }).last().waitFor();
  await page.getByText(/1 repository stays out\.$/).waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await waitUntilCompared();
  await importButton().click();
  await page
    .getByText(/^See the history of/)
    .first()
    .waitFor();
  await installation.host.settled();
  const named = async (tenant: number) =>
    (await call('GET', `/repositories/${tenant}?size=300`)).body.repositories.map(
      ({ fullName, schedule }: { fullName: string; schedule: string }) => `${fullName} ${schedule}`,
    );
  const kept = (await named(1)).filter((one: string) => !one.includes('old-importer'));
  expect(await named(tenantId)).toEqual(kept);
  const dashboardNames = async (tenant: number) =>
    (await call('GET', `/dashboards/${tenant}`)).body.dashboards.map(({ name }: { name: string }) => name);
  expect(await dashboardNames(tenantId)).toEqual(await dashboardNames(1));
  expect(ada.problems()).toEqual([]);
});

test('an import that a reload interrupts half-way is continued', async () => {
  let held = 0;
  await page.route('**/imports/1/*/parts/1', () => {
    held++;
  });
  await choose({ name: 'half.csv', text: csvOf('2022-03-01', 40) });
  await page.getByLabel(/goes to$/).selectOption({ label: 'northwind-labs/burrow' });
  await page.getByText('40 new days, for 1 repository.').waitFor();
  await importButton().click();
  await page.getByText('0 of 1 part sent').waitFor();
  await expect.poll(() => held).toBe(1);
  await page.reload();
  await page.getByText('An import of half.csv is not complete').waitFor();
  await page.unroute('**/imports/1/*/parts/1');
  expect(await findViolations(page)).toEqual([]);
  ada.calls();
  await page.getByRole('button', { name: 'Continue import of half.csv' }).click();
  await page.getByText('See the history of northwind-labs/burrow').waitFor();
  expect(ada.calls().filter((call) => call.startsWith('PUT'))).toHaveLength(1);
  await page.reload();
  await page.getByRole('heading', { name: 'Past imports' }).waitFor();
  expect(await page.getByRole('button', { name: /^Continue import/ }).count()).toBe(0);
});

test('an import that was begun can be discarded, and leaves nothing', async () => {
  await page.route('**/imports/1/*/complete', (route) => route.abort());
  await choose({ name: 'other.csv', text: csvOf('2021-03-01', 40) });
  await page.getByLabel(/goes to$/).selectOption({ label: 'northwind-labs/burrow' });
  await page.getByText('40 new days, for 1 repository.').waitFor();
  await importButton().click();
  await page.getByText(/The server does not answer: trying again in/).waitFor();
  await page.reload();
  await page.unroute('**/imports/1/*/complete');
  await page.getByRole('button', { name: 'Discard the import of other.csv' }).click();
  await page.getByText('An import of other.csv is not complete').waitFor({ state: 'detached' });
  const { body } = await installation.as('ada@example.com')('GET', '/imports/1');
  expect(body.imports[0]).toMatchObject({ status: 'taken back' });
  ada.problems();
});

test('files are chosen, placed and imported by keyboard alone', async () => {
  const tabTo = async (name: RegExp) => {
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      );
    for (let count = 0; count < 40 && !name.test(await focused()); count++) await page.keyboard.press('Tab');
    expect(await focused()).toMatch(name);
  };
  await page
    .getByRole('button', { name: /^Details…/ })
    .first()
    .waitFor();
  await page.waitForLoadState('networkidle');
  await tabTo(/^Choose files/);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
  await chooser.setFiles([toPayload({ name: 'traffic.csv', text: csvOf('2023-05-01', 20) })]);
  await page.getByText('Which one is it?').waitFor();
  await tabTo(/goes to$/);
  await page.keyboard.type('northwind-labs/tidy');
  await waitUntilCompared();
  await tabTo(/^Import$/);
  await page.keyboard.press('Enter');
  await page.getByText('See the history of northwind-labs/tidy-dates').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('what is asked, and what differs from our own figures, is shown before anything is stored', async () => {
  const { body } = await installation.as('ada@example.com')('GET', '/stats/1/1?range=30&by=day');
  expect(body.repository.fullName).toBeDefined();
  await choose({
    name: 'clones-or-views.csv',
    text: `date,count,uniques\n${addDays('2026-10-14', 0)},999999,7\n2026-10-13,1,1`,
  });
  await page.getByRole('heading', { name: 'Please answer' }).waitFor();
  await page.getByLabel('What it counts').selectOption({ label: 'Views' });
  await page.getByRole('button', { name: 'Use this answer' }).click();
  await page.getByLabel(/goes to$/).selectOption({ label: 'northwind-labs/burrow' });
  await page.getByRole('button', { name: /differences?…/ }).click();
  await page.getByText('what is stored', { exact: true }).first().waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /1 file/ }).click();
  await page.getByLabel('Show SHA-256').check();
  expect(await page.getByText(/^[0-9a-f]{64}$/).count()).toBe(1);
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await shiftOf(page)).toBeGreaterThanOrEqual(0);
});

/** Makes it a day that we saw only in part, as servers that answer sparsely leave them. */
async function cutDay(repositoryId: number, trafficDate: string): Promise<void> {
  const { db } = openDatabase(installation.database.url);
  await db
    .updateTable('trafficDay')
    .set({ state: 'cut' })
    .where('tenantId', '=', 1)
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', '=', trafficDate)
    .execute();
  await db.destroy();
}

test('a larger figure of a file counts for a day that we saw only in part, and the day says so', async () => {
  const fullName = 'northwind-labs/burrow';
  const date = '2026-10-13';
  const repositoryId = await repositoryIdOf(fullName);
  await cutDay(repositoryId, date);
  await choose({ name: 'views.csv', text: `date,views,unique_visitors\n${date},88888,777` });
  await page.getByLabel(/goes to$/).selectOption({ label: fullName });
  await page.getByText('1 day filled or raised, for 1 repository.').waitFor();
  await importButton().click();
  await page.getByText(`See the history of ${fullName}`).waitFor();
  await ada.open(`/t/1/r/${repositoryId}?from=${date}&to=${date}&day=${date}`);
  await page.getByText('Views: the file’s 88,888 counts, being larger than our').waitFor();
  await page.getByText('From views.csv').first().waitFor();
  expect(ada.problems()).toEqual([]);
});
