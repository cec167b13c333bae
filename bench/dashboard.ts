import type { CDPSession, Page } from 'playwright-core';
import { openChromium } from '../test/e2e/chromium.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { signIn } from './page.ts';
import { printTable, quantile, round } from './table.ts';

const ROUNDS = 5;

/** From the start of the navigation until the first chart is in the page. */
async function timeToPicture(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('canvas, .rank').first().waitFor();
  return page.evaluate(() => performance.now());
}

/** Bytes on the wire, compressed, until nothing more is loading. */
async function weigh(page: Page, client: CDPSession, url: string) {
  const isAnswer = new Map<string, boolean>();
  const seen = { files: 0, answers: 0, calls: 0 };
  const onResponse = ({ requestId, response }: { requestId: string; response: { url: string } }) =>
    isAnswer.set(requestId, new URL(response.url).pathname.startsWith('/api/'));
  const onFinished = ({ requestId, encodedDataLength }: { requestId: string; encodedDataLength: number }) => {
    const answer = isAnswer.get(requestId);
    if (answer) seen.calls += 1;
    seen[answer ? 'answers' : 'files'] += encodedDataLength;
  };
  await client.send('Network.clearBrowserCache');
  client.on('Network.responseReceived', onResponse);
  client.on('Network.loadingFinished', onFinished);
  await timeToPicture(page, url);
  await page.waitForLoadState('networkidle');
  client.off('Network.responseReceived', onResponse);
  client.off('Network.loadingFinished', onFinished);
  return seen;
}

const PAGES = [
  ['overview, all days', '/t/1?range=all'],
  ['repository, all days', '/t/1/r/REPOSITORY?range=all'],
  ['dashboard “Portfolio”, a year', '/t/1/dashboards/portfolio'],
  ['dashboard “Portfolio”, all days', '/t/1/dashboards/portfolio?range=all'],
  ['dashboard “Traffic by day”, 30 days', '/t/1/dashboards/traffic-by-day'],
  ['dashboard “Traffic by day”, all days', '/t/1/dashboards/traffic-by-day?range=all'],
] as const;

/** Compares a dashboard's first widget with the built-in pages' first chart, for 12 repositories and three years. */
export async function benchDashboard(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const today = new Date().toISOString().slice(0, 10);
  await fillDays(installation.database.url, { tenantId: 1, repositories: 12, days: 3 * 365, today });
  const browser = await openChromium();
  const page = await (await browser.newContext()).newPage();
  await signIn(page, installation.url);
  const repository = (await page.locator('tbody th a').first().getAttribute('href'))?.split('/').at(-1) ?? '';
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const rows = [];
  for (const [name, path] of PAGES) {
    const url = installation.url + path.replace('REPOSITORY', repository);
    const { calls, files, answers } = await weigh(page, client, url);
    const cold: number[] = [];
    const warm: number[] = [];
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      await client.send('Network.clearBrowserCache');
      cold.push(await timeToPicture(page, url));
      warm.push(await timeToPicture(page, url));
    }
    rows.push([
      name,
      calls,
      round(files / 1000),
      round(answers / 1000),
      ...[cold, warm].map((times) => round(quantile(times, 0.5), 0)),
    ]);
  }
  await browser.close();
  await close();
  printTable(
    'First chart, 12 repositories × 3 years; headless Chromium, median ms',
    ['page', 'API calls', 'files kB', 'answers kB', 'empty cache ms', 'cached ms'],
    rows,
  );
}
