import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_TITLES } from '../../static/dashboards/widget-error.ts';
import { drawnTooLarge, endless, reported } from '../freezing-dashboards.ts';
import type { TestInstallation } from '../installation.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
let evil: Server;
/** Requests to another host. */
const reached: string[] = [];
let address = '';

beforeAll(async () => {
  evil = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end('[]');
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/t/1/dashboards`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByRole('link', { name: 'Traffic by day' }).waitFor();
  await ada.page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
  evil?.close();
});

const DAILY = { name: 'totals' };
const x = { field: 'TDATE', type: 'temporal' };
const y = { field: 'VIEWCOUNT', type: 'quantitative' };
const fine = { description: 'Fine.', data: DAILY, mark: 'bar', encoding: { x, y } };

/**
 * Shows specifications as if the API had not refused them: the page must be safe on its own. The last widget is a valid
 * one.
 */
async function show(specs: unknown[]) {
  const { page } = ada;
  await begin(specs);
  await page.getByRole('img', { name: /^Last: Fine\. \d+ rows/ }).waitFor();
  await expect
    .poll(() => page.locator('.widget:has(canvas), .widget:has(.notice)').count())
    .toBe(specs.length + 1);
  await page.unroute('**/dashboards/1/traffic-by-day');
}

/** Opens the page with these widgets and a valid one. */
async function begin(specs: unknown[]) {
  const { page } = ada;
  const all = [...specs, fine];
  await page.route('**/dashboards/1/traffic-by-day', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const widgets = all.map((spec, index) => ({
      title: index === specs.length ? 'Last' : `W${index}`,
      x: 0,
      y: index * 4,
      w: 12,
      h: 4,
      spec,
    }));
    body.document = { name: 'Evil', tabs: [{ title: 'One', widgets }] };
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto('about:blank');
  await page.goto(`${installation.url}/t/1/dashboards/traffic-by-day`);
}

async function errorTitles() {
  const texts = await ada.page.locator('.widget').allInnerTexts();
  return texts.slice(0, -1).map((text) => text.split('\n').filter(Boolean)[1] ?? '');
}

/** Nothing was requested from another host, nothing ran, and the policy had nothing to block. */
async function expectNothingHappened() {
  const { page } = ada;
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  expect(reached).toEqual([]);
  expect(ada.problems()).toEqual([]);
}

test('a specification with an address is refused, and no request is made', async () => {
  const url = `${address}/data.json`;
  const picture = { type: 'image', url };
  const specs = [
    { ...fine, data: { url } },
    { ...fine, data: { url, format: { type: 'topojson', feature: 'a' } }, mark: 'geoshape' },
    { ...fine, transform: [{ lookup: 'TDATE', from: { data: { url }, key: 'a', fields: ['b'] } }] },
    { ...fine, mark: 'image', encoding: { x, y, url: { value: url } } },
    { ...fine, mark: picture },
    { ...fine, mark: { type: 'point', href: url } },
    { ...fine, encoding: { x, y, href: { value: url } } },
    { ...fine, config: { loader: { baseURL: address } } },
    { ...fine, background: `url(${url})` },
    { ...fine, config: { font: `x; src: url(${url})` } },
    { ...fine, mark: { type: 'bar', cursor: `url(${url}), auto` } },
    { ...fine, mark: { type: 'bar', cursor: { expr: `'ur' + 'l(${url})'` } } },
    { ...fine, mark: { type: 'bar', fill: `URL(${url}#a)` } },
    { datasets: { a: [] }, ...fine, data: { name: 'a' } },
    { ...fine, usermeta: { embedOptions: { loader: { baseURL: address }, patch: url } } },
    { ...fine, params: [{ name: 'p', value: 1, bind: { input: 'image', src: url } }] },
    { ...fine, config: { events: { bind: 'any' } } },
  ];
  await show(specs);
  expect(await errorTitles()).toEqual(specs.map(() => 'Not allowed here'));
  await expectNothingHappened();
});

