import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core calls serious or critical. */
export async function findViolations(page: Page): Promise<string[]> {
  // Not as a script element, because the content security policy would refuse it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** Whether the page need not be scrolled sideways; pictures take the size of their place a moment after it has changed. */
export async function fitsSoon(page: Page): Promise<boolean> {
  const excess = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return expect
    .poll(excess, { timeout: 5_000 })
    .toBeLessThanOrEqual(0)
    .then(
      () => true,
      () => false,
    );
}

const SIGHTS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
] as const;

/** The same on a desk and on a phone, light and dark, and whether the page must be scrolled sideways there. */
export async function findViolationsInSights(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const { width, colorScheme } of SIGHTS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    const violations = await findViolations(page);
    if (!(await fitsSoon(page))) violations.push('scrolls sideways');
    found.push(...violations.map((violation) => `${width} ${colorScheme}: ${violation}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}
