import { readFile } from 'node:fs/promises';
import type { Browser, FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { readAtom } from '../atom.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolations } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

/** How somebody is told of a spike, and of the week that it was in. */

/** The demo's stories end on this Thursday. A newsletter named one of its repositories two days before. */
const LAST_DAY = '2026-03-12';
const SPIKE = addDays(LAST_DAY, -2);
const MORNING = 'T08:00:00.000Z';
const TOOL = 'northwind-labs/build-cache-action';
const CAUSE = 'javascriptweekly.com entered the referrers';
const TEAM = 'team@example.org';
/** Each collection brings two weeks. */
const COLLECTED = [-74, -64, -54, -44, -34, -24, -14, -5, -4, -3, -2];

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [installation, browser] = await Promise.all([
    openTestInstallation({ demo: true, now: LAST_DAY + MORNING }),
    openChromium(),
  ]);
  installation.now(addDays(LAST_DAY, -84) + MORNING);
  await installation.initialize();
  const call = installation.as('ada@example.com');
  const repositories = ['build-cache-action', 'tidy-dates'].map((name) => ({
    owner: 'northwind-labs',
    name,
  }));
  const { added } = (await call('POST', '/repositories/1/batch', { repositories })).body;
  await installation.host.settled();
  const repositoryIds = [added[0].repositoryId];
  await call('POST', '/groups/1', { name: 'Actions', rule: null, repositoryIds });
  for (const days of COLLECTED) await collect(addDays(LAST_DAY, days));
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.clock.setFixedTime(addDays(SPIKE, 1) + MORNING);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

async function collect(day: string): Promise<void> {
  installation.now(day + MORNING);
  await installation.collect();
  await installation.host.invoke('traffic/watch', {});
}

const mailsTo = (email: string) => installation.mails.received().filter(({ to }) => to.includes(email));

/** Opens the newest mail of the inbox that has this subject, in a window of its own. */
async function openMail(subject: RegExp): Promise<FrameLocator> {
  const inbox = await ada.page.context().newPage();
  await inbox.goto('/mails');
  await inbox.getByRole('link', { name: subject }).first().click();
  return inbox.frameLocator('iframe');
}

/** As the button of a mail program does it (RFC 8058), with the newest mail to an address. */
async function clickUnsubscribe(email: string): Promise<void> {
  const headers = mailsTo(email).at(-1)?.mail.headers ?? [];
  const { value = '' } = headers.find(({ key }) => key === 'list-unsubscribe') ?? {};
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  expect((await fetch(value.replace(/^<|>$/g, ''), { method: 'POST', body })).status).toBe(200);
}

/** Opens the page that a link of a mail leads to. */
async function follow(mail: FrameLocator, name: string | RegExp): Promise<void> {
  const address = await mail.getByRole('link', { name }).first().getAttribute('href');
  await ada.page.goto(address ?? '');
}

test('one subscription needs no confirmation, and the other is confirmed behind the link of the mail in the inbox', async () => {
  const { page } = ada;
  await ada.open('/t/1');
  await ada.openSetting('Notifications');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  const dialog = page.getByRole('dialog', { name: 'Subscribe' });
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('row', { name: /^Weekly report, alerts.*ada@example.com Nothing sent yet/ }).waitFor();

  await page.getByRole('button', { name: 'Subscribe' }).click();
  await dialog.getByLabel('The weekly report, on Mondays').uncheck();
  await dialog.getByLabel('About').selectOption({ label: 'Actions' });
  await dialog.getByLabel('To', { exact: true }).fill(TEAM);
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  await page
    .getByRole('row', { name: /^Alerts Actions team@example.org Waiting for confirmation/ })
    .waitFor();

  const mail = await openMail(/confirm/i);
  await follow(mail, 'Confirm or decline');
  await page.getByRole('button', { name: 'Yes, send them' }).click();
  await page.getByRole('heading', { level: 1, name: 'The mails come' }).waitFor();
  await ada.open('/t/1/notifications');
  await page.getByRole('row', { name: /^Alerts Actions team@example.org Nothing sent yet/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the alert of the spike says why, leads to its day, and is snoozed', async () => {
  const { page } = ada;
  await collect(addDays(SPIKE, 1));
  await ada.open('/t/1');
  await page.getByText('Traffic is unusual: 1 alert is open.').waitFor();
  await page.getByRole('link', { name: 'See what happened' }).click();
  const alert = page.getByRole('article', { name: `Spike: ${TOOL}` });
  await alert.getByText(/^\d+ views instead of about \d+, by \d+ visitors on 10 March\.$/).waitFor();
  await alert.getByText(CAUSE).waitFor();
  await alert.getByRole('link', { name: /^Open 10 Mar/ }).click();
  await page.waitForURL(/\/r\/\d+\?.*day=2026-03-10/);
  const day = page.getByRole('region', { name: /10 Mar/ }).first();
  await day.getByText('javascriptweekly.com').first().waitFor();
  expect(await findViolations(page)).toEqual([]);

  await page.goBack();
  await alert.getByRole('button', { name: /^Snooze/ }).click();
  await page.getByRole('dialog', { name: 'Snooze' }).getByRole('button', { name: 'Snooze' }).click();
  await alert.getByText('Snoozed').waitFor();
  await page.getByRole('button', { name: /^End the snooze/ }).click();
  await alert.getByText('Snoozed').waitFor({ state: 'detached' });
  expect(ada.problems()).toEqual([]);
});

test('both are mailed the alert; what a mail program’s button stops is resumed on the page if the address is one’s own', async () => {
  const { page } = ada;
  for (const email of ['ada@example.com', TEAM])
    expect(mailsTo(email).filter(({ mail }) => mail.subject?.includes(`Spike: ${TOOL}`))).toHaveLength(1);
  const mail = await openMail(/Spike: northwind-labs/);
  await mail.getByText(CAUSE).waitFor();
  await follow(mail, 'Open 10 March');
  await page
    .getByRole('region', { name: /10 Mar/ })
    .first()
    .waitFor();

  await clickUnsubscribe('ada@example.com');
  await clickUnsubscribe(TEAM);
  await ada.open('/t/1/notifications');
  await page.getByRole('row', { name: /^Alerts Actions team@example.org Its owner unsubscribed/ }).waitFor();
  const own = page.getByRole('row', { name: /^Weekly report, alerts/ });
  await own.getByText('Stopped by the link in a mail').waitFor();
  await own.getByRole('button', { name: 'Resume' }).click();
  await own.getByText('Sent 11 Mar 2026').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the feed of a key has the alert, and its links lead to the pages', async () => {
  const { page } = ada;
  await ada.openSetting('API keys');
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Reader');
  await dialog.getByRole('radio', { name: 'Feed' }).check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const address = await dialog.getByLabel('Address of the feed').inputValue();
  const { entries } = readAtom(await (await fetch(address)).text());
  const entry = entries.find(({ category, title }) => category === 'alert' && title.includes(TOOL));
  expect(entry?.content).toContain(CAUSE);
  await page.goto(entry?.links.related ?? '');
  await page.getByRole('heading', { name: 'The alert you were told of' }).waitFor();
  await page
    .getByRole('article', { name: `Spike: ${TOOL}` })
    .first()
    .waitFor();
  expect(ada.problems()).toEqual([]);
});

test('the report is read by month, week, range and group, opened again by its address, saved and printed', async () => {
  const { page } = ada;
  const choose = async (name: RegExp) => {
    await page.getByRole('button', { name: /^Period/ }).click();
    await page.getByRole('menuitemradio', { name }).click();
  };
  const sheet = (name: string | RegExp) => page.getByRole('article', { name });
  await page.getByRole('link', { name: 'Reports' }).click();
  await sheet('Traffic in February 2026').waitFor();
  await choose(/^Last 30 days/);
  await sheet('Traffic of 10 Feb – 11 Mar 2026').waitFor();
  await choose(/^This month/);
  await sheet('Traffic in March 2026').waitFor();
  await choose(/^Last full week/);
  await sheet('Traffic in the week of 2 Mar 2026').getByText('tidy-dates').first().waitFor();
  await page.getByRole('button', { name: /^All repositories/ }).click();
  await page.getByRole('button', { name: /^Actions 1$/ }).click();
  const shown = sheet('Traffic in the week of 2 Mar 2026');
  await shown.getByText('tidy-dates').first().waitFor({ state: 'detached' });
  const views = /^[\d,]+ views/.exec((await shown.locator('.report-lead').textContent()) ?? '')?.[0] ?? '';
  expect(views).not.toBe('');

  const own = page.url();
  expect(own).toMatch(/reports\?.*group=\d+/);
  await ada.open('/t/1');
  await page.goto(own);
  await shown.getByText(views).first().waitFor();

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
    expect(file.suggestedFilename()).toBe(`report-2026-W10.${ending}`);
    expect(await readFile(await file.path(), 'utf8')).toContain(views);
  }
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('header.bar').isVisible()).toBe(false);
  expect(await shown.getByText(views).first().isVisible()).toBe(true);
  await page.emulateMedia({ media: 'screen' });
  expect(ada.problems()).toEqual([]);
});

test('on Monday the week is mailed with its chart, and the mail leads to its page', async () => {
  const { page } = ada;
  installation.now('2026-03-16T12:00:00.000Z');
  await installation.collect();
  await installation.host.invoke('traffic/report-weekly', {});
  const [sent, ...others] = mailsTo('ada@example.com').filter(({ mail }) =>
    mail.subject?.includes('week of'),
  );
  expect(others).toEqual([]);
  expect(sent?.mail.attachments).toMatchObject([{ mimeType: 'image/png' }]);
  const mail = await openMail(/week of 9 Mar 2026/);
  await mail.getByRole('heading', { name: 'Traffic in the week of 9 Mar 2026' }).waitFor();
  await mail.getByRole('img', { name: /Views by day/ }).waitFor();
  await follow(mail, /report/i);
  await page.getByRole('article', { name: 'Traffic in the week of 9 Mar 2026' }).waitFor();
  expect(ada.problems()).toEqual([]);
});
