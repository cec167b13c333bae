import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { type ServedGitHub, serveGitHub } from '../github-server.ts';
import { startProduct } from './started.ts';

let served: ServedGitHub;
let dataDir: string;

beforeAll(async () => {
  const now = new Date().toISOString();
  served = await serveGitHub(now, '/api/v3');
  addDemoRepositories(served.github, now.slice(0, 10));
  dataDir = await mkdtemp(path.join(tmpdir(), 'two-variables-'));
});

afterAll(async () => {
  await served.close();
  await rm(dataDir, { recursive: true, force: true });
});

const environment = (change: Record<string, string> = {}) => ({
  DATA_DIR: dataDir,
  PORT: '0',
  SIGN_IN: 'accounts',
  ALLOW_PRIVATE_ADDRESSES: 'true',
  GITHUB_API_URL: served.apiUrl,
  GITHUB_TOKEN: DEMO_TOKENS.octocat,
  TRACK: `${DEMO_USERS.northwind}/*,!archived`,
  ...change,
});

test('npm start stops with one sentence, or collects and asks for an administrator', async () => {
  await expect(startProduct(environment({ GITHUB_TOKEN: 'ghp_wrong' }))).rejects.toThrow(
    /ended with 1: [\s\S]*GITHUB_TOKEN: GitHub does not accept/,
  );
  await expect(startProduct(environment({ TRACK: 'nobody-here/*' }))).rejects.toThrow(
    /ended with 1: [\s\S]*TRACK: GitHub has no account nobody-here/,
  );
  const first = await startProduct(environment());
  expect(first.output()).toContain('TRACK adds 5 repositories.');
  expect(first.output()).toMatch(/Nobody has an account yet\. Open this link/);
  await first.stop();
  const mend = served.github.fail({ kind: 'secondary-limit', retryAfter: 3600 });
  const again = await startProduct(environment());
  expect(again.output()).not.toContain('TRACK adds');
  expect(again.output()).toMatch(/Nobody has an account yet\. Open this link/);
  await again.stop();
  mend();
});
