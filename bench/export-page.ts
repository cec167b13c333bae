import { stat } from 'node:fs/promises';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { openChromium } from '../test/e2e/chromium.ts';
import { DAYS, fillExported, LIST_DAYS, REPOSITORIES } from './exports.ts';
import { openBenchInstallation } from './installation.ts';
import { peakOfBrowser } from './memory.ts';
import { printTable, round } from './table.ts';

const LONG_MS = 3_600_000;

/** Lets the page write to a file of its own instead of asking a person where to, as headless Chromium cannot. */
const streamToOwnFile = () => {
  Object.assign(window, {
    showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory();
      return folder.getFileHandle(suggestedName, { create: true });
    },
  });
};

/** Exports by the page. Gives the seconds and the file's size in bytes; null if it went to a file of the page's own. */
async function exportAs(page: Page, url: string, kind: 'csv' | 'parquet') {
  await page.goto(`${url}/t/1/export`);
  await page.getByLabel('Files').selectOption(kind);
  const downloading = page.waitForEvent('download', { timeout: LONG_MS }).catch(() => null);
  const begun = performance.now();
  await page.getByRole('button', { name: /^Export about/ }).click();
  await page.getByText(/\.zip is saved$/).waitFor({ timeout: LONG_MS });
  const seconds = (performance.now() - begun) / 1000;
  const told = (await page.getByText(/ rows, /).textContent()) ?? '';
  const isStreamed = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys())
      if (name.endsWith('.zip')) return true;
    return false;
  });
  const file = isStreamed ? null : await (await downloading)?.path();
  return { seconds, told, isStreamed, bytes: file ? (await stat(file)).size : null };
}

/** Exporting many repositories and years by the page, in headless Chromium: a browser of its own for each kind. */
export async function benchExportPage(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const client = new pg.Client(installation.database.url);
  await client.connect();
  await fillExported(installation.database.url, client);
  const results: (string | number)[][] = [];
  for (const kind of ['csv', 'parquet'] as const) {
    const browser = await openChromium();
    const page = await browser.newPage();
    await page.addInitScript(streamToOwnFile);
    await page.goto(`${installation.url}/me`);
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.locator('header.bar').waitFor();
    await page.goto(`${installation.url}/t/1/export`);
    await page.getByRole('button', { name: /^Export about/ }).waitFor();
    const before = { page: peakOfBrowser('renderer'), browser: peakOfBrowser('browser') };
    const { seconds, told, isStreamed, bytes } = await exportAs(page, installation.url, kind);
    const rows = Number(told.split(' rows')[0]?.replace(/\D/g, ''));
    results.push([
      kind,
      isStreamed ? 'to the disk' : 'in memory',
      round(seconds, 1),
      round(rows / seconds, 0),
      bytes === null ? (told.match(/[\d.]+ [kMG]B/)?.[0] ?? '') : `${round(bytes / 1e6, 1)} MB`,
      `${round(before.page, 0)} → ${round(peakOfBrowser('renderer'), 0)}`,
      `${round(before.browser, 0)} → ${round(peakOfBrowser('browser'), 0)}`,
    ]);
    await browser.close();
  }
  await client.end();
  await close();
  printTable(
    `Export by the page: ${REPOSITORIES} repositories × ${DAYS} days and ${LIST_DAYS} lists of ten paths`,
    ['file', 'kept', 'seconds', 'rows/s', 'size', 'most memory of the page (MB)', 'of the browser (MB)'],
    results,
  );
}
