import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { openInstallation, type RealInstallation } from '../local/installation.ts';
import type { RealSettings } from '../local/settings.ts';
import { createTestDatabase } from './database.ts';
import { serveGitHub } from './github-server.ts';
import { requireBuild } from './on-demand.ts';

export interface RealTestInstallation extends RealInstallation {
  folder: string;
  /** What was logged. */
  lines: object[];
}

/** What the form that sets up the installation sends, for the GitHub simulator. */
export const toInitRequest = (secret: string) => ({
  secret,
  displayName: 'Test',
  tenantName: 'Northwind',
  server: { kind: 'demo' },
  githubUser: DEMO_USERS.octocat,
  githubToken: DEMO_TOKENS.octocat,
});

/**
 * An installation whose people sign in: to accounts of its own, and at `http://localhost:PORT`, unless `real` says otherwise. A
 * GitHub simulator is beside it. Close it when done.
 */
export async function openRealInstallation(
  real: Partial<RealSettings> = {},
  port = 0,
): Promise<RealTestInstallation> {
  await requireBuild();
  const folder = await mkdtemp(path.join(tmpdir(), 'real-installation-'));
  const github = await serveGitHub(new Date().toISOString(), '/api/v3');
  addDemoRepositories(github.github, '2025-06-01');
  const lines: object[] = [];
  const installation = await openInstallation({
    dataDir: folder,
    databaseUrls: await createTestDatabase(),
    port,
    real: {
      publicUrl: null,
      signIn: { kind: 'accounts' },
      tls: null,
      trustedProxies: ['127.0.0.1', '::1'],
      ...real,
    },
    alarms: false,
    limits: { invocationsPerMinute: 10_000 },
    environment: { DEMO_GITHUB_URL: github.apiUrl },
    log: (line) => lines.push(line),
  });
  return {
    ...installation,
    folder,
    lines,
    async close() {
      await installation.close();
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
