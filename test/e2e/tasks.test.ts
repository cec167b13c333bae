import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { openDatabase } from '../../lib/db/database.ts';
import type { TestInstallation } from '../installation.ts';
import { findViolations } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openHistory } from './history.ts';
import { LONG_NAME } from './make-history.ts';
import { readPdf } from './pdf.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** What people come for, and how many clicks it takes from the overview. */

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [installation, browser] = await Promise.all([openHistory(), openChromium()]);
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

beforeEach(async () => {
  await ada.open('/t/1');
  await ada.page.getByText('Last collected').first().waitFor();
  await countClicks();
});

/** Counts the clicks of the pointer from now on; typing, and keys that act like a click, do not count. */
async function countClicks(): Promise<void> {
  await ada.page.evaluate(() => {
    sessionStorage.setItem('clicks', '0');
    addEventListener(
      'pointerdown',
      () => sessionStorage.setItem('clicks', String(Number(sessionStorage.getItem('clicks')) + 1)),
      true,
    );
  });
}

const clicks = () => ada.page.evaluate(() => Number(sessionStorage.getItem('clicks')));

test('a group of all repositories that match a pattern, and its overview, take four clicks and the pattern', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: /^All repositories/ }).click();
  await page.getByRole('button', { name: 'New group…' }).click();
  await page.getByText('Every repository matches').waitFor();
  await page.keyboard.type('harbor-*');
  await page.getByText(/^1 of \d+ repositories match\.$/).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('button', { name: /^harbor-\* 1/ }).waitFor();
  expect(await clicks()).toBeLessThanOrEqual(4);
  expect(page.url()).toMatch(/group=\d+/);
  await page.getByRole('link', { name: 'northwind-labs/harbor-helm' }).waitFor();
  expect(await page.getByRole('link', { name: 'northwind-labs/burrow' }).count()).toBe(0);
  expect(ada.problems()).toEqual([]);
});

