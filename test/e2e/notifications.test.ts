import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../lib/db/database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolations, findViolationsInSights } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  const now = '2026-03-10T08:00:00.000Z';
  [installation, browser] = await Promise.all([openTestInstallation({ demo: true, now }), openChromium()]);
  await installation.initialize();
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const button = (name: string | RegExp) => ada.page.getByRole('button', { name });

test('a channel is added in a dialog that says which address is refused', async () => {
  const { page } = ada;
  await ada.openSetting('Notifications');
  await page.getByText('No channels yet').waitFor();
  await button('Add channel').click();
  const dialog = page.getByRole('dialog', { name: 'Add a channel' });
  await dialog.getByLabel('Name').fill('Slack #traffic');
  await dialog.getByLabel('Webhook address').fill('https://127.0.0.1/hook');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.locator('.field.has-error', { hasText: 'is a private address' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(ada.problems()).toEqual(['422 POST channels/1']);
  await dialog.getByLabel('Webhook address').fill('http://example.com/hook');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const fieldError = dialog.locator('.field.has-error').getByRole('alert');
  await fieldError.filter({ hasText: 'https://' }).waitFor();
  expect(await fieldError.textContent()).toBe('Give an address that begins with https://.');
  expect(ada.problems()).toEqual(['400 POST channels/1']);

  await dialog.getByRole('button', { name: 'Use the test receiver on this machine' }).click();
  await dialog.getByLabel('Quiet hours: wait until they are over').check();
  await dialog.getByLabel('Until', { exact: true }).fill('22:00');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await fieldError.filter({ hasText: 'Quiet hours last' }).waitFor();
  expect(await dialog.getByText('Quiet hours last').count()).toBe(1);
  expect(ada.problems()).toEqual(['400 POST channels/1']);
  await dialog.getByLabel('Quiet hours: wait until they are over').uncheck();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('row', { name: /Slack #traffic.*Problems and weekly report/ }).waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a test message is sent, and can be read at the test receiver', async () => {
  const { page } = ada;
  await button('Send a test to Slack #traffic').click();
  await page.getByText('Test message delivered to Slack #traffic').waitFor();
  await button('Send the report to Slack #traffic as a test').click();
  await page.getByText('Report delivered to Slack #traffic').waitFor();
  const [inbox] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'View test messages' }).click(),
  ]);
  await inbox.getByText('Test: demo-octocat: traffic in the week of 2 Mar').first().waitFor();
  await inbox.getByText('This is a test. Messages about demo-octocat').first().waitFor();
  await inbox.close();
  expect(ada.problems()).toEqual([]);
});

