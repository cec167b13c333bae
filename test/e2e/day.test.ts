import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import type { TestInstallation } from '../installation.ts';
import { findViolations } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
let page: Page;
/** A tenant's repository, and two days of it. */
let burrow: number;
let lost: string;
let spike: string;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  const call = installation.as('ada@example.com');
  const { repositories } = (await call('GET', '/repositories/1')).body;
  burrow = repositories.find((one: { name: string }) => one.name === 'burrow').repositoryId;
  const { buckets, series, lostDays } = (await call('GET', `/stats/1/${burrow}?range=90`)).body;
  lost = lostDays[0];
  // After the first lists, or nothing can have risen.
  const views = series.viewCount.map((count: number | null, index: number) =>
    buckets[index] > addDays(buckets[0], 20) ? (count ?? 0) : 0,
  );
  spike = buckets[views.indexOf(Math.max(...views))];
  ada = await openVisitor(browser, installation.url, { width: 1440 });
  page = ada.page;
  await page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await page.getByText('Identity provider').waitFor();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const chart = (name = 'Views by day') => page.getByRole('application', { name: `Chart of ${name}` });
const panel = () => page.getByRole('region', { name: /^What is known about / });

/** One click on a day of a chart of 90 days that ends today. */
async function clickDay(day: string) {
  const { buckets } = (await installation.as('ada@example.com')('GET', '/stats/1?range=90')).body;
  await page.getByRole('img', { name: /^Views by day from/ }).waitFor();
  const box = await chart().boundingBox();
  if (!box) throw new Error('There is no chart.');
  // The plot begins after the labels of its axis.
  const left = 46;
  const share = (buckets.indexOf(day) + 0.5) / buckets.length;
  await page.mouse.click(box.x + left + (box.width - left - 6) * share, box.y + box.height / 2);
}

test('one click on a day of the overview shows which repositories made it, and which referrers', async () => {
  await ada.open('/t/1?range=90');
  await clickDay(spike);
  await panel().getByRole('heading', { name: 'Which repositories made the day' }).waitFor();
  await panel().getByRole('link', { name: 'northwind-labs/burrow' }).waitFor();
  expect(new URL(page.url()).searchParams.get('day')).toBe(spike);
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('one click on a lost day says why it is lost', async () => {
  await ada.open('/t/1?range=90');
  await clickDay(lost);
  await panel()
    .getByText(/No collection ran between/)
    .waitFor();
  await panel().getByText('lost', { exact: true }).waitFor();
  await ada.open(`/t/1/r/${burrow}?range=90`);
  await clickDay(lost);
  await panel()
    .getByText(/No collection ran between/)
    .waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a click on a repository’s day shows what rose within 100 ms of the answer', async () => {
  await ada.open(`/t/1/r/${burrow}?range=90`);
  await page.getByRole('heading', { name: 'What is known' }).waitFor();
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => /day-panel/.test(name)),
  );
  await page.evaluate(() => {
    const seen = new MutationObserver(() => {
      if (document.querySelector('.day .vs')) Reflect.set(window, 'shownAt', performance.now());
      if (document.querySelector('.day .vs')) seen.disconnect();
    });
    seen.observe(document.body, { childList: true, subtree: true });
  });
  await clickDay(spike);
  await panel()
    .getByRole('heading', { name: /^Against a usual / })
    .waitFor();
  const taken = await page.evaluate(() => {
    const answers = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const arrived = answers.filter(({ name }) => name.includes('/days/')).at(-1)?.responseEnd ?? 0;
    return Number(Reflect.get(window, 'shownAt')) - arrived;
  });
  console.log(`a day is shown ${taken.toFixed(0)} ms after its answer arrived`);
  expect(taken).toBeLessThan(100);
  await panel()
    .getByRole('heading', { name: /^Referrers that entered or rose/ })
    .waitFor();
  await panel()
    .getByText(/14-day views, list of/)
    .waitFor();
  await panel().getByRole('button', { name: 'Annotate' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
});

test('arrow keys go from day to day in the panel, and Escape returns to the chart', async () => {
  await ada.open(`/t/1/r/${burrow}?range=90`);
  await page.getByRole('img', { name: /^Views by day from/ }).waitFor();
  await chart().focus();
  for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
  await panel().waitFor();
  const opened = new URL(page.url()).searchParams.get('day') ?? '';
  const focused = () => page.evaluate(() => document.activeElement?.tagName);
  await expect.poll(focused).toBe('H2');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => new URL(page.url()).searchParams.get('day')).toBe(addDays(opened, -1));
  await expect.poll(focused).toBe('H2');
  await page.keyboard.press('Escape');
  await panel().waitFor({ state: 'detached' });
  expect(await chart().evaluate((element) => element === document.activeElement)).toBe(true);
  expect(ada.problems()).toEqual([]);
});

test('the whole history opens a day that the range does not show', async () => {
  await ada.open(`/t/1/r/${burrow}?range=7`);
  await page.getByRole('button', { name: /: why\?$/ }).click();
  await panel()
    .getByText(/No collection ran between/)
    .waitFor();
  expect(new URL(page.url()).searchParams.get('day')).toBe(lost);
  expect(ada.problems()).toEqual([]);
});

test('referrers stand in the order of their peaks, and all are a click away', async () => {
  await ada.open(`/t/1/r/${burrow}?range=90`);
  const table = page.getByRole('table', { name: 'Referrers' });
  await table.waitFor();
  const peaks = async () =>
    (await table.locator('tbody tr td:nth-child(2)').allInnerTexts()).map((text) =>
      Number(text.replace(/,/g, '')),
    );
  const first = await peaks();
  expect(first).toEqual(first.toSorted((one, other) => other - one));
  const all = page.getByRole('button', { name: /^All \d+ referrers$/ });
  const count = Number(/\d+/.exec((await all.textContent()) ?? '')?.[0]);
  await all.click();
  await expect.poll(async () => (await peaks()).length).toBe(count);
  expect(ada.problems()).toEqual([]);
});
