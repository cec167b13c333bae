import type { Page } from 'playwright-core';
import { openChromium } from '../test/e2e/chromium.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { printTable, quantile, round } from './table.ts';

const ROUNDS = 7;
const PERSON = 'Ada Lovelace';

interface Weight {
  requests: number;
  bytes: number;
}

/** Bytes on the wire, compressed, of everything that the origin serves for the page, except API answers. */
export async function weigh(page: Page, url: string): Promise<Weight> {
  const weight = { requests: 0, bytes: 0 };
  const client = await page.context().newCDPSession(page);
  const isFile = new Set<string>();
  await client.send('Network.enable');
  client.on('Network.responseReceived', ({ requestId, response }) => {
    const { pathname } = new URL(response.url);
    if (!pathname.startsWith('/api/') && !pathname.startsWith('/identity/')) isFile.add(requestId);
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!isFile.has(requestId)) return;
    weight.requests += 1;
    weight.bytes += encodedDataLength;
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  await client.detach();
  return weight;
}

export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: PERSON }).click();
  await page.locator('canvas').first().waitFor();
}

/** From the start of the navigation until the first chart's canvas is in the page, signed in and warm. */
async function timeToChart(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('canvas').first().waitFor();
  return page.evaluate(() => performance.now());
}

/** The bytes of the first page and the overview, and the time to the first chart, in headless Chromium. */
export async function benchPage(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  await fillDays(installation.database.url, {
    tenantId: 1,
    repositories: 12,
    days: 365,
    today: new Date().toISOString().slice(0, 10),
  });
  const browser = await openChromium();
  const first = await browser.newContext();
  const welcome = await weigh(await first.newPage(), `${installation.url}/`);
  await first.close();

  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, installation.url);
  const client = await context.newCDPSession(page);
  const overview = `${installation.url}/t/1?range=365`;
  const cold: number[] = [];
  const warm: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    await client.send('Network.clearBrowserCache');
    cold.push(await timeToChart(page, overview));
    warm.push(await timeToChart(page, overview));
  }
  await client.send('Network.clearBrowserCache');
  const dashboard = await weigh(page, overview);
  await browser.close();
  await close();
  printTable(
    'The pages, compressed, without API answers; the first page at most 71.7 kB',
    ['page', 'requests', 'kB', 'first chart, empty cache (median ms)', 'first chart, cached (median ms)'],
    [
      ['first page (welcome)', welcome.requests, round(welcome.bytes / 1000), '–', '–'],
      [
        'overview, 12 repositories × 1 year',
        dashboard.requests,
        round(dashboard.bytes / 1000),
        round(quantile(cold ?? [], 0.5), 0),
        round(quantile(warm ?? [], 0.5), 0),
      ],
    ],
  );
}