test('a channel that fails says why, and is changed and deleted', async () => {
  const { page } = ada;
  const mend = installation.webhooks.fail({ kind: 'status', status: 404, body: 'no_service' });
  await button('Send a test to Slack #traffic').click();
  await page.getByRole('alert').getByText('Nobody listens at the channel’s address').waitFor();
  await page.getByRole('row', { name: /Slack #traffic.*Failed/ }).waitFor();
  mend();
  expect(ada.problems()).toEqual(['422 POST channels/1/1/test']);

  await button('Change… Slack #traffic').click();
  const change = page.getByRole('dialog', { name: 'Change Slack #traffic' });
  await change.getByLabel('Sends').selectOption('problems');
  await change.getByRole('button', { name: 'Save' }).click();
  await change.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /Slack #traffic Slack Problems (?!and)/ }).waitFor();
  await ada.act('Slack #traffic', 'Delete…');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No channels yet').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a rule is previewed, added and collected; what is removed by hand can be tracked again', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Repositories', exact: true }).click();
  await page.getByRole('link', { name: 'Rules' }).first().click();
  await page.getByText('No rules yet').waitFor();
  await button('Add rule').click();
  const dialog = page.getByRole('dialog', { name: 'Add a rule' });
  await dialog.getByLabel('Owner').fill('nobody-here');
  await page.keyboard.press('Enter');
  await dialog.getByText('GitHub has no account nobody-here').waitFor();
  expect(await dialog.getByRole('button', { name: 'Add rule' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Owner').fill('northwind-labs');
  await dialog.getByLabel('Visibility').selectOption('public');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await dialog.getByText('4 matches').waitFor();
  await dialog.getByLabel('Filter').fill('burrow');
  expect(await dialog.getByRole('list', { name: 'Matches' }).getByRole('listitem').count()).toBe(1);
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add rule and track 4' }).click();
  await page.getByText('It adds 4 repositories, collected now.').waitFor();
  await page.getByRole('row', { name: /northwind-labs\/\*.*are public.*OK/ }).waitFor();
  await installation.host.settled();

  const call = installation.as('ada@example.com');
  const { body } = await call('GET', '/repositories/1?q=burrow');
  await call('DELETE', `/repositories/1/${body.repositories[0].repositoryId}`);
  await ada.open('/t/1/rules');
  await page.getByRole('heading', { name: 'Removed by hand' }).waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await button('Track again northwind-labs/burrow').click();
  await page.getByText('northwind-labs/burrow is tracked again.').waitFor();
  await ada.act('northwind-labs/*', 'Delete…');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No rules yet').waitFor();
  expect(ada.problems()).toEqual([]);
});

test('whoever gets a mail is asked on a page, confirms and unsubscribes there without signing in, and opening it changes nothing', async () => {
  const email = 'team@example.org';
  const call = installation.as('ada@example.com');
  const channel = { kind: 'email', name: 'Team', contents: 'problems', email };
  const { channelId } = (await call('POST', '/channels/1', channel)).body;
  const stateOf = async () => (await call('GET', '/channels/1')).body.channels.at(-1).mail.state;
  const addressIn = (text = '') => /https?:\S+\/mail#\S+/.exec(text)?.[0] ?? '';
  const newestMail = () => installation.mails.received().at(-1)?.mail;
  const team = await openVisitor(browser, installation.url);
  const { page } = team;
  const answer = (name: string) => page.getByRole('button', { name }).click();
  const titled = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  await page.goto(addressIn(newestMail()?.text));
  await titled('Do you want these mails?');
  await page.getByText(`ada@example.com wants to send mails`).waitFor();
  expect(await stateOf()).toBe('waiting');
  expect(await findViolationsInSights(page)).toEqual([]);
  await answer('Yes, send them');
  await titled('The mails come');
  expect(await stateOf()).toBe('confirmed');
  await call('POST', `/channels/1/${channelId}/test`);

  await page.goto('about:blank');
  await page.goto(addressIn(newestMail()?.text));
  await titled('Unsubscribe?');
  expect(await stateOf()).toBe('confirmed');
  await answer('Unsubscribe');
  await titled('You have unsubscribed');
  expect(await stateOf()).toBe('stopped');
  await answer('Let them come again');
  await titled('Unsubscribe?');
  expect(team.problems()).toEqual([]);

  await page.goto('about:blank');
  await page.goto(`${installation.url}/mail#made-up`);
  await page.getByText('This link is not valid, or no longer.').waitFor();
  expect(team.problems()).toEqual(['404 GET mail/made-up']);
  await page.goto(`${installation.url}/mails`);
  await page.getByRole('link', { name: 'GitHub Traffic Analytics: test' }).first().click();
  const shown = page.frameLocator('iframe');
  await shown.getByRole('heading', { name: 'GitHub Traffic Analytics: test' }).waitFor();
  await shown.getByRole('link', { name: 'Unsubscribe' }).waitFor();
  await team.close();
});

test('a viewer subscribes and is not offered the channels; the page says what keeps mails away', async () => {
  const grace = installation.as('grace@example.com');
  await installation.as('ada@example.com')('PUT', '/members/1/grace@example.com', { role: 'viewer' });
  const visitor = await openVisitor(browser, installation.url);
  const { page } = visitor;
  await page.goto(`${installation.url}/t/1/notifications`);
  await visitor.signInAs('Grace Hopper');
  await page.getByText('Nothing comes to you yet').waitFor();
  expect(await page.getByRole('button', { name: 'Add channel' }).count()).toBe(0);
  expect(await findViolationsInSights(page)).toEqual([]);
  await page.getByRole('button', { name: 'Subscribe' }).click();
  const dialog = page.getByRole('dialog', { name: 'Subscribe' });
  await dialog.getByLabel('The weekly report, on Mondays').uncheck();
  await dialog.getByLabel(/^Alerts/).uncheck();
  await dialog.getByText('Choose at least one.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Subscribe' }).isDisabled()).toBe(true);
  await dialog.getByLabel('The monthly report').check();
  await dialog.getByLabel(/^Quiet hours/).check();
  await dialog.getByLabel('Time zone').selectOption('Europe/Berlin');
  await dialog.getByLabel('Until', { exact: true }).fill('22:00');
  expect(await findViolationsInSights(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  await dialog
    .locator('.field.has-error', { hasText: 'Quiet hours last from a minute to 22 hours' })
    .waitFor();
  expect(visitor.problems()).toEqual(['400 POST subscriptions/1']);
  await dialog.getByLabel('Until', { exact: true }).fill('07:00');
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page
    .getByRole('row', { name: /Monthly report.*Europe\/Berlin.*grace@example.com Nothing sent yet/ })
    .waitFor();

  await page.getByRole('button', { name: 'Change… Monthly report' }).click();
  const change = page.getByRole('dialog', { name: 'Change the subscription' });
  await change.getByLabel('To', { exact: true }).fill('team@elsewhere.example');
  await change.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /team@elsewhere.example Waiting for confirmation/ }).waitFor();
  const { body } = await grace('GET', '/subscriptions/1');
  const [{ subscriptionId }] = body.subscriptions;
  await grace('PATCH', `/subscriptions/1/${subscriptionId}`, { email: null, pausedUntil: '2026-04-01' });
  await page.reload();
  await page.getByRole('row', { name: /Paused until 1 Apr 2026/ }).waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);
  await visitor.act('Monthly report', 'Delete…');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nothing comes to you yet').waitFor();
  expect(visitor.problems()).toEqual([]);
  await visitor.close();
});

test('alerts are listed with what explains them, and snoozed from the page', async () => {
  const { page } = ada;
  const call = installation.as('ada@example.com');
  const [{ owner, name }] = (await call('GET', '/repositories/1/discover')).body.candidates;
  await call('POST', '/repositories/1/batch', { repositories: [{ owner, name }] });
  await installation.host.settled();
  const { repositories } = (await call('GET', `/repositories/1?q=${name}`)).body;
  const [{ repositoryId, fullName }] = repositories;
  await storeSpike(repositoryId);
  await ada.open('/t/1');
  await page.getByText('Traffic is unusual: 1 alert is open.').waitFor();
  await page.getByRole('link', { name: 'See what happened' }).click();
  const alert = page.getByRole('article', { name: `Spike: ${fullName}` });
  await alert.getByText('900 views instead of about 80, by 410 visitors on 6 March.').waitFor();
  await alert.getByText('news.ycombinator.com entered the referrers').waitFor();
  expect(await findViolationsInSights(page)).toEqual([]);

  await page.getByRole('button', { name: 'Choose kinds…' }).click();
  const kinds = page.getByRole('dialog', { name: 'Choose kinds of alerts' });
  await kinds.getByRole('checkbox', { name: /^Milestone/ }).uncheck();
  expect(await findViolations(page)).toEqual([]);
  await kinds.getByRole('button', { name: 'Save' }).click();
  await kinds.waitFor({ state: 'detached' });

  await alert.getByRole('button', { name: /^Snooze/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Snooze' });
  await dialog.getByLabel('What').selectOption({ label: `Only this kind (spike) of ${fullName}` });
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Snooze' }).click();
  await alert.getByText('Snoozed').waitFor();
  await page.getByRole('button', { name: /^End the snooze: Spike of/ }).click();
  await alert.getByText('Snoozed').waitFor({ state: 'detached' });

  await alert.getByRole('link', { name: /^Open 6 Mar/ }).click();
  await page.waitForURL(/\/r\/\d+\?.*day=2026-03-06/);
  const day = page.getByRole('region', { name: /6 Mar/ }).first();
  await day.getByText('Spike: 900 views instead of about 80').waitFor();
  const list = page.getByRole('region', { name: 'What happened' });
  for (const where of [day, list]) {
    await where.getByRole('link', { name: 'Spike' }).click();
    await page.waitForURL(/\/alerts\?.*alert=\d+/);
    await page.getByRole('heading', { name: 'The alert you were told of' }).waitFor();
    await page.goBack();
  }
  expect(ada.problems()).toEqual([]);
});

/** As if a crowd had come on 6 March. */
async function storeSpike(repositoryId: number): Promise<void> {
  const { db } = openDatabase(installation.database.url);
  const { alertId } = await db
    .insertInto('alert')
    .values({
      tenantId: 1,
      kind: 'spike',
      name: 'news.ycombinator.com',
      alertDate: '2026-03-06',
      createdAt: '2026-03-07T09:00:00.000Z',
    })
    .returning('alertId')
    .executeTakeFirstOrThrow();
  const key = { tenantId: 1, alertId, repositoryId };
  await db
    .insertInto('alertChange')
    .values({
      ...key,
      changeId: 1,
      metric: 'views',
      changeDate: '2026-03-06',
      noticedDate: '2026-03-06',
      amount: 900,
      expected: 80,
      people: 410,
      expectedPeople: 30,
    })
    .execute();
  await db
    .insertInto('alertReason')
    .values({
      ...key,
      reasonId: 1,
      kind: 'referrer',
      name: 'news.ycombinator.com',
      reasonDate: '2026-03-06',
      movement: 'entered',
      amount: 700,
    })
    .execute();
  await db.destroy();
}
