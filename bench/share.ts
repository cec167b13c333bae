import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { callApi } from '../local/api-call.ts';
import { openChromium } from '../test/e2e/chromium.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { signIn, weigh } from './page.ts';
import { printTable, quantile, round } from './table.ts';

const ROUNDS = 7;
const VIEWS = 10_000;
const AT_ONCE = 50;

/** A shared page beside the signed-in page of the same figures, and what many views of it cost. */
export async function benchShare(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const today = new Date().toISOString().slice(0, 10);
  await fillDays(installation.database.url, { tenantId: 1, repositories: 12, days: 365, today });
  const badges = [{ metric: 'views', days: 30, label: 'views', color: '#1d4fc4', style: 'flat' }];
  const body = { key: randomUUID(), subject: 'portfolio', range: '365', badges };
  const share = (await callApi(installation, 'ada@example.com', {
    method: 'POST',
    path: '/shares/1',
    body,
  })) as {
    url: string;
  };
  const browser = await openChromium();
  const context = await browser.newContext();
  const page = await context.newPage();
  const shared = await measure(page, share.url, '.shared-chart svg');
  await signIn(page, installation.url);
  const signedIn = await measure(page, `${installation.url}/t/1?range=365`, 'canvas');
  await browser.close();
  const before = installation.host.activations().length;
  const begun = performance.now();
  await view([`${share.url}data.json`, `${share.url}views-30.svg`]);
  const seconds = (performance.now() - begun) / 1000;
  const started = installation.host.activations().length - before;
  await close();
  printTable(
    'A shared page beside the signed-in page: 12 repositories × 1 year, compressed, without API answers',
    ['page', 'requests', 'kB', 'first chart, empty cache (median ms)'],
    [
      ['shared, with its figures', shared.requests, round(shared.bytes / 1000), round(shared.chart, 0)],
      ['overview, signed in', signedIn.requests, round(signedIn.bytes / 1000), round(signedIn.chart, 0)],
    ],
  );
  printTable(
    'Views of a share, and as many of its badge',
    ['views', 'seconds', 'actions started'],
    [[2 * VIEWS, round(seconds, 1), started]],
  );
}

/** The weight of a page, and the median time until its first chart with an empty cache. */
async function measure(page: Page, url: string, chart: string) {
  const client = await page.context().newCDPSession(page);
  const times: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    await client.send('Network.clearBrowserCache');
    await page.goto(url, { waitUntil: 'commit' });
    await page.locator(chart).first().waitFor();
    times.push(await page.evaluate(() => performance.now()));
  }
  await client.send('Network.clearBrowserCache');
  return { ...(await weigh(page, url)), chart: quantile(times, 0.5) };
}

/** So many views of each. */
async function view(urls: readonly string[]): Promise<void> {
  let left = VIEWS * urls.length;
  const visitor = async () => {
    while (left > 0) {
      left -= 1;
      const url = urls[left % urls.length] ?? '';
      const answer = await fetch(url);
      if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}.`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
}
