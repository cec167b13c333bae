import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { openChromium } from '../e2e/chromium.ts';
import { openVisitor, type Visitor } from '../e2e/visitor.ts';
import { type Cloud, openCloud } from './cloud.ts';

let cloud: Cloud;
let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  [cloud, browser] = await Promise.all([openCloud(), openChromium()]);
  await deploy();
  ada = await openVisitor(browser, cloud.site.url, { others: [cloud.installation.url] });
});
afterAll(async () => {
  await browser?.close();
  await cloud?.close();
});

async function deploy(changes: Record<string, string> = {}): Promise<void> {
  const { code, output } = await cloud.deploy([], changes);
  if (code !== 0) throw new Error(output);
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** The origins and types of a page's requests during `work`. */
async function originsAsked(page: Page, work: () => Promise<unknown>): Promise<Set<string>> {
  const asked = new Set<string>();
  const note = (request: { url(): string }) => {
    const { origin, pathname } = new URL(request.url());
    asked.add(`${origin}${/^\/(api|oauth)\//.exec(pathname)?.[0] ?? '/'}`);
  };
  page.on('request', note);
  await work();
  page.off('request', note);
  return asked;
}

/** The policy's answer to a script that requests a URL. */
const tryToFetch = (page: Page, url: string) =>
  page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const refused = ({ effectiveDirective }: SecurityPolicyViolationEvent) => resolve(effectiveDirective);
        document.addEventListener('securitypolicyviolation', refused, { once: true });
        fetch(address, { mode: 'no-cors' }).then(
          () => resolve('allowed'),
          () => setTimeout(resolve, 200, 'failed'),
        );
      }),
    url,
  );

test('from the bucket’s origin, a person signs in elsewhere, sets up over the API elsewhere and adds repositories', async () => {
  const { page } = ada;
  await page.goto(`${cloud.site.url}/#init=${cloud.variables.INIT_SECRET}`);
  await page.getByRole('button', { name: 'Sign in and set up' }).click();
  await ada.signInAs('Ada Lovelace');
  await page.getByLabel('Display name').fill('Analytical Engines');
  await page.getByLabel('GitHub server').selectOption({ label: 'Demo (simulated GitHub on this machine)' });
  await page.getByLabel('GitHub user').fill(DEMO_USERS.octocat);
  await page.getByLabel('GitHub token').fill(DEMO_TOKENS.octocat);
  await page.getByRole('button', { name: 'Set up' }).click();
  await heading(page, 'Which repositories?').waitFor();
  await page.getByLabel('Repository', { exact: true }).fill('northwind-labs/burrow');
  await page.getByRole('button', { name: 'Add repository' }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: /northwind-labs\/burrow.*14 days/ })
    .waitFor();
  expect(ada.problems()).toEqual([]);
});

test('a deep link works although the bucket has no such file, and calls the API’s own origin', async () => {
  const { page } = ada;
  const call = page.waitForRequest(`${cloud.installation.url}/api/**`);
  const asked = await originsAsked(page, async () => {
    await page.goto(`${cloud.site.url}/t/1?range=30`);
    await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  });
  expect(asked).toEqual(new Set([`${cloud.site.url}/`, `${cloud.installation.url}/api/`]));
  // The provider's cookies would go there: cookies know no ports.
  expect(await (await call).allHeaders()).not.toHaveProperty('cookie');
  // The bucket answers with the entry page as its error document.
  expect(ada.problems()).toEqual(['404 GET /t/1']);
});

test('the policy allows calls to the API and the provider only', async () => {
  const { page } = ada;
  const { url } = cloud.installation;
  expect(await tryToFetch(page, `${url}/api/v1/web/guest/traffic/init`)).toBe('allowed');
  expect(await tryToFetch(page, `${cloud.variables.ISSUER}/.well-known/openid-configuration`)).toBe(
    'allowed',
  );
  expect(await tryToFetch(page, 'http://127.0.0.1:3/')).toBe('connect-src');
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.head.append(script);
    return 'injected' in window;
  });
  expect(ran).toBe(false);
  ada.problems();
});

test('pages and API behind one origin: the pages call nothing else but the provider', async () => {
  await deploy({ API_URL: '/api/v1/web/guest/traffic' });
  const { page } = ada;
  const asked = await originsAsked(page, async () => {
    await page.goto(cloud.site.url);
    await page.getByRole('rowheader', { name: 'northwind-labs/burrow' }).waitFor();
  });
  expect(asked).toEqual(new Set([`${cloud.site.url}/`, `${cloud.site.url}/api/`]));
  expect(ada.problems()).toEqual([]);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain(`connect-src 'self' ${cloud.installation.url};`);
});
