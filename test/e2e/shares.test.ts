import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../../local/demo/github.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { findViolations, findViolationsInSights, fitsSoon } from './axe.ts';
import { openChromium } from './chromium.ts';
import { openVisitor, type Visitor } from './visitor.ts';

const NOW = '2026-03-10T08:00:00.000Z';
const PASSWORD = 'correct horse battery';

let installation: TestInstallation;
let browser: Browser;
let ada: Visitor;
/** Another site, which frames what it is asked for. */
let blog: Server;
let blogUrl: string;

beforeAll(async () => {
  [installation, browser] = await Promise.all([
    openTestInstallation({ demo: true, now: NOW }),
    openChromium(),
  ]);
  const { tenantId } = await installation.initialize();
  const repositories = [{ owner: DEMO_USERS.northwind, name: 'burrow' }];
  await installation.as('ada@example.com')('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  blog = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://blog').searchParams.get('of') ?? '';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<script>addEventListener('message', ({ data }) => { document.title = data.type + ' ' + data.height; });</script>
      <iframe src="${address}" width="700" height="500" title="Traffic"></iframe>`);
  });
  blog.listen(0, '127.0.0.1');
  await once(blog, 'listening');
  blogUrl = `http://127.0.0.1:${(blog.address() as AddressInfo).port}`;
  ada = await openVisitor(browser, installation.url);
  await ada.page.goto(`${installation.url}/me`);
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  blog?.close();
  await installation?.close();
});

/** Opens the dialog on the page of the repository. */
async function openDialog() {
  await ada.open('/t/1/r/1');
  await ada.page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = ada.page.getByRole('dialog', { name: `Share ${DEMO_USERS.northwind}/burrow` });
  await dialog.getByRole('img', { name: /^Views by day/ }).waitFor();
  return dialog;
}

/** Makes the share, and answers its address. */
async function create(dialog: Awaited<ReturnType<typeof openDialog>>): Promise<string> {
  await dialog.getByRole('button', { name: /^Create/ }).click();
  return dialog.getByLabel('Link', { exact: true }).inputValue();
}

async function revokeAll(): Promise<void> {
  const call = installation.as('ada@example.com');
  const { body } = await call('GET', '/shares/1');
  for (const { shareId } of body.shares) await call('DELETE', `/shares/1/${shareId}`);
}

const openStranger = () => openVisitor(browser, installation.url, { width: 1024 });

test('somebody shares a repository from its page; a stranger opens it, and no more once it is revoked', async () => {
  const dialog = await openDialog();
  expect(await findViolations(ada.page)).toEqual([]);
  await dialog.getByLabel('Clones, cloners').uncheck();
  await dialog.getByLabel('Annotations').check();
  await expect.poll(() => dialog.getByRole('img', { name: /^Clones by day/ }).count()).toBe(0);
  const address = await create(dialog);
  expect(await findViolations(ada.page)).toEqual([]);

  const stranger = await openStranger();
  await stranger.open(address);
  await stranger.page.getByRole('heading', { level: 1, name: `${DEMO_USERS.northwind}/burrow` }).waitFor();
  await stranger.page.getByRole('img', { name: /^Views by day/ }).waitFor();
  expect(await stranger.page.getByText('Clones').count()).toBe(0);
  const feed = stranger.page.getByRole('link', { name: 'Feed of what happened' });
  expect(await feed.getAttribute('href')).toBe('events.atom');
  expect(stranger.problems()).toEqual([]);
  // It has no account, and calls no action.
  expect(stranger.calls()).toEqual([]);
  expect(
    await stranger.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]),
  ).toEqual([0, 0, '']);
  expect(await findViolations(stranger.page)).toEqual([]);
  await stranger.page.emulateMedia({ colorScheme: 'dark' });
  expect(await findViolations(stranger.page)).toEqual([]);
  await stranger.page.setViewportSize({ width: 360, height: 800 });
  expect(await fitsSoon(stranger.page)).toBe(true);

  await dialog.getByRole('button', { name: /^Revoke/ }).click();
  const revoking = ada.page.getByRole('dialog', { name: /^Revoke/ });
  await revoking.getByRole('button', { name: 'Revoke' }).click();
  await expect.poll(() => dialog.getByRole('heading', { name: 'Shared already' }).count()).toBe(0);
  await stranger.close();
  // A browser that has seen it may keep a copy for half a minute.
  const next = await openStranger();
  await next.open(address);
  await next.page.getByRole('heading', { name: 'This page is not shared' }).waitFor();
  await next.close();
  expect(ada.problems()).toEqual([]);
});

test('with a password it opens only with the right one', async () => {
  const dialog = await openDialog();
  await dialog.getByLabel('Ask for a password').check();
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  const address = await create(dialog);
  const stranger = await openStranger();
  const { page } = stranger;
  await stranger.open(address);
  await page.getByLabel('Password').fill('not this one at all');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('That is not the password.').waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('img', { name: /^Views by day/ }).waitFor();
  expect(await page.title()).toBe(`${DEMO_USERS.northwind}/burrow`);
  expect(stranger.problems()).toEqual([]);
  await stranger.close();
  await revokeAll();
});

/** What a frame of another site shows. */
async function frameIn(page: Page, site: string, address: string) {
  await page.goto(`${site}/?of=${encodeURIComponent(address)}`);
  return page.frameLocator('iframe');
}

test('it may be framed where its maker allows it, and nowhere else; other pages never', async () => {
  const dialog = await openDialog();
  await dialog.getByRole('tab', { name: 'Embed' }).click();
  await dialog.getByLabel('Pages that may show it').fill(blogUrl);
  await dialog.getByRole('button', { name: 'Create embed' }).click();
  const html = await dialog.getByLabel('HTML to paste').inputValue();
  const address = /src="([^"]+)"/.exec(html)?.[1] ?? '';
  const context = await browser.newContext();
  const page = await context.newPage();
  const allowed = await frameIn(page, blogUrl, address);
  await allowed.getByRole('img', { name: /^Views by day/ }).waitFor();
  await expect.poll(() => page.title()).toMatch(/^traffic-share [1-9]\d+$/);
  const elsewhere = blogUrl.replace('127.0.0.1', 'localhost');
  for (const [site, of] of [
    [elsewhere, address],
    [blogUrl, `${installation.url}/t/1`],
  ] as const) {
    const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await frameIn(page, site, of);
    expect((await refused).text()).toContain('frame-ancestors');
  }
  await context.close();
  await revokeAll();
});

test('an object storage sends no such header: there the page itself looks who frames it', async () => {
  const dialog = await openDialog();
  const address = await create(dialog);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(`${address}**`, async (route) => {
    const response = await route.fetch();
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const frame = await frameIn(page, blogUrl, address);
  await frame.getByText('This page may not be shown here.').waitFor();
  await context.close();
  await revokeAll();
});

test('the settings list what is shared', async () => {
  const call = installation.as('ada@example.com');
  const key = '5f0c3a52-0f4e-4b8e-9d0e-9b1a6f0c7d12';
  await call('POST', '/shares/1', { key, subject: 'portfolio', range: '30', title: 'For sponsors' });
  await ada.open('/t/1');
  await ada.openSetting('Shares');
  await ada.page.getByText('For sponsors', { exact: true }).first().waitFor();
  expect(await findViolationsInSights(ada.page)).toEqual([]);
  await revokeAll();
  await ada.page.reload();
  await ada.page.getByText('Nothing is shared').waitFor();
  expect(ada.problems()).toEqual([]);
});