test('a foreign schema is not fetched, and a widget holds nothing but its canvas', async () => {
  await show([{ ...fine, $schema: `${address}/schema/vega-lite/v6.json` }]);
  expect(await ada.page.locator('.widget canvas').count()).toBe(2);
  expect(await ada.page.locator('.widget :is(a, details, img, script, style, iframe)').count()).toBe(0);
  await expectNothingHappened();
});

test('no expression runs code, reaches the page, or writes into it', async () => {
  const run = 'window.ran = 1';
  const calculate = (code: string) => ({ ...fine, transform: [{ calculate: code, as: 'bad' }] });
  await show([
    calculate(`datum.constructor.constructor('${run}')()`),
    calculate(`[].constructor.constructor('${run}')()`),
    calculate(`eval('${run}')`),
    calculate(`window.ran = 1`),
    calculate(`setTimeout('${run}', 0)`),
    calculate(`event.view.eval('${run}')`),
    calculate(`toString.constructor('${run}')()`),
    { ...fine, params: [{ name: 'p', expr: `constructor.constructor('${run}')()` }] },
    { ...fine, params: [{ name: 'p', value: 1, bind: { element: '#app', input: 'text' } }] },
    { ...fine, params: [{ name: 'p', value: 1, bind: { input: 'range', onfocus: run, autofocus: true } }] },
    { ...fine, params: [{ name: 'p', select: { type: 'point', on: '#app:click' } }] },
    { ...fine, title: { text: { expr: `data('totals').constructor.constructor('${run}')()` } } },
  ]);
  expect(await ada.page.locator('#app header.bar').count()).toBe(1);
  await expectNothingHappened();
});

test('tooltips and titles are plain text', async () => {
  const { page } = ada;
  const html = "<img src=x onerror='window.ran=1'>";
  await show([
    {
      ...fine,
      title: html,
      transform: [{ calculate: JSON.stringify(html), as: 'bad' }],
      mark: { type: 'rect', tooltip: { content: 'data' } },
      encoding: { tooltip: { field: 'bad', title: html } },
    },
  ]);
  const canvas = page.locator('.widget canvas').first();
  await canvas.scrollIntoViewIfNeeded();
  await expect
    .poll(async () => {
      await canvas.hover({ position: { x: 300 + Math.random() * 20, y: 150 } });
      return page.locator('.widget-tip').allInnerTexts();
    })
    .toEqual([expect.stringContaining('<img src=x')]);
  expect(await page.locator('.widget-tip img').count()).toBe(0);
  await expectNothingHappened();
});

test('no regular expression runs, however it is written', async () => {
  const long = `'${'a'.repeat(60)}!'`;
  const calculate = (code: string) => ({ ...fine, transform: [{ calculate: code, as: 'bad' }] });
  const specs = [
    calculate(`test('^(a+)+$', ${long})`),
    calculate(`test(regexp('^(a+)+$'), ${long})`),
    calculate(`t\\u0065st('^(a+)+$', ${long})`),
    calculate(`replace(${long}, /^(a+)+$/, '')`),
    calculate(`split(${long}, /^(a+)+$/)`),
    { ...fine, transform: [{ filter: { and: [`test(/^(a+)+$/, ${long})`] } }] },
    { ...fine, encoding: { x: { ...x, axis: { labelExpr: `test('^(a+)+$', ${long})` } }, y } },
    { ...fine, encoding: { x, y, opacity: { condition: { test: `test('^(a+)+$', ${long})`, value: 1 } } } },
    { ...fine, params: [{ name: 'p', expr: `test('^(a+)+$', ${long})` }] },
    { ...fine, mark: { type: 'bar', tooltip: { expr: `test('^(a+)+$', ${long})` } } },
    { ...fine, title: { text: { signal: `test('^(a+)+$', ${long})` } } },
  ];
  await show(specs);
  expect(await errorTitles()).toEqual(specs.map(() => 'Not allowed here'));
  await expectNothingHappened();
});

