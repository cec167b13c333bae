import type { Browser, Page } from 'playwright-core';

export interface VisitorOptions {
  width?: number;
  theme?: 'light' | 'dark';
  /** Other origins that the pages may call: the API's and the provider's. */
  others?: string[];
  /** For pages whose content security policy does not name the others. */
  bypassCSP?: boolean;
}

/** One person's browser window. It confirms leaving a page with unsaved changes. */
export interface Visitor {
  page: Page;
  /**
   * What the console reported since it was last asked: errors of scripts, violations of the content security policy,
   * failed requests as `STATUS METHOD PATH`, requests to hosts that were not named, and what a script asked in a box.
   */
  problems(): string[];
  /** API calls since the last call, as `METHOD PATH`, without preflights. */
  calls(): string[];
  /** Goes to an address below the installation's and waits for the page's title. */
  open(path: string): Promise<void>;
  /** Chooses a range or its steps by the menu. */
  chooseRange(name: string): Promise<void>;
  /** Picks an action from the menu of a row. */
  act(name: string, action: string): Promise<void>;
  /** Opens a page of the settings by the menu. */
  openSetting(name: string): Promise<void>;
  /** Signs in on the identity provider's page, which is open or about to open. Ends on our pages. */
  signInAs(name: string): Promise<void>;
  close(): Promise<void>;
}

const API = '/api/v1/web/guest/traffic/';

/** In milliseconds, for a busy machine. */
const PATIENCE = 30_000;

/** A window with nothing remembered. */
export async function openVisitor(
  browser: Browser,
  url: string,
  { width = 1280, theme = 'light', others = [], bypassCSP = false }: VisitorOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    baseURL: url,
    acceptDownloads: true,
    bypassCSP,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  let problems: string[] = [];
  let calls: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const isStatus = message.text().startsWith('Failed to load resource: the server responded');
    if (message.type() === 'error' && !isStatus) problems.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const path = pathname.replace(API, '');
    if (response.status() >= 400)
      problems.push(`${response.status()} ${response.request().method()} ${path}`);
  });
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') problems.push(`dialog: ${dialog.message()}`);
    dialog.accept().catch(() => undefined);
  });
  page.on('request', (request) => {
    const { pathname, origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && ![url, ...others].includes(origin))
      problems.push(`other host: ${request.url()}`);
    if (pathname.startsWith(API)) calls.push(`${request.method()} ${pathname.slice(API.length)}`);
  });
  return {
    page,
    problems() {
      const found = problems;
      problems = [];
      return found;
    },
    calls() {
      const found = calls;
      calls = [];
      return found;
    },
    async open(path) {
      await page.goto(path);
      await page.locator('h1').waitFor();
    },
    async chooseRange(name) {
      await page.getByRole('button', { name: /^Range/ }).click();
      await page.getByRole('menuitemradio', { name, exact: true }).click();
    },
    async act(name, action) {
      await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
      await page.getByRole('menuitem', { name: action }).click();
    },
    async openSetting(name) {
      await page.getByRole('button', { name: /^Settings/ }).click();
      await page.getByRole('menuitem', { name, exact: true }).click();
    },
    async signInAs(name) {
      await page.getByRole('button', { name }).click();
      // The provider's pages have no such bar, and ours not before the sign-in is complete.
      await page.locator('header.bar').waitFor();
    },
    close: () => context.close(),
  };
}
