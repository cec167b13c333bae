import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { openChromium } from '../test/e2e/chromium.ts';
import { serveGitHub } from '../test/github-server.ts';
import { printTable, round } from './table.ts';

const PASSWORD = 'otters sing at noon';

/** From an empty folder to the first chart, with GITHUB_TOKEN and TRACK, against the GitHub simulator. */
export async function benchFirstChart(): Promise<void> {
  const now = new Date().toISOString();
  const served = await serveGitHub(now, '/api/v3');
  addDemoRepositories(served.github, now.slice(0, 10));
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-first-chart-'));
  const browser = await openChromium();
  const page = await browser.newPage();
  const begun = performance.now();
  const seconds = () => round((performance.now() - begun) / 1000, 2);
  const child = spawn(process.execPath, ['--single-threaded', 'dist/local/start.js'], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      PORT: '0',
      SIGN_IN: 'accounts',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      GITHUB_API_URL: served.apiUrl,
      GITHUB_TOKEN: DEMO_TOKENS.octocat,
      TRACK: `${DEMO_USERS.northwind}/*,!archived`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  try {
    while (!output.includes('Ready at')) await once(child.stdout, 'data');
    const ready = seconds();
    const [link = ''] = /http\S+#init=[\w-]+/.exec(output) ?? [];
    await page.goto(link);
    await page.getByLabel('E-mail address').fill('ada@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue with this password' }).click();
    const canvas = page.locator('canvas').first();
    const become = page.getByRole('button', { name: /Set up|administrator/ });
    await canvas.or(become).first().waitFor();
    if (await become.isVisible()) await become.click();
    await canvas.waitFor();
    printTable(
      'first chart: npm start in an empty folder, with GITHUB_TOKEN and TRACK (5 repositories)',
      ['until', 'seconds'],
      [
        ['it is ready', ready],
        ['the administrator has an account and sees the first chart', seconds()],
      ],
    );
  } finally {
    await browser.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await served.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
