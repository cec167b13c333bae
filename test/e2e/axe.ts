import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core calls serious or critical. `rules` are those to check; default: all. */
export async function findViolations(page: Page, rules: string[] = []): Promise<string[]> {
  // Not as a script element, because the content security policy would refuse it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(
    (only) =>
      (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(
        only.length > 0 ? { runOnly: only } : {},
      ),
    rules,
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

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}

/** How much the page has moved by itself since it was opened: the sum of its layout shifts. */
export function shiftOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        const watcher = new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as Shift[]) if (!entry.hadRecentInput) sum += entry.value;
        });
        watcher.observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 100);
      }),
  );
}

/** In the dark nothing but colors differs. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];
const SIGHTS = [
  { width: 1280, colorScheme: 'light', rules: [] },
  { width: 1280, colorScheme: 'dark', rules: COLOR_RULES },
  { width: 375, colorScheme: 'light', rules: [] },
  { width: 375, colorScheme: 'dark', rules: COLOR_RULES },
] as const;

/** The same on a desk and on a phone, light and dark, and whether the page must be scrolled sideways there. */
export async function findViolationsInSights(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const { width, colorScheme, rules } of SIGHTS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    const violations = await findViolations(page, [...rules]);
    if (!(await fitsSoon(page))) violations.push('scrolls sideways');
    found.push(...violations.map((violation) => `${width} ${colorScheme}: ${violation}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}