test('a widget that is too large or not Vega-Lite says so, and the others are drawn', async () => {
  const values = Array.from({ length: 1000 }, () => ({ part: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }));
  const transform = [{ flatten: ['part'] }];
  const part = { field: 'part', type: 'quantitative' };
  const specs: [unknown, string][] = [
    [{ data: { values }, transform, mark: 'point', encoding: { x: part, y: part } }, 'Too many marks'],
    [{ layer: Array.from({ length: 10_000 }, () => ({ mark: 'bar' })) }, 'Too many marks'],
    [
      { ...fine, repeat: Array(40).fill('a'), spec: { layer: Array(3).fill({ mark: 'bar' }) } },
      'Too many marks',
    ],
    [{ ...fine, description: 'x'.repeat(265_000) }, 'Too large'],
    [{ ...fine, data: { sequence: { start: 0, stop: 1e9 } } }, 'Too large'],
    [{ ...fine, transform: [{ calculate: 'length(sequence(0, 1e9))', as: 'a' }] }, 'Too large'],
    [{ ...fine, transform: [{ calculate: "pad('a', 1e9)", as: 'a' }] }, 'Too large'],
    [{ ...fine, encoding: { x: { ...y, bin: { maxbins: 1e9 } } } }, 'Too large'],
    [{ $schema: 'https://vega.github.io/schema/vega/v6.json', marks: [] }, 'Not a Vega-Lite specification'],
    [{ ...fine, mark: 'nonsense' }, 'Not a Vega-Lite specification'],
    [{ data: DAILY }, 'Not a Vega-Lite specification'],
    ['bar', 'Not a Vega-Lite specification'],
    [{ ...fine, transform: [{ calculate: 'datum.', as: 'a' }] }, 'Not a Vega-Lite specification'],
    [{ ...fine, data: { name: 'secrets' } }, 'Unknown data'],
  ];
  await show(specs.map(([spec]) => spec));
  expect(await errorTitles()).toEqual(specs.map(([, title]) => title));
  await expectNothingHappened();
});

test('no widget freezes the page: one that takes too much is stopped and says so, and the others are drawn', async () => {
  const { page } = ada;
  const freezing = [...endless.slice(0, 1), ...reported, ...drawnTooLarge];
  await begin(freezing.map(({ spec }) => spec));
  await page.locator('.widget').first().waitFor();
  const stopped = page.locator('.widget', {
    hasText: 'This widget took longer than 2 seconds and was stopped.',
  });
  // The first is at work now.
  expect(await stopped.count()).toBe(0);
  for (let time = 0; time < 3; time += 1) {
    await page.getByRole('button', { name: 'Copy…' }).click({ timeout: 3000 });
    await page.getByRole('button', { name: 'Cancel' }).click({ timeout: 3000 });
  }
  await page.getByRole('img', { name: /^Last: Fine\. \d+ rows/ }).waitFor();
  const titles = freezing.map(({ code }) => ERROR_TITLES[code]);
  await expect.poll(() => titlesAfterRetries(titles), { interval: 1000 }).toEqual(titles);
  expect(await stopped.count()).toBe(1);
  const first = page.locator('.widget').first();
  const notice = first.locator('.notice');
  await first.getByRole('button', { name: 'Try again' }).click();
  await notice.waitFor({ state: 'detached' });
  await notice.waitFor();
  await page.unroute('**/dashboards/1/traffic-by-day');
  expect(ada.problems()).toEqual([]);
});

/** On a busy machine a widget may take longer than it is allowed to: then it is tried again. */
async function untilDrawn(widget: Locator) {
  const again = widget.getByRole('button', { name: 'Try again' });
  const isDrawn = async () => {
    if ((await again.count()) > 0) await again.click();
    return widget.locator('canvas').count();
  };
  await expect.poll(isDrawn).toBe(1);
}