test('the menu of groups finds groups and repositories, by keyboard too', async () => {
  const { page } = ada;
  await page.keyboard.press('g');
  const box = page.getByRole('searchbox', { name: 'Find a group or repository' });
  await box.waitFor();
  await page.getByRole('button', { name: /^harbor-\* 1$/ }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await box.fill('BURROW');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /burrow/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a colleague who may see two repositories takes five clicks and the address', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByRole('menuitem', { name: 'Add member…' }).click();
  await page.getByLabel('E-mail address').waitFor();
  await page.keyboard.type('colleague@example.com');
  await page.getByRole('checkbox', { name: 'northwind-labs/burrow' }).click();
  await page.getByRole('checkbox', { name: 'northwind-labs/tidy-dates' }).click();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('2 repositories').waitFor();
  expect(await clicks()).toBeLessThanOrEqual(5);
  const { body } = await installation.as('ada@example.com')('GET', '/members/1');
  const added = body.members.find(({ email }: { email: string }) => email === 'colleague@example.com');
  expect(added).toMatchObject({ role: 'repository viewer', groupIds: [] });
  expect(added.repositoryIds).toHaveLength(2);
  expect(ada.problems()).toEqual([]);
});

test('among 300 repositories, a dialog filters and selects all that it shows', async () => {
  const { page } = ada;
  const { db } = openDatabase(installation.database.url);
  const at = '2026-10-01T00:00:00.000Z';
  await db
    .insertInto('repository')
    .values(
      Array.from({ length: 300 }, (_, index) => ({
        tenantId: 2,
        githubId: 900_000 + index,
        owner: 'acme',
        name: `${index % 3 === 0 ? 'sdk' : 'app'}-${index}`,
        visibility: 'public' as const,
        schedule: 'paused' as const,
        addedAt: at,
        addedBy: 'ada@example.com',
      })),
    )
    .execute();
  await ada.open('/t/2/groups');
  await page.getByRole('navigation', { name: 'Settings' }).waitFor();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('radio', { name: 'By hand' }).click();
  await page.getByRole('searchbox', { name: 'Filter: Repositories of the group' }).fill('sdk-');
  await page.getByRole('button', { name: 'Select all (100)' }).click();
  await page.getByLabel('Name', { exact: true }).fill('SDKs');
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('100 repositories chosen by hand').waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Edit… SDKs' }).click();
  await page.getByText('100 selected').waitFor();
  await page.getByRole('radio', { name: 'By rule' }).click();
  await page.getByLabel('Name pattern').fill('none-*');
  await page.getByText('No repository matches now. The group fills when one does.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('all repositories of any owner that match none-*').waitFor();
  await page.getByRole('button', { name: 'Delete… SDKs' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('No groups yet').waitFor();
  await db.deleteFrom('repository').where('addedAt', '=', at).execute();
  await db.destroy();
  expect(ada.problems()).toEqual([]);
});

test('a launch is annotated with three clicks and the text, and its marker and line light up together', async () => {
  const { page } = ada;
  const text = 'Launch <b>of</b> “burrow”';
  await page.getByRole('button', { name: 'Annotate' }).first().click();
  const burrow = page.getByRole('radio', { name: 'northwind-labs/burrow' });
  await burrow.waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.type(text);
  await burrow.click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const line = page.getByRole('listitem').filter({ hasText: text });
  await line.waitFor();
  expect(await line.textContent()).toContain('burrow');
  expect(await line.textContent()).toContain('Ada Lovelace');
  expect(await clicks()).toBe(3);
  await line.hover();
  await page.locator('.chart-marker.lit').first().waitFor();
  expect(ada.problems()).toEqual([]);
});

test('an event offers the days before and after it, with bounds of the visitors', async () => {
  const { page } = ada;
  const line = page.locator('.happened li').filter({ hasText: 'released' }).first();
  await line.hover();
  await line.getByRole('button', { name: 'Before and after' }).click();
  const dialog = page.getByRole('dialog', { name: 'Before and after' });
  await dialog
    .getByText(/Settled days only|unknown|not published/)
    .first()
    .waitFor();
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: '14 days' }).click();
  await dialog
    .getByText(/days? each|unknown|not published/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual([]);
});

test('an annotation is changed and deleted from the list, and events are shown by kind', async () => {
  const { page } = ada;
  const line = page.getByRole('listitem').filter({ hasText: 'Launch' });
  await line.hover();
  await line.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'What happened' }).fill(`x${'y'.repeat(10_000)}`);
  await page.getByText('At most 500 characters; these are 10,001.').waitFor();
  await page.getByRole('textbox', { name: 'What happened' }).fill('Relaunch');
  await page.getByLabel('Link (optional)').fill('javascript:alert(1)');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Start with https://').waitFor();
  expect(ada.problems()).toEqual(['400 PATCH annotations/1/1']);
  await page.getByLabel('Link (optional)').fill('https://example.com/launch');
  await page.getByRole('button', { name: 'Save' }).click();
  const changed = page.getByRole('listitem').filter({ hasText: 'Relaunch' });
  await changed.getByRole('link', { name: /Relaunch/ }).waitFor();
  await page.getByLabel('Show only').selectOption('annotation');
  expect(await page.locator('.happened li').count()).toBe(1);
  await changed.hover();
  await changed.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Delete this annotation…' }).click();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await changed.waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual([]);
});

test('last quarter is compared with the quarter before after two clicks', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByRole('menuitemradio', { name: /^Last quarter/ }).click();
  await page.getByRole('img', { name: /^Views.*from 1 Jul 2026 to 30 Sept 2026/ }).waitFor();
  await page.getByText(/vs previous period/).waitFor();
  expect(await clicks()).toBe(2);
  expect(ada.problems()).toEqual([]);
});

/** The first of those that moved most: its name, and by how much, as the API says for a range. */
async function movedMost(range: string): Promise<string> {
  const { body } = await installation.as('ada@example.com')('GET', `/stats/1?range=${range}`);
  const [first] = body.moved.viewCount as { fullName: string; difference: number | null }[];
  const { fullName = '', difference = null } = first ?? {};
  const sign = (difference ?? 0) < 0 ? '−' : '+';
  const text =
    difference === null ? 'Days are missing' : `${sign}${Math.abs(difference).toLocaleString('en-GB')}`;
  return `${fullName.split('/')[1]}${text}`;
}

