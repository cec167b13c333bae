import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { openDatabase } from '../../lib/db/database.ts';
import trafficByDay from '../fixtures/vega-dashboards/traffic-by-day.json';
import type { TestInstallation } from '../installation.ts';
import { findViolations, fitsSoon } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { FIRST_INSTANT } from './make-history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
/** A dashboard of Vega-Lite widgets. */
let vega: string;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  vega = await createDashboard({ ...trafficByDay, name: 'Vega by day' });
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/t/1/dashboards`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByRole('link', { name: 'Traffic by day' }).waitFor();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const picture = (name: string | RegExp) => ada.page.getByRole('img', { name });
const editor = () => ada.page.getByRole('textbox', { name: 'The dashboard as JSON' });

const widget = (title: string, spec: unknown) => ({ title, x: 0, y: 0, w: 12, h: 4, spec });
const DAILY = {
  description: 'Views of all repositories.',
  data: { name: 'totals' },
  mark: 'bar',
  encoding: {
    x: { field: 'TDATE', type: 'temporal', timeUnit: 'utcyearmonthdate' },
    y: { field: 'VIEWCOUNT', type: 'quantitative' },
  },
};

async function createDashboard(document: unknown): Promise<string> {
  const { status, body } = await installation.as('ada@example.com')('POST', '/dashboards/1', { document });
  expect(status).toBe(201);
  return body.dashboardId;
}

const makeDashboard = (name: string, spec: unknown = DAILY) =>
  createDashboard({ name, tabs: [{ title: 'One', widgets: [widget('Views', spec)] }] });

async function savedText(button: Locator): Promise<string> {
  const [download] = await Promise.all([ada.page.waitForEvent('download'), button.click()]);
  return readFile((await download.path()) ?? '', 'utf8');
}

/** Pastes text into the editor. */
async function paste(text: string) {
  await editor().click();
  await ada.page.keyboard.press('Control+a');
  await ada.page.keyboard.insertText(text);
}

test('a dashboard of Vega-Lite shows its widgets, each described for screen readers', async () => {
  const { page } = ada;
  ada.calls();
  await page.getByRole('link', { name: 'Vega by day', exact: true }).click();
  await picture(/^Views by day: .* rows; the menu shows them as a table/).waitFor();
  await picture(/^Clones by day: .* rows/).waitFor();
  expect(await page.locator('.widget canvas').count()).toBe(2);
  expect(ada.calls().filter((call) => call.startsWith('GET stats'))).toEqual(['GET stats/1/table']);
  await page.getByRole('button', { name: 'Menu of Clones' }).click();
  await page.getByRole('menuitem', { name: 'Show table' }).click();
  const heads = page.getByRole('table', { name: 'Clones by day' }).getByRole('columnheader');
  await heads.filter({ hasText: 'Repository' }).waitFor();
  expect(await heads.allInnerTexts()).toEqual(['Day', 'Until', 'Date', 'Repository', 'Clones']);
  expect(ada.problems()).toEqual([]);
});

test('tab, range and repositories are in the address: back, reload and a shared link keep them', async () => {
  const { page } = ada;
  await page.getByRole('navigation', { name: 'Tabs' }).getByRole('link').nth(1).click();
  await ada.chooseRange('Last 90 days');
  await page.getByRole('button', { name: 'Choose repositories' }).click();
  await page.getByLabel('northwind-labs/burrow').check();
  await page.getByRole('button', { name: '1 repository' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('northwind-labs/burrow').waitFor({ state: 'detached' });
  const address = new URL(page.url());
  expect(Object.fromEntries(address.searchParams)).toMatchObject({ tab: '2', range: '90' });
  expect(address.searchParams.get('repositories')).toMatch(/^\d+$/);
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().includes('/stats/1/table') && one.method() === 'GET'),
    page.reload(),
  ]);
  const asked = new URL(request.url()).searchParams;
  expect([asked.get('range'), asked.get('repositories')]).toEqual([
    '90',
    address.searchParams.get('repositories'),
  ]);
  await picture(/^Views and unique visitors by day: .* rows/).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Choose repositories' }).waitFor();
  const shared = await openVisitor(browser, installation.url);
  await shared.page.goto(address.href);
  await shared.signInAs('Ada Lovelace');
  await shared.page.getByRole('img', { name: /^Views and unique visitors by day: .* rows/ }).waitFor();
  expect([...shared.problems(), ...ada.problems()]).toEqual([]);
  await shared.close();
});

test('the keyboard opens a widget’s menu, its table and its downloads', async () => {
  const { page } = ada;
  const id = await makeDashboard('With a menu');
  await ada.open(`/t/1/dashboards/${id}?range=90`);
  await picture(/^Views: Views of all repositories\. \d+ rows/).waitFor();
  const button = page.getByRole('button', { name: 'Menu of Views' });
  await button.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await expect.poll(focused).toBe('Show table');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('Save as PNG');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  await button.press('Enter');
  await expect.poll(focused).toBe('Show table');
  await page.keyboard.press('Enter');
  const table = page.getByRole('table', { name: 'Views' });
  await table.getByRole('columnheader', { name: 'Day' }).waitFor();
  const rows = (await table.getByRole('row').count()) - 1;
  const save = async (kind: string) => {
    await button.click();
    return savedText(page.getByRole('menuitem', { name: `Save as ${kind}` }));
  };
  const csv = await save('CSV');
  expect(csv.split('\r\n')[0]).toBe('VIEWCOUNT,utcyearmonthdate_TDATE');
  expect(csv.trimEnd().split('\r\n')).toHaveLength(rows + 1);
  expect(await save('SVG')).toMatch(/^<svg [\s\S]*<\/svg>$/);
  expect((await save('PNG')).slice(1, 4)).toBe('PNG');
  expect(ada.problems()).toEqual([]);
});

test('a widget’s table and file hold the data of each layer and view', async () => {
  const { page } = ada;
  const x = { field: 'TDATE', type: 'temporal' };
  const y = { field: 'VIEWCOUNT', type: 'quantitative' };
  const layer = [
    { mark: 'bar', encoding: { x, y } },
    { mark: 'rule', encoding: { y: { ...y, aggregate: 'mean' } } },
  ];
  const names = { field: 'REPONAME', type: 'nominal' };
  const largest = { data: { name: 'repositories' }, mark: 'bar', encoding: { y: names, x: y } };
  const faceted = { data: { name: 'traffic' }, mark: 'line', encoding: { x, y, row: names } };
  const spec = { vconcat: [{ data: { name: 'totals' }, layer }, largest, faceted] };
  const id = await makeDashboard('Of parts', spec);
  await ada.open(`/t/1/dashboards/${id}?range=14`);
  await picture(/^Views by day\. \d+ rows/).waitFor();
  const button = page.getByRole('button', { name: 'Menu of Views' });
  await button.click();
  await page.getByRole('menuitem', { name: 'Show table' }).click();
  await page.getByRole('heading', { name: '4 of 4: line' }).waitFor();
  expect(await page.locator('.widget-table h3').allInnerTexts()).toEqual(
    ['bar', 'rule', 'bar', 'line'].map((mark, place) => `${place + 1} of 4: ${mark}`),
  );
  await button.click();
  const csv = await savedText(page.getByRole('menuitem', { name: 'Save as CSV' }));
  const tables = csv.trimEnd().split('\r\n\r\n');
  const [days = [], means = [], repositories = [], lines = []] = tables.map((table) => table.split('\r\n'));
  expect([days[0], means[0], repositories[0], lines[0]]).toEqual([
    'TDATE,VIEWCOUNT',
    'mean_VIEWCOUNT',
    'REPONAME,VIEWCOUNT',
    'REPONAME,TDATE,VIEWCOUNT',
  ]);
  const views = days.slice(1).map((line) => Number(line.split(',')[1]));
  expect(Number(means[1])).toBeCloseTo(views.reduce((sum, one) => sum + one, 0) / views.length);
  const named = repositories.slice(1).map((line) => line.split(',')[0]);
  expect(new Set(named)).toEqual(new Set(lines.slice(1).map((line) => line.split(',')[0])));
  expect(named.toSorted()).toEqual([
    'build-cache-action',
    'burrow',
    'harbor-helm',
    'payroll-service',
    'tidy-dates',
  ]);
  expect(lines.length).toBeGreaterThan(days.length);
  expect(ada.problems()).toEqual([]);
});

test('a widget with too many rows for a browser says so, and the others are drawn', async () => {
  const { page } = ada;
  const widgets = [
    widget('Too many', { ...DAILY, data: { name: 'repositorystats' } }),
    { ...widget('Views', DAILY), y: 4 },
  ];
  const document = { name: 'Too much', tabs: [{ title: 'One', widgets }] };
  const { body } = await installation.as('ada@example.com')('POST', '/dashboards/1', { document });
  const isDaily = ({ search }: URL) => search.includes('columns=seed&by=day');
  await page.route(isDaily, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'x-total-count': '300001' } });
  });
  await ada.open(`/t/1/dashboards/${body.dashboardId}`);
  await picture(/^Views: Views of all repositories\. \d+ rows/).waitFor();
  await page.getByText('More than 300,000 rows.').waitFor();
  await page.unroute(isDaily);
  expect(ada.problems()).toEqual([]);
});

test('colors follow the theme, and the size follows the box', async () => {
  const { page } = ada;
  const id = await makeDashboard('In two themes');
  await ada.open(`/t/1/dashboards/${id}`);
  await picture(/^Views: .* rows/).waitFor();
  const corner = () =>
    page.locator('.widget canvas').evaluate((canvas: HTMLCanvasElement) => {
      const [red = 0] = canvas.getContext('2d')?.getImageData(1, 1, 1, 1).data ?? [];
      return red > 128 ? 'light' : 'dark';
    });
  await expect.poll(corner).toBe('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(corner).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  const width = () => page.locator('.widget canvas').evaluate((canvas) => canvas.clientWidth);
  await expect.poll(width).toBeGreaterThan(1000);
  await page.setViewportSize({ width: 375, height: 800 });
  await expect.poll(width).toBeLessThan(375);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Full screen' }).click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.className)).toContain('dashboard');
  await page.getByRole('button', { name: 'Full screen' }).click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBeNull();
  expect(ada.problems()).toEqual([]);
});

test('the keyboard scrolls a drawing that is larger than its box, and a smaller one takes no focus', async () => {
  const { page } = ada;
  const id = await makeDashboard('Wide', { ...DAILY, width: 3000 });
  await ada.open(`/t/1/dashboards/${id}`);
  const drawing = picture(/^Views: .* rows/);
  await expect.poll(() => drawing.getAttribute('tabindex')).toBe('0');
  await drawing.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => drawing.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0);
  await ada.open(`/t/1/dashboards/${vega}`);
  const fitting = picture(/^Views by day: .* rows/);
  await fitting.waitFor();
  await expect.poll(() => fitting.getAttribute('tabindex')).toBeNull();
  expect(ada.problems()).toEqual([]);
});

test('years are drawn by month, as the title says, and empty ranges say so', async () => {
  const { page } = ada;
  const { db } = openDatabase(installation.database.url);
  const { repositoryId } = await db
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', 1)
    .executeTakeFirstOrThrow();
  const figures = { viewCount: 3, viewUniques: 2, cloneCount: 1, cloneUniques: 1 };
  const row = {
    tenantId: 1,
    repositoryId,
    ...figures,
    state: 'imported',
    observedAt: FIRST_INSTANT,
  } as const;
  const days = Array.from({ length: 1200 }, (_, index) => addDays('2021-01-01', index));
  await db
    .insertInto('trafficDay')
    .values(days.map((trafficDate) => ({ ...row, trafficDate })))
    .execute();
  await db.destroy();
  await ada.open(`/t/1/dashboards/${vega}?range=all`);
  await picture(/^Views by month: .* rows/).waitFor();
  await page.getByRole('heading', { name: 'Clones by month' }).waitFor();
  await ada.open(`/t/1/dashboards/${vega}?from=2020-01-01&to=2020-01-31`);
  await expect.poll(() => page.getByText('No traffic in this period.').count()).toBe(2);
  await ada.open('/t/1/dashboards/portfolio?range=all&tab=3');
  const calendar = picture(/^Calendar of views from .* in total\. Highest /);
  await calendar.locator('.cell.known').first().click();
  await page.waitForURL(/\/t\/1\?.*day=20/);
  await page.getByText(/Against a usual/).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('what the platform records while a dashboard is open has no token', async () => {
  await ada.open(`/t/1/dashboards/${vega}`);
  await picture(/^Views by day: .* rows/).waitFor();
  const records = installation.host.activations();
  expect(records.map(({ name }) => name)).toContain('dashboards');
  expect(JSON.stringify(records)).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
});

test('a copy is edited with checks, completion, preview and saving', async () => {
  const { page } = ada;
  await ada.open('/t/1/dashboards');
  await page.getByRole('button', { name: 'Copy… Portfolio' }).click();
  await page.getByLabel('Name').fill('My portfolio');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByText('editing', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Edit as JSON' }).click();
  await page.getByRole('heading', { name: 'Edit My portfolio' }).waitFor();
  await page.getByRole('heading', { name: 'Views by repository' }).waitFor();
  await page.getByText('No problems').waitFor();
  await paste('{\n  "name": "Mine",\n  "tabs": [\n}');
  await page.getByRole('button', { name: /^Line 4, column/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);

  await paste('{\n  "name": "Mine",\n  "tabs": [{ "title": "One", "widgets": [], "colour": 1 }]\n}');
  await page.getByText('There is no "colour" here.').waitFor();
  await page.getByRole('button', { name: 'Line 3, column 45' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{ "na');
  await page.getByRole('option', { name: '"name"' }).waitFor();
  const options = page.getByRole('option');
  expect(await options.allInnerTexts()).toContain('"name"');
  const hasFocus = () => page.evaluate(() => document.activeElement?.className === 'code-editor');
  expect(await hasFocus()).toBe(true);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect.poll(hasFocus).toBe(false);
  await page.keyboard.press('Shift+Tab');
  await expect.poll(hasFocus).toBe(true);

  const text = JSON.stringify(
    { tabs: [{ widgets: [widget('Bars', DAILY)], title: 'One' }], name: 'Mine' },
    null,
    3,
  );
  await paste(text);
  await picture(/^Bars: .* rows/).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.reload();
  await picture(/^Bars: .* rows/).waitFor();
  expect(await savedText(page.getByRole('button', { name: 'Export' }))).toBe(text);
  expect(ada.problems()).toEqual([]);
  expect(await findViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 375, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(await fitsSoon(page)).toBe(true);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('link', { name: 'Dashboards', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Dashboards' }).waitFor();
  await page.getByRole('link', { name: 'Mine', exact: true }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('problems of a specification are shown at their line, also those of Vega-Lite’s own schema', async () => {
  const { page } = ada;
  const id = await makeDashboard('With problems');
  await ada.open(`/t/1/dashboards/${id}/edit?as=json`);
  const with_ = (spec: unknown) =>
    JSON.stringify({ name: 'X', tabs: [{ title: 'One', widgets: [widget('A', spec)] }] }, null, 1);
  await paste(with_({ ...DAILY, mark: 'baar' }));
  await page.locator('.diagnostics li', { hasText: 'This must be one of "arc"' }).waitFor();
  await paste(with_({ ...DAILY, data: { url: 'https://evil.example/' } }));
  await page.locator('.diagnostics li', { hasText: 'Addresses are not allowed here' }).waitFor();
  await paste(
    with_({ ...DAILY, encoding: { x: { field: 'TDATE', type: 'temporal', axis: { grud: true } } } }),
  );
  await page.locator('.diagnostics li', { hasText: 'There is no "grud" here' }).waitFor();
  await paste(with_({ ...DAILY, transform: [{ filter: 'test(/a/, datum.REPONAME)' }] }));
  await page.locator('.diagnostics li', { hasText: 'Regular expressions are not allowed here' }).waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  expect(ada.problems()).toEqual([]);
});

test('a concurrent change is noticed, and an unsaved text survives a reload', async () => {
  const { page } = ada;
  const id = await makeDashboard('Of two');
  await ada.open(`/t/1/dashboards/${id}/edit?as=json`);
  await picture(/^Views: .* rows/).waitFor();
  const document = { name: 'Theirs', tabs: [{ title: 'One', widgets: [] }] };
  const change = { version: 1, document };
  expect((await installation.as('ada@example.com')('PUT', `/dashboards/1/${id}`, change)).status).toBe(200);
  await paste(JSON.stringify({ ...document, name: 'Ours' }));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Someone else changed it').waitFor();
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  const stored = await installation.as('ada@example.com')('GET', `/dashboards/1/${id}`);
  expect(stored.body).toMatchObject({ name: 'Ours', version: 3 });

  await paste(JSON.stringify({ ...document, name: 'Not yet saved' }));
  await page.getByText('Not saved', { exact: true }).waitFor();
  await page.reload();
  await editor().getByText('Not yet saved').waitFor();
  await page.getByText('Not saved', { exact: true }).waitFor();
  expect(ada.problems()).toEqual([`409 PUT dashboards/1/${id}`]);
});

test('a file is imported, an invalid one is refused with the reason, and a dashboard is deleted', async () => {
  const { page } = ada;
  await ada.open('/t/1/dashboards');
  const input = page.locator('input[type=file]');
  const give = (text: string) =>
    input.setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await give('{ "tabs": ');
  await page.getByText('It is not JSON').waitFor();
  await give(JSON.stringify({ name: 'From afar', tabs: [{ title: 'One', widgets: [{ x: 0 }] }] }));
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.locator('.problems', { hasText: '/tabs/0/widgets/0' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await give(
    JSON.stringify({ name: 'From afar', tabs: [{ title: 'One', widgets: [widget('Views', DAILY)] }] }),
  );
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await picture(/^Views: .* rows/).waitFor();
  await ada.open('/t/1/dashboards');
  await ada.act('From afar', 'Delete…');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'From afar', exact: true }).waitFor({ state: 'detached' });
  const { dashboards } = (await installation.as('ada@example.com')('GET', '/dashboards/1')).body;
  expect(dashboards.map(({ name }: { name: string }) => name)).not.toContain('From afar');
  expect(ada.problems()).toEqual(['422 POST dashboards/1']);
});

test('the overview’s table goes on to older rows, and its CSV holds all of them, whichever page is shown', async () => {
  const { page } = ada;
  await ada.open('/t/1?tab=table&range=90');
  await page.getByText(/^1–100 of \d+ rows$/).waitFor();
  await page.getByRole('link', { name: 'Older' }).click();
  await page.getByRole('link', { name: 'Newest' }).waitFor();
  const rows = (await savedText(page.getByRole('button', { name: 'Download CSV', exact: true })))
    .trim()
    .split('\r\n');
  expect(rows.length).toBeGreaterThan(200);
  expect(new Set(rows).size).toBe(rows.length);
  expect(ada.problems()).toEqual([]);
});

test('a built-in dashboard of the gallery takes two calls, and one more for another tab', async () => {
  const { page } = ada;
  ada.calls();
  await ada.open('/t/1/dashboards/portfolio');
  await page.getByText(/^at least [\d,]+$/).waitFor();
  const ranking = page.getByRole('region', { name: 'Views by repository' });
  await ranking.getByRole('link', { name: 'burrow' }).waitFor();
  const ofDashboards = () => ada.calls().filter((call) => /stats|dashboards/.test(call));
  expect(ofDashboards()).toEqual(['GET dashboards/1/portfolio', 'POST stats/1/widgets']);
  await page.getByRole('link', { name: 'Trend' }).click();
  await picture(/^Views from .* by week\./).waitFor();
  expect(ofDashboards()).toEqual(['POST stats/1/widgets']);
  // Vega is not loaded for them.
  expect(page.workers()).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

/** Counts what the reader clicks from now on; choosing from a list counts as two. */
async function countClicks() {
  const { page } = ada;
  await page.evaluate(() => {
    const counter = window as unknown as { clicks: number };
    counter.clicks = 0;
    addEventListener('click', ({ isTrusted, detail }) => {
      if (isTrusted && detail > 0) counter.clicks += 1;
    });
  });
  return () => page.evaluate(() => (window as unknown as { clicks: number }).clicks);
}

test('a dashboard with a trend, a ranking and a calendar of a group takes 8 clicks from the overview', async () => {
  const { page } = ada;
  const call = installation.as('ada@example.com');
  const rule = { owner: 'northwind-labs', namePattern: 'b*', topic: null, visibility: 'any' };
  const group = await call('POST', '/groups/1', { name: 'Tools with b', rule });
  expect(group.status).toBe(201);
  await ada.open('/t/1');
  const clicks = await countClicks();
  await page.getByRole('link', { name: 'Dashboards', exact: true }).click();
  await page.getByRole('button', { name: 'New dashboard…' }).click();
  await page.getByLabel('Name').pressSequentially('Tools');
  const choice = page.getByLabel('Repositories');
  const option = choice.locator('option', { hasText: 'Group: Tools with b (2)' });
  await option.waitFor({ state: 'attached' });
  await choice.selectOption(await option.textContent());
  for (const name of ['Trend', 'Ranking', 'Calendar']) await page.getByRole('checkbox', { name }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tools' }).waitFor();
  const region = (name: string) => page.getByRole('region', { name });
  await region('Views by day').getByText('· Tools with b').waitFor();
  await region('Views by repository').getByRole('link', { name: 'burrow' }).waitFor();
  expect(await region('Views by repository').getByRole('listitem').count()).toBe(2);
  await picture(/^Views from .* by day\./).waitFor();
  expect((await clicks()) + 2).toBeLessThanOrEqual(8);
  expect(ada.problems()).toEqual([]);
});

test('a widget is added from the gallery, moved and resized by keyboard and mouse, removed and put back, and saved', async () => {
  const { page } = ada;
  await ada.open('/t/1/dashboards');
  await page.getByRole('button', { name: 'New dashboard…' }).click();
  await page.getByLabel('Name').fill('By hand');
  await page.getByRole('button', { name: 'Create' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a widget' });
  await dialog.getByText('Preview, with your data').waitFor();
  await dialog.getByRole('radio', { name: 'Ranking' }).click();
  await dialog.getByRole('link', { name: 'burrow' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByLabel('Title').fill('Largest');
  await dialog.getByRole('button', { name: 'Add widget' }).click();
  await page.getByRole('button', { name: 'Add a widget' }).first().click();
  await dialog.getByRole('radio', { name: 'Figure' }).click();
  await dialog.getByRole('button', { name: 'Add widget' }).click();

  const spots = () =>
    page.locator('.widget').evaluateAll((found) =>
      found.map((one) => {
        const of = (name: string) => (one as HTMLElement).style.getPropertyValue(name);
        return `${one.getAttribute('aria-label')} ${['--x', '--y', '--w', '--h'].map(of).join(' ')}`;
      }),
    );
  const said = page.getByRole('status');
  expect(await spots()).toEqual(['Largest 1 1 4 5', 'Views 5 1 4 3']);
  const handle = page.getByRole('button', { name: 'Move Largest' });
  await handle.press('ArrowRight');
  await said.getByText('Largest: row 1, column 5').waitFor();
  expect(await spots()).toEqual(['Views 1 1 4 3', 'Largest 5 1 4 5']);
  expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Shift+ArrowRight');
  await said.getByText('Largest: 5 of 12 columns wide, 5 rows high').waitFor();
  await page.keyboard.press('ArrowUp');
  await said.getByText('Largest cannot go further').waitFor();
  await page.getByRole('button', { name: 'Resize Views' }).press('ArrowDown');
  await said.getByText('Views: 4 of 12 columns wide, 4 rows high').waitFor();
  expect(await spots()).toEqual(['Views 1 1 4 4', 'Largest 5 1 5 5']);

  const box = await handle.boundingBox();
  const { x = 0, y = 0 } = box ?? {};
  await page.mouse.move(x + 8, y + 8);
  await page.mouse.down();
  await page.mouse.move(x - 300, y + 200, { steps: 5 });
  await page.mouse.move(x - 500, y + 420, { steps: 5 });
  await page.mouse.up();
  expect(await spots()).toEqual(['Views 1 1 4 4', 'Largest 1 5 5 5']);

  await page.getByRole('button', { name: 'Menu of Views' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await said.getByText('Views removed').waitFor();
  expect(await spots()).toEqual(['Largest 1 1 5 5']);
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await spots()).toEqual(['Views 1 1 4 4', 'Largest 1 5 5 5']);
  await page.getByRole('button', { name: 'Menu of Views' }).click();
  await page.getByRole('menuitem', { name: 'Settings…' }).click();
  await page.getByLabel('Figure', { exact: true }).last().selectOption('cloneCount');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('heading', { name: 'Clones', exact: true }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Clones', exact: true }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await fitsSoon(page)).toBe(true);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('editing', { exact: true }).waitFor({ state: 'detached' });
  await expect.poll(spots).toEqual(['Clones 1 1 4 4', 'Largest 1 5 5 5']);
  expect(ada.problems()).toEqual([]);
});

test('what somebody else saved while you edit on the grid is not overwritten unasked', async () => {
  const { page } = ada;
  const text = { kind: 'text', title: 'Note', text: 'Hello', x: 0, y: 0, w: 4, h: 3 };
  const document = { name: 'Of two on the grid', tabs: [{ title: 'One', widgets: [text] }] };
  const id = await createDashboard(document);
  await ada.open(`/t/1/dashboards/${id}/edit`);
  await page.getByRole('button', { name: 'Move Note' }).press('ArrowRight');
  const call = installation.as('ada@example.com');
  const theirs = { ...document, tabs: [{ title: 'One', widgets: [{ ...text, text: 'Theirs' }] }] };
  expect((await call('PUT', `/dashboards/1/${id}`, { version: 1, document: theirs })).status).toBe(200);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Someone else changed it').waitFor();
  await page.getByRole('button', { name: 'Load theirs, discard mine' }).click();
  await page.getByText('Theirs', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('editing', { exact: true }).waitFor({ state: 'detached' });
  expect((await call('GET', `/dashboards/1/${id}`)).body).toMatchObject({ version: 2, document: theirs });
  expect(ada.problems()).toEqual([`409 PUT dashboards/1/${id}`]);
});

test('tabs are added, renamed, moved and removed without JSON', async () => {
  const { page } = ada;
  const call = installation.as('ada@example.com');
  const text = { kind: 'text', title: 'Note', text: 'Hello', x: 0, y: 0, w: 4, h: 3 };
  const document = { name: 'With tabs', tabs: [{ title: 'One', widgets: [text] }] };
  const dashboardId = await createDashboard(document);
  await ada.open(`/t/1/dashboards/${dashboardId}/edit`);
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Tabs…' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  const titles = () => page.getByRole('navigation', { name: 'Tabs' }).getByRole('link').allInnerTexts();
  for (const title of ['Two', 'Three']) {
    await choose('Add a tab…');
    await page.getByLabel('Title').fill(title);
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  }
  expect(await titles()).toEqual(['One', 'Two', 'Three']);
  await choose('Move left');
  await choose('Rename Three…');
  await page.getByLabel('Title').fill('Last');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  expect(await titles()).toEqual(['One', 'Last', 'Two']);
  await choose('Remove Last…');
  await page.getByText('Hello').waitFor();
  await choose('Remove One…');
  await page.getByText('This also removes its 1 widget.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await choose('Move right');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.waitForURL(new RegExp(`/dashboards/${dashboardId}(\\?|$)`));
  const saved = (await call('GET', `/dashboards/1/${dashboardId}`)).body;
  expect(saved.document.tabs.map(({ title }: { title: string }) => title)).toEqual(['Two', 'One']);
  expect(ada.problems()).toEqual([]);
});