/** The widgets' errors. One that a busy machine stopped before it met its own error is tried again. */
async function titlesAfterRetries(expected: string[]): Promise<string[]> {
  const titles = await errorTitles();
  for (const [place, title] of titles.entries())
    if (title === ERROR_TITLES.stopped && expected[place] !== title)
      await ada.page.locator('.widget').nth(place).getByRole('button', { name: 'Try again' }).click();
  return titles;
}

type Color = [red: number, green: number, blue: number];

/** Whether a drawing has a pixel of the color. */
const hasColor = (canvas: Locator, color: Color) =>
  canvas.evaluate((element: HTMLCanvasElement, wanted) => {
    const { data = [] } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? {};
    for (let at = 0; at < data.length; at += 4)
      if (wanted.every((part, place) => data[at + place] === part)) return true;
    return false;
  }, color);

test('a worker whose widgets took much memory is replaced, and they still answer', async () => {
  const { page } = ada;
  const values = Array.from({ length: 1000 }, (_, a) => ({ a }));
  const text = `'${'x'.repeat(9000)}' + datum.a`;
  const list = `[${values.slice(0, 900).map(({ a }) => a)}]`;
  const large = {
    data: { values },
    transform: [text, text, list].map((calculate, index) => ({ calculate, as: `made${index}` })),
    params: [{ name: 'shade', value: 'red', bind: { input: 'select', options: ['red', 'blue'] } }],
    mark: { type: 'bar', color: { expr: 'shade' } },
    encoding: { x: { aggregate: 'count' } },
  };
  let workers = 0;
  const count = () => {
    workers += 1;
  };
  page.on('worker', count);
  await show(Array(5).fill(large));
  for (const widget of (await page.locator('.widget').all()).slice(0, 5)) await untilDrawn(widget);
  page.off('worker', count);
  expect(workers).toBeGreaterThanOrEqual(2);
  const first = page.locator('.widget').first();
  await first.getByLabel('shade').selectOption('blue');
  await expect.poll(() => hasColor(first.locator('canvas'), [0, 0, 255])).toBe(true);
  expect(ada.problems()).toEqual([]);
});

test('a drawing answers the pointer and its inputs, and is drawn again when another one ended its worker', async () => {
  const { page } = ada;
  const bars = {
    ...fine,
    transform: [{ calculate: "'a'", as: 'one' }],
    mark: { type: 'bar', width: { expr: 'wide' } },
    params: [
      { name: 'wide', value: 5, bind: { input: 'range', min: 1, max: 60, step: 1, name: 'Width' } },
      { name: 'shade', value: 'red', bind: { input: 'select', options: ['red', 'blue'] } },
      { name: 'picked', select: { type: 'interval', encodings: ['x'] } },
    ],
    encoding: { x, y, color: { condition: { param: 'picked', value: { expr: 'shade' } }, value: 'lime' } },
  };
  const [, large] = endless;
  await show([bars, large?.spec]);
  const widget = page.locator('.widget').first();
  const canvas = widget.locator('canvas');
  const shows = (color: Color) => hasColor(canvas, color);
  // The worker that drew it was ended meanwhile.
  await page.locator('.widget').nth(1).getByText('was stopped').waitFor();
  await untilDrawn(widget);
  expect([await shows([255, 0, 0]), await shows([0, 255, 0])]).toEqual([true, false]);
  await widget.getByLabel('shade').selectOption('blue');
  await expect.poll(() => shows([0, 0, 255])).toBe(true);
  await widget.getByLabel('Width').fill('60');
  const box = await canvas.boundingBox();
  const from = { x: (box?.x ?? 0) + 300, y: (box?.y ?? 0) + 80 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 200, from.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => shows([0, 255, 0])).toBe(true);
  expect(ada.problems()).toEqual([]);
});
