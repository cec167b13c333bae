import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { addDays } from '../lib/day.ts';
import { openChromium } from '../test/e2e/chromium.ts';
import { insertRepositories, openBenchInstallation } from './installation.ts';
import { peakOfBrowser } from './memory.ts';
import { printTable, round } from './table.ts';

const OWNER = 'octo-org';
const REPOSITORIES = Number(process.env.IMPORT_REPOSITORIES ?? 300);
const YEARS = Number(process.env.IMPORT_YEARS ?? 20);
const FIRST_DAY = '2006-01-01';

/** A home-made CSV of all repositories, a row for each day of each. Gives the number of rows. */
async function writeHistory(file: string): Promise<number> {
  const days = Math.floor(YEARS * 365.25);
  const handle = await open(file, 'w');
  await handle.write('date,repository,views,unique_visitors,clones,unique_clones\n');
  for (let repository = 0; repository < REPOSITORIES; repository++) {
    const lines: string[] = [];
    for (let day = 0; day < days; day++)
      lines.push(
        `${addDays(FIRST_DAY, day)},${OWNER}/repository-${repository},${40 + ((day * 7 + repository) % 90)},${9 + (day % 30)},${day % 17},${day % 5}`,
      );
    await handle.write(`${lines.join('\n')}\n`);
  }
  await handle.close();
  return days * REPOSITORIES;
}

const LONG_MS = 3_600_000;

async function measure(page: Page, file: string): Promise<{ step: string; seconds: number; peak: number }[]> {
  const steps: { step: string; seconds: number; peak: number }[] = [];
  let begun = performance.now();
  const note = (step: string) => {
    steps.push({ step, seconds: (performance.now() - begun) / 1000, peak: peakOfBrowser('renderer') });
    begun = performance.now();
  };
  await page.getByLabel('Files', { exact: true }).setInputFiles(file);
  await page.getByRole('heading', { name: 'In these files' }).waitFor({ timeout: LONG_MS });
  note('read the file');
  const button = page.getByRole('button', { name: 'Import', exact: true });
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('button')].some((one) => one.textContent === 'Import' && !one.disabled),
    undefined,
    { timeout: LONG_MS },
  );
  note('compare with what is stored');
  await button.click();
  await page
    .getByText(/All parts sent|See the history/)
    .first()
    .waitFor({ timeout: LONG_MS });
  note('keep and send the parts');
  await page.getByText('See the history').first().waitFor({ timeout: LONG_MS });
  note('have them stored');
  return steps;
}

/** Importing a file of many repositories and years by the page, in headless Chromium. */
export async function benchImportPage(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'traffic-import-'));
  const file = path.join(folder, 'history.csv');
  const rows = await writeHistory(file);
  const { installation, close } = await openBenchInstallation();
  await insertRepositories(installation.database.url, {
    tenantId: 1,
    owner: OWNER,
    ids: Array.from({ length: REPOSITORIES }, (_, place) => 800_000 + place),
  });
  const browser = await openChromium();
  const page = await browser.newPage();
  await page.goto(`${installation.url}/me`);
  await page.getByRole('button', { name: 'Ada Lovelace' }).click();
  await page.locator('header.bar').waitFor();
  await page.goto(`${installation.url}/t/1/imports`);
  await page.getByRole('heading', { name: 'Past imports' }).waitFor();
  const steps = await measure(page, file);
  await browser.close();
  await close();
  await rm(folder, { recursive: true, force: true });
  printTable(
    `Import by the page: ${REPOSITORIES} repositories × ${YEARS} years, ${rows} days`,
    ['step', 'seconds', 'rows per second', 'most memory of the page so far (MB)'],
    steps.map(({ step, seconds, peak }) => [
      step,
      round(seconds, 1),
      round(rows / seconds, 0),
      round(peak, 0),
    ]),
  );
}
