import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import type { TestInstallation } from '../installation.ts';
import { findViolations } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

const PAGE = '/t/1?from=2026-09-22&to=2026-10-21';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/t/1`);
  await ada.signInAs('Ada Lovelace');
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const chart = () => ada.page.getByRole('application', { name: /^Chart of/ }).first();
const drawn = (days: string) => ada.page.getByRole('img', { name: new RegExp(`^Views by day from ${days}`) });
const queryOf = (name: string) => new URL(ada.page.url()).searchParams.get(name);
const picture = () =>
  ada.page
    .locator('canvas.chart-canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
const option = async (name: string) => {
  await ada.page.getByRole('button', { name: 'Chart options of Views by day', exact: true }).click();
  const menu = ada.page.getByRole('menu', { name: 'Chart options of Views by day' });
  return menu.locator('[role^=menuitem]', { hasText: name });
};

/** Where a chart's days are, from its left edge. */
async function dragOver(box: Locator, from: number, to: number) {
  const { x, y, width } = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0 };
  const { mouse } = ada.page;
  await mouse.move(x + from * width, y + 120);
  await mouse.down();
  await mouse.move(x + ((from + to) / 2) * width, y + 120);
  await mouse.move(x + to * width, y + 120);
  await mouse.up();
}

test('dragging over days shows only these, in the address, and a double-click goes back', async () => {
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  await dragOver(chart(), 0.3, 0.5);
  await expect.poll(() => queryOf('from')).not.toBe('2026-09-22');
  const from = queryOf('from') ?? '';
  const to = queryOf('to') ?? '';
  expect(from > '2026-09-25' && to < '2026-10-12' && to > from).toBe(true);
  await ada.page.reload();
  await chart().dblclick({ position: { x: 400, y: 120 } });
  await expect.poll(() => [queryOf('from'), queryOf('to')]).toEqual(['2026-09-22', '2026-10-21']);
  await ada.page.goBack();
  await expect.poll(() => queryOf('from')).toBe(from);
  expect(ada.problems()).toEqual([]);
});

test('a finger that moves sideways zooms, and a tap shows the day', async () => {
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  const touch = (type: string, clientX: number) =>
    chart().dispatchEvent(type, {
      pointerId: 7,
      pointerType: 'touch',
      button: 0,
      clientX,
      clientY: 400,
      isPrimary: true,
    });
  const { x, width } = (await chart().boundingBox()) ?? { x: 0, width: 0 };
  await ada.page.evaluate(() => {
    Element.prototype.setPointerCapture = () => undefined;
  });
  await touch('pointerdown', x + width * 0.6);
  await touch('pointerup', x + width * 0.6);
  await ada.page.locator('.tip strong').waitFor();
  await touch('pointerdown', x + width * 0.6);
  await touch('pointermove', x + width * 0.7);
  await touch('pointermove', x + width * 0.8);
  await touch('pointerup', x + width * 0.8);
  await expect.poll(() => queryOf('from')).not.toBe('2026-09-22');
});

test('arrow keys move from day to day, Shift selects, Enter zooms and − goes back', async () => {
  const { page } = ada;
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  await chart().focus();
  const tip = page.locator('.tip strong');
  await page.keyboard.press('End');
  await expect.poll(() => tip.textContent()).toBe('Wed 21 Oct 2026');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => tip.textContent()).toBe('Tue 20 Oct 2026');
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Home');
  await expect.poll(() => tip.textContent()).toBe('Tue 22 Sept 2026');
  for (let day = 0; day < 4; day += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => [queryOf('from'), queryOf('to')]).toEqual(['2026-09-22', addDays('2026-09-22', 4)]);
  await drawn('22 Sept 2026 to 26 Sept').waitFor();
  await page.keyboard.press('-');
  await expect.poll(() => queryOf('to')).toBe('2026-10-21');
  expect(ada.problems()).toEqual([]);
});

test('the scale, the average, the comparison and the events change the drawing and the address', async () => {
  const { page } = ada;
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  for (const [name, parameter, value] of [
    ['Logarithmic', 'scale', 'log'],
    ['7-day average', 'average', '7'],
    ['Comparison line', 'line', 'off'],
    ['Events', 'events', 'off'],
  ] as const) {
    const before = await picture();
    await (await option(name)).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => queryOf(parameter)).toBe(value);
    await expect.poll(picture).not.toBe(before);
  }
  await page.keyboard.press('l');
  await expect.poll(() => queryOf('scale')).toBe(null);
  expect(ada.problems()).toEqual([]);
});

test('a chart is saved as PNG, SVG and CSV, with title, range and legend', async () => {
  const { page } = ada;
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  const save = async (format: string) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      option(`Download ${format}`).then((item) => item.click()),
    ]);
    expect(file.suggestedFilename()).toBe(`views-by-day-2026-09-22-to-2026-10-21.${format.toLowerCase()}`);
    return readFile(await file.path());
  };
  const png = await save('PNG');
  expect([png.toString('latin1', 1, 4), png.readUInt32BE(16)]).toEqual(['PNG', 2400]);
  const svg = (await save('SVG')).toString();
  for (const text of [
    '>Views by day</text>',
    '22 Sept 2026 – 21 Oct 2026',
    '>Visitors (at most)</text>',
    '>500</text>',
  ])
    expect(svg).toContain(text);
  expect(svg).not.toContain('<image');
  const rows = (await save('CSV')).toString().trim().split('\r\n');
  expect(rows[0]).toMatch(/^date,Views,Visitors \(at most\),compared with,/);
  expect(rows).toHaveLength(31);
  expect(ada.problems()).toEqual([]);
});

test('the figures are tabs: arrow keys change the chart, and a change opens what it is worked out from', async () => {
  const { page } = ada;
  await ada.open('/t/1?from=2026-09-22&to=2026-09-30');
  await drawn('22 Sept').waitFor();
  const tab = (name: RegExp) => page.getByRole('tab', { name });
  await tab(/^Views/).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('img', { name: /^Visitors by day/ }).waitFor();
  expect(await tab(/^Visitors/).evaluate((element) => element === document.activeElement)).toBe(true);
  expect(
    await page.getByRole('tab').evaluateAll((tabs) => tabs.filter(({ tabIndex }) => tabIndex === 0).length),
  ).toBe(1);
  await page.keyboard.press('End');
  await page.getByRole('img', { name: /^Downloads by day/ }).waitFor();
  expect(queryOf('metric')).toBe('downloads');
  await page.getByRole('button', { name: /^Stars: / }).click();
  await page
    .getByRole('dialog', { name: 'Change of Stars' })
    .getByText(/settled days? each/)
    .waitFor();
  await page.keyboard.press('Escape');
  expect(ada.problems()).toEqual([]);
});

test('a range without figures says so, and leads to one that has some', async () => {
  const { page } = ada;
  await ada.open('/t/1?from=2025-01-01&to=2025-01-31');
  await page.getByText('No days in this range').waitFor();
  await page.getByRole('link', { name: 'Show last 30 days' }).click();
  await drawn('22 Sept').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('side by side, each repository has a chart on the same scale, whatever is listed below, and the table has all of them', async () => {
  const { page } = ada;
  await ada.open(`${PAGE}&split=multiples&q=burrow`);
  await page.getByRole('img', { name: /^Views of northwind-labs\/burrow: / }).waitFor();
  expect(await page.locator('.multiples canvas').count()).toBe(6);
  expect(await findViolations(page)).toEqual([]);
  await (await option('Show as table')).click();
  await page.getByRole('columnheader', { name: 'northwind-labs/burrow' }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('old figures fade under a new range, and stay when the new ones cannot be read', async () => {
  const { page } = ada;
  await ada.open(PAGE);
  await drawn('22 Sept').waitFor();
  const card = page.getByRole('region', { name: 'Traffic of all repositories' });
  let answer = () => {};
  const faded = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/stats/1?*', async (route) => {
    await faded;
    await route.fulfill({
      status: 500,
      contentType: 'application/json',
      body: JSON.stringify({ error: { code: 'internal', message: 'Something failed.' } }),
    });
  });
  await chart().focus();
  await page.keyboard.press('+');
  await expect.poll(() => card.getAttribute('aria-busy')).toBe('true');
  await expect.poll(() => chart().evaluate((box) => getComputedStyle(box).opacity)).toBe('0.45');
  answer();
  await page.getByText(/^The figures below are from \d\d:\d\d/).waitFor();
  await drawn('22 Sept').waitFor();
  await page.unroute('**/stats/1?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => card.getAttribute('aria-busy')).toBe('false');
  ada.problems();
});

test('years of single days are drawn, and what takes how long is printed', async () => {
  const { page } = ada;
  const { repositories } = (await installation.as('ada@example.com')('GET', '/repositories/1')).body;
  const burrow = repositories.find((one: { name: string }) => one.name === 'burrow');
  await ada.open(`/t/1/r/${burrow.repositoryId}?from=2018-08-05&to=2026-10-21&by=day`);
  await page.getByRole('img', { name: /^Views by day from/ }).waitFor();
  const times = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    const measure = async (act: () => void) => {
      const started = performance.now();
      act();
      await frame();
      return Math.round(performance.now() - started);
    };
    const box = document.querySelector<HTMLElement>('.chart-box');
    const press = (key: string) => () =>
      box?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    const move = (clientX: number) => () =>
      box?.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY: 400, bubbles: true }));
    const tab = [...document.querySelectorAll<HTMLElement>('[role=tab]')][2];
    return {
      hover: await measure(move(500)),
      'next hover': await measure(move(700)),
      'arrow key': await measure(press('ArrowLeft')),
      'another figure': await measure(() => tab?.click()),
    };
  });
  console.log(`A chart of 3,000 days, in ms to the next frame: ${JSON.stringify(times)}`);
  expect(Object.keys(times)).toHaveLength(4);
  ada.problems();
});