test.each([
  ['This month', 'month'],
  ['Last 7 days', '7'],
])('what grew most stands there after two clicks: %s', async (label, range) => {
  const { page } = ada;
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${label}`) }).click();
  await page.waitForURL(new RegExp(`range=${range}`));
  const row = page.getByRole('region', { name: 'Moved most' }).getByRole('listitem').first();
  await expect.poll(() => row.textContent(), { timeout: 30_000 }).toBe(await movedMost(range));
  expect(await clicks()).toBe(2);
  expect(ada.problems()).toEqual([]);
});

test('two repositories are in one chart after three clicks, absolute or indexed, and can be removed again', async () => {
  const { page } = ada;
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('link', { name: 'northwind-labs/burrow' }).click();
  await page.getByRole('link', { name: 'northwind-labs/tidy-dates' }).click();
  const table = page.getByRole('table', { name: 'Figures' });
  await table.getByRole('row').nth(2).waitFor();
  expect(await table.getByRole('rowheader').allInnerTexts()).toEqual(['burrow', 'tidy-dates']);
  await page.getByRole('img', { name: /^Views from/ }).waitFor();
  expect(await clicks()).toBe(3);
  expect(ada.calls().filter((call) => call.startsWith('GET stats/1/series'))).toHaveLength(2);

  await page.getByRole('link', { name: 'Indexed' }).click();
  await page.getByText(/= 100/).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add repository' }).click();
  await page.getByRole('link', { name: 'northwind-labs/payroll-service' }).click();
  await table.getByRole('rowheader', { name: 'payroll-service' }).waitFor();
  await page.getByRole('link', { name: 'Remove burrow' }).click();
  await table.getByRole('rowheader', { name: 'burrow' }).waitFor({ state: 'detached' });
  expect(await table.getByRole('rowheader').allInnerTexts()).toEqual(['tidy-dates', 'payroll-service']);
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Last collected').first().waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a group is compared with two clicks, and its report is behind the page of notifications', async () => {
  const { page } = ada;
  const call = installation.as('ada@example.com');
  const { repositories } = (await call('GET', '/repositories/1?q=northwind-labs')).body;
  const chosen = repositories.filter(({ name }: { name: string }) => /burrow|tidy-dates/.test(name));
  const repositoryIds = chosen.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  const { groupId } = (await call('POST', '/groups/1', { name: 'Two of them', rule: null, repositoryIds }))
    .body;
  await ada.open('/t/1/compare');
  await countClicks();
  await page.getByRole('button', { name: /^All repositories/ }).click();
  await page.getByRole('button', { name: /^Two of them/ }).click();
  const table = page.getByRole('table', { name: 'Figures' });
  await table.getByRole('row').nth(2).waitFor();
  expect((await table.getByRole('rowheader').allInnerTexts()).toSorted()).toEqual(['burrow', 'tidy-dates']);
  expect(await clicks()).toBe(2);
  await page.getByText('most views in the group').waitFor();
  await page.getByRole('columnheader', { name: /^Against / }).waitFor();
  await page.getByRole('button', { name: /^Comparison/ }).click();
  await page.getByRole('menuitemradio', { name: 'No comparison' }).click();
  await page.getByRole('columnheader', { name: /^Against / }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Remove burrow' }).click();
  await page.getByRole('heading', { name: 'Choose another repository' }).waitFor();
  const offered = page.locator('.picker').getByRole('link');
  await expect.poll(() => offered.allInnerTexts()).toEqual(['northwind-labs/burrow']);

  await ada.open(`/t/1/notifications?group=${groupId}`);
  const link = page.getByRole('link', { name: 'See the report of last week' });
  expect(await link.getAttribute('href')).toBe(`/t/1/reports?range=week&group=${groupId}`);
  // The browser's last week is later than that of the installation.
  await ada.open(`/t/1/reports?period=2026-W42&group=${groupId}`);
  await page.getByRole('article').getByText('Two of them, 2 repositories').waitFor();
  await page.getByRole('button', { name: /^Two of them/ }).click();
  await page.getByRole('button', { name: /^All repositories/ }).click();
  await page
    .getByRole('article')
    .getByText(/, all \d+ repositories$/)
    .waitFor();
  expect(ada.problems()).toEqual([]);
});

test('annotations of any day are found under Settings, and a range has all of its events', async () => {
  const { page } = ada;
  const { db } = openDatabase(installation.database.url);
  await db
    .insertInto('annotation')
    .values(
      Array.from({ length: 160 }, (_, index) => {
        const day = addDays('2026-09-23', Math.floor(index / 20));
        const note = `Note ${index}`;
        return {
          tenantId: 1,
          clientKey: crypto.randomUUID(),
          fromDate: day,
          toDate: day,
          note,
          link: null,
          scope: 'all' as const,
          author: 'Ada Lovelace',
          createdAt: '2026-10-01T00:00:00.000Z',
          createdBy: 'ada@example.com',
        };
      }),
    )
    .execute();
  await db.destroy();
  await ada.open('/t/1');
  const happened = page.getByRole('region', { name: 'What happened' });
  await happened.getByLabel('Show only').selectOption('annotation');
  await happened.getByRole('button', { name: /^Show all/ }).click();
  const notes = happened.getByText(/“Note \d+”/);
  expect(await notes.count()).toBeLessThan(160);
  await happened.getByRole('link', { name: /^Show \d+ more, until/ }).click();
  // Those of the last day from which some were missing.
  await expect.poll(() => notes.count()).toBe(20);

  await ada.openSetting('Annotations');
  await page.getByText(/^1–50 of 16\d annotations$/).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('searchbox', { name: 'Search annotations' }).fill('Note 159');
  await page.getByRole('rowheader', { name: 'Note 159' }).waitFor();
  await expect.poll(() => page.getByRole('rowheader').count()).toBe(1);
  await page.getByRole('button', { name: 'Edit… Note 159' }).click();
  await page.getByRole('textbox', { name: 'What happened' }).fill('Note 159 was wrong');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('rowheader', { name: 'Note 159 was wrong' }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a badge for a README takes three clicks, looks as its file will, and leads where one says', async () => {
  const { page } = ada;
  const shared = await installation.as('ada@example.com')('POST', '/shares/1', {
    key: crypto.randomUUID(),
    subject: 'portfolio',
    range: '30',
  });
  expect(shared.status).toBe(201);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('tab', { name: 'Badge' }).click();
  const preview = page.getByRole('region', { name: 'What readers will see' });
  await preview.getByRole('img', { name: /^views, 30 days: / }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('textbox', { name: 'Label' }).fill('readers');
  await preview.getByRole('img', { name: /^readers: / }).waitFor();
  await page.getByRole('button', { name: 'Create badge' }).click();
  const markdown = await page.getByLabel('Markdown', { exact: true }).inputValue();
  expect(await clicks()).toBeLessThanOrEqual(3);
  const [, address = ''] = /^!\[readers\]\((.*\/views-30\.svg)\)$/.exec(markdown) ?? [];
  expect(await (await fetch(address)).text()).toContain('<title>readers: ');
  await page.getByLabel('A click leads to').selectOption({ index: 1 });
  expect(await page.getByLabel('Markdown', { exact: true }).inputValue()).toBe(
    `[${markdown}](${shared.body.url})`,
  );
  await page.getByLabel('For a README').selectOption('A chart of views');
  await preview
    .getByRole('img', { name: /^Views of .*, / })
    .nth(1)
    .waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await ada.open('/t/1/shares');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: /^Copy Markdown of / }).click();
  await page.getByRole('button', { name: /^Copied of / }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(markdown);
  expect(ada.problems()).toEqual([]);
});

/** The smallest margin of a printed report, in points. */
const MARGIN = { top: 39, bottom: 44 };

/** What a page may not divide: every chart with its title, and every row. As text without white space. */
const wholesOf = (sheet: Locator) =>
  sheet.evaluate((element) => {
    const textOf = (part: Element) => {
      const copy = part.cloneNode(true) as Element;
      for (const unprinted of copy.querySelectorAll('.unseen, .on-screen')) unprinted.remove();
      return (copy.textContent ?? '').replace(/\s/g, '');
    };
    const charts = [...element.querySelectorAll('.report-section:has(.report-chart)')].map(textOf);
    const rows = [...element.querySelectorAll('tr, .report-list li')].filter(
      (row) => !row.closest('.on-screen'),
    );
    return { charts, rows: rows.map(textOf) };
  });

test('last month as a PDF takes two clicks, and neither A4 nor Letter cuts a chart or tears a row', async () => {
  await ada.open('/t/2');
  const { page } = ada;
  await page.emulateMedia({ colorScheme: 'dark' });
  await countClicks();
  await page.getByRole('link', { name: 'Reports' }).click();
  const sheet = page.getByRole('article', { name: 'Traffic in September 2026' });
  await sheet.getByText('How complete is this?').waitFor();
  await page.evaluate(() => {
    window.print = () => document.body.classList.add('printed');
  });
  await page.getByRole('button', { name: 'Print or save as PDF' }).click();
  await page.locator('body.printed').waitFor();
  expect(await clicks()).toBe(2);

  const { charts, rows } = await wholesOf(sheet);
  expect(charts[0]).toMatch(/^Viewsbyday.*7Sept.*Visitors\(atmost\)August2026,weekdaysaligned/);
  expect(rows.some((row) => row.includes(LONG_NAME))).toBe(true);
  // Wherever the first page ends.
  for (const gap of ['0', '18rem', '33rem', '47rem'])
    for (const [format, width, height] of [
      ['A4', 596, 843],
      ['Letter', 612, 792],
    ] as const) {
      await page.evaluate((margin) => {
        const spaced = new CSSStyleSheet();
        spaced.replaceSync(`.report-lead { margin-bottom: ${margin} }`);
        document.adoptedStyleSheets.push(spaced);
      }, gap);
      const { pages, inMargins } = await readPdf(await page.pdf({ format }), MARGIN);
      expect(pages.map((one) => [Math.round(one.width), Math.round(one.height)])).toEqual(
        pages.map(() => [width, height]),
      );
      expect(inMargins).toEqual(pages.map((_, index) => `${index + 1} of ${pages.length}`));
      const divided = [...charts, ...rows].filter((whole) => !pages.some(({ text }) => text.includes(whole)));
      expect([format, gap, divided]).toEqual([format, gap, []]);
      // Light, although the screen is dark.
      expect(pages[0]?.colors).toContain('#14171c');
      expect(pages.flatMap(({ colors }) => colors)).not.toContain('#edf0f4');
    }
  await page.locator('html[data-theme=dark]').waitFor();
  await page.emulateMedia({ colorScheme: 'light' });
  expect(ada.problems()).toEqual([]);
});

test('the report of last quarter takes three clicks; it is shared with its days, and says what is missing', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Reports' }).click();
  await page.getByRole('button', { name: /^Period/ }).click();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('menuitemradio', { name: 'Last quarter' }).click();
  expect(await clicks()).toBe(3);
  await page.waitForURL(/reports\?from=\d{4}-\d\d-01&to=/);

  await ada.open('/t/1/reports?period=2026-09');
  await page.getByText('How complete is this?').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share the overview of September 2026' });
  expect(await dialog.getByLabel('From').inputValue()).toBe('2026-09-01');
  expect(await dialog.getByLabel('To', { exact: true }).inputValue()).toBe('2026-09-30');
  await page.keyboard.press('Escape');
  for (const [form, ending] of [
    ['Markdown', 'md'],
    ['HTML file', 'html'],
    ['JSON', 'json'],
  ] as const) {
    await page.getByRole('button', { name: 'Download' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: form }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`report-2026-09.${ending}`);
    expect(await readFile(await file.path(), 'utf8')).toContain('Traffic in September 2026');
  }
  const link = page.getByRole('link', { name: 'Overview', exact: true });
  expect(await link.getAttribute('href')).toBe('/t/1?from=2026-09-01&to=2026-09-30');

  await ada.open('/t/1/reports?period=2026-10');
  await page.getByText('October 2026 ends on 31 Oct 2026: this is the report until 21 Oct 2026.').waitFor();
  // The server's day counts, which is another one than the browser's here.
  await ada.open('/t/1/reports?range=last-month');
  await page.getByRole('button', { name: 'Period: September 2026' }).click();
  await page.getByRole('menuitemradio', { name: /Last month.*September 2026/ }).waitFor();
  await page.getByRole('menuitemradio', { name: /Last full week.*12 Oct/ }).click();
  await page.waitForURL(/reports\?period=2026-W42$/);

  await ada.open('/t/1/reports?period=2026-05');
  await page.getByRole('heading', { name: 'No day of May 2026 was collected' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual([]);
  await ada.open('/t/1/reports?period=nonsense');
  await page.getByRole('alert').getByText('period').waitFor();
  expect(ada.problems()).toEqual(['400 GET reports/1']);
});

test('a report is sent from its page by keyboard; a refusal is named there, and trying again sends it once', async () => {
  const { page } = ada;
  await ada.open('/t/1/reports?period=2026-09');
  await page.getByText('How complete is this?').waitFor();
  const button = page.getByRole('button', { name: 'Send…' });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Send the report of September 2026' });
  const receiver = dialog.getByLabel('Send to');
  await receiver.waitFor();
  expect(await receiver.locator('option:checked').textContent()).toBe('Me: ada@example.com');
  const isToMe = ({ to }: { to: string[] }) => to.includes('ada@example.com');
  const arrived = () => installation.mails.received().filter(isToMe).length;
  const before = arrived();
  const mend = installation.mails.fail({ kind: 'refuse', code: 554, message: '5.7.1 Not from here' });
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.getByRole('alert').getByText('The mail server refuses the mail').waitFor();
  expect(await findViolations(page)).toEqual([]);
  mend();
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.getByRole('status').getByText('Sent to you.').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(arrived()).toBe(before + 1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual(['422 POST report-now/1']);
});

test('managers choose a channel for a report, and are told of the tenant’s limit; Notifications sends the mail of a channel too', async () => {
  const { page } = ada;
  const call = installation.as('ada@example.com');
  const addChannel = async (channel: object) =>
    expect((await call('POST', '/channels/1', { contents: 'reports', ...channel })).status).toBe(201);
  await addChannel({ kind: 'slack', name: 'News', url: `${installation.url}/webhooks/slack/news` });
  await addChannel({ kind: 'email', name: 'Board', email: 'ada@example.com' });
  await ada.open('/t/1/reports?period=2026-09');
  await page.getByRole('button', { name: 'Send…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send the report of September 2026' });
  await dialog.getByLabel('Send to').selectOption({ label: 'News (Slack)' });
  await dialog.getByText('Quiet hours do not hold for it.').waitFor();
  const send = dialog.getByRole('button', { name: /^Send/ });
  const received = () => installation.webhooks.received().filter(({ path }) => path === '/slack/news').length;
  const { madeAt } = (await call('GET', '/reports/1?period=2026-09')).body;
  const forget = await storeSendings(100, madeAt);
  await send.click();
  const alert = dialog.getByRole('alert');
  await alert.getByText('Members of this tenant have sent 100 reports within an hour').waitFor();
  expect(received()).toBe(0);
  expect(await findViolations(page)).toEqual([]);
  await forget();
  await send.click();
  await dialog.getByRole('status').getByText('Sent to News (Slack).').waitFor();
  expect(received()).toBe(1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual(['429 POST report-now/1']);

  await ada.openSetting('Notifications');
  const arrived = () =>
    installation.mails.received().filter(({ to }) => to.includes('ada@example.com')).length;
  const before = arrived();
  await page.getByRole('button', { name: 'Send the report to Board as a test' }).click();
  await page.getByText('Report delivered to Board.').waitFor();
  expect(arrived()).toBe(before + 1);
  expect(ada.problems()).toEqual([]);
});

/** As if other members had sent so many reports at that instant. Returns what takes them away. */
async function storeSendings(attempts: number, triedAt: string): Promise<() => Promise<void>> {
  const { db } = openDatabase(installation.database.url);
  const deliveryKey = 'others';
  const receiver = { receiverKind: 'person', receiverId: 0 } as const;
  await db
    .insertInto('delivery')
    .values({ tenantId: 1, ...receiver, about: 'demand', deliveryKey, attempts, triedAt, sentAt: triedAt })
    .execute();
  return async () => {
    await db.deleteFrom('delivery').where('deliveryKey', '=', deliveryKey).execute();
    await db.destroy();
  };
}
