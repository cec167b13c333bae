import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { serveGitHubOAuth } from '../github-oauth.ts';
import { openRealInstallation, type RealTestInstallation } from '../real-installation.ts';
import { findViolations, fitsSoon } from './axe.ts';
import { openChromium } from './chromium.ts';

let installation: RealTestInstallation;
let browser: Browser;

const PASSWORD = 'otters sing at noon';

beforeAll(async () => {
  [installation, browser] = await Promise.all([openRealInstallation(), openChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

/** A person's browser, with a device that holds passkeys. */
interface Person {
  context: BrowserContext;
  page: Page;
  /** Whether the device answers by itself, also when a page only lists passkeys. */
  answers(isWilling: boolean): Promise<unknown>;
  problems: string[];
}

async function openPerson(baseURL = installation.url): Promise<Person> {
  const context = await browser.newContext({ baseURL, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const answers = (enabled: boolean) =>
    device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  return { context, page, answers, problems };
}

/** What axe-core finds on a desk and on a phone, light and dark, on a page of the provider's. */
async function lookAround(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 375]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      found.push(...(await findViolations(page)), ...((await fitsSoon(page)) ? [] : ['scrolls sideways']));
      await shoot(page, `${width}-${colorScheme}`);
    }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

let shots = 0;
async function shoot(page: Page, name: string) {
  if (process.env.SHOTS)
    await page.screenshot({ path: `${process.env.SHOTS}/${++shots}-${name}.png`, fullPage: true });
}

let ada: Person;
let invitation = '';

test('the link of the first start leads to an account with a passkey, and on to a set-up installation', async () => {
  ada = await openPerson();
  const { page, problems } = ada;
  await page.goto((await installation.firstLink()) ?? '');
  await page.getByRole('heading', { name: 'Create the administrator’s account' }).waitFor();
  expect(page.url()).toBe(`${installation.url}/identity/join`);
  expect(await lookAround(page)).toEqual([]);
  await page.getByLabel('E-mail address').fill('ada@example.com');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Continue with a passkey' }).click();
  await page.getByText('Setup link accepted.').waitFor();
  await page.getByLabel('Display name').fill('Northwind Labs');
  await page.getByLabel('GitHub server').selectOption('demo');
  await page.getByLabel('GitHub user').fill(DEMO_USERS.octocat);
  await page.getByLabel(/token/i).first().fill(DEMO_TOKENS.octocat);
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.waitForURL(/\/t\/1\/repositories/);
  expect(problems).toEqual([]);
});

test('a passkey signs in, and the page says what to do without one', async () => {
  const { page, context, answers, problems } = ada;
  await answers(false);
  await context.clearCookies();
  await page.evaluate(() => sessionStorage.clear());
  await page.goto('/me');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Password').waitFor();
  expect(await lookAround(page)).toEqual([]);
  expect(
    await page
      .locator('input')
      .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).autocomplete)),
  ).toEqual(['username webauthn', 'current-password', '']);
  await answers(true);
  await Promise.any([
    page.getByRole('button', { name: 'Sign in with a passkey' }).click({ timeout: 5000 }),
    page.waitForURL('**/me'),
  ]);
  await page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
  await page.getByRole('rowheader', { name: /^Passkey: Chrome on/ }).waitFor();
  expect(problems).toEqual([]);
});

test('a member is added, and gets an invitation link to copy', async () => {
  const { page, problems } = ada;
  await page.goto('/t/1/members');
  await page.getByRole('button', { name: 'Add member' }).click();
  await page.getByLabel('E-mail address').fill('bo@example.com');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('heading', { name: 'Invite bo@example.com' }).waitFor();
  await page.getByRole('button', { name: 'Make link' }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await shoot(page, 'link');
  invitation = await page.evaluate(() => navigator.clipboard.readText());
  expect(invitation).toBe(await page.getByLabel('Link').inputValue());
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Invitation link… for bo@example.com' }).waitFor();
  await page.getByText(/link until \d+ \w+ \d{4}/).waitFor();
  await shoot(page, 'members');
  expect(problems).toEqual([]);
});

test('the invited person chooses a password, signs in with it, and adds a passkey; the link is used up', async () => {
  const bo = await openPerson();
  const { page, context, problems } = bo;
  await page.goto(invitation);
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
  expect(await page.getByLabel('E-mail address').inputValue()).toBe('bo@example.com');
  await page.getByLabel('Password').fill('Password1234');
  await page.getByRole('button', { name: 'Continue with this password' }).click();
  await page.getByRole('alert').getByText('tried first').waitFor();
  await shoot(page, 'weak');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('header.bar').waitFor();
  await page.goto('/me');
  await page.getByRole('heading', { level: 1, name: 'bo@example.com' }).waitFor();
  await page.getByRole('button', { name: 'Add a passkey…' }).click();
  await page.getByLabel('Name').fill('Blue laptop');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('rowheader', { name: 'Passkey: Blue laptop' }).waitFor();
  await page.getByRole('rowheader', { name: 'Chrome on Linux This one' }).waitFor();
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await findViolations(page)).toEqual([]);
    expect(await fitsSoon(page)).toBe(true);
    await shoot(page, `profile-${width}`);
  }
  await page.getByRole('button', { name: 'Actions for the password' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Set a password…' }).waitFor();
  expect(problems).toEqual([]);

  await page.goto('about:blank');
  await page.goto(invitation);
  await page.getByRole('alert').getByText('was used already').waitFor();
  await shoot(page, 'used');
  await context.close();
});

test('a passkey of another origin is refused, and the message names both', async () => {
  const person = await openPerson();
  const { page } = person;
  await page.goto('/me');
  await page.locator('#with-passkey').waitFor();
  // A page elsewhere would pass on what the device signed for it.
  await page.evaluate(() => {
    const clientData = { type: 'webauthn.get', challenge: 'x', origin: 'https://evil.example' };
    const response = { id: 'x', response: { clientDataJSON: btoa(JSON.stringify(clientData)) } };
    const form = document.getElementById('with-passkey') as HTMLFormElement;
    (form.elements.namedItem('passkey') as HTMLInputElement).value = JSON.stringify(response);
    form.submit();
  });
  await page
    .getByRole('alert')
    .getByText(`used at https://evil.example, but it works only at ${installation.url}`)
    .waitFor();
  await page.getByLabel('Password').fill('wrong password');
  await page.getByLabel('E-mail address').fill('bo@example.com');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('The address or the password is wrong').waitFor();
  await shoot(page, 'wrong');
  await person.context.close();
});

test('signing out everywhere ends the session at the sign-in, too', async () => {
  const { page, answers, problems } = ada;
  await answers(false);
  await page.goto('/me');
  await page.getByRole('button', { name: 'Sign out everywhere…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('heading', { name: 'GitHub forgets your traffic' }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Password').waitFor();
  expect(problems).toEqual([]);
});

test('GitHub’s sign-in leads to the pages, or back with what to do', async () => {
  const app = { clientId: 'id', clientSecret: 'secret' };
  let url = '';
  const github = await serveGitHubOAuth({ ...app, callback: () => `${url}/identity/github/callback` });
  const opened = await openRealInstallation({ signIn: { kind: 'github', ...app, url: github.url } });
  url = opened.url;
  const { page, context, problems } = await openPerson(url);
  await page.goto('/me');
  await page.getByRole('button', { name: 'Sign in with GitHub' }).waitFor();
  expect(await lookAround(page)).toEqual([]);
  github.failure = 'access_denied';
  await page.getByRole('button', { name: 'Sign in with GitHub' }).click();
  await page.getByRole('alert').getByText('You canceled at GitHub').waitFor();
  github.failure = null;
  await page.getByRole('button', { name: 'Sign in with GitHub' }).click();
  await page.getByRole('heading', { name: 'Set up this installation' }).waitFor();
  expect(problems).toEqual([]);
  await context.close();
  await opened.close();
  await github.close();
});
