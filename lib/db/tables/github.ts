import type { Generated } from 'kysely';
import type { AnswerKind } from '../../github/memory.ts';
import type { Instant } from '../../instant.ts';

/** `github`: github.com; `enterprise`: any other GitHub server; `demo`: the simulator. */
export type ServerKind = 'github' | 'enterprise' | 'demo';

interface GithubServer {
  serverId: Generated<number>;
  name: string;
  kind: ServerKind;
  apiUrl: string;
  webUrl: string;
  createdAt: Instant;
}

interface GithubApp {
  serverId: number;
  appId: string;
  slug: string;
  name: string;
  htmlUrl: string;
  keySealed: string;
  checkedAt: Instant;
}

interface TenantInstallation {
  tenantId: number;
  installationId: number;
  tokenSealed: string | null;
  tokenExpiresAt: Instant | null;
}

interface GithubAnswer {
  tenantId: number;
  repositoryId: number;
  kind: AnswerKind;
  tokenFingerprint: string;
  format: number;
  etag: string;
  answer: string;
  readAt: Instant;
}

interface TokenUse {
  tokenFingerprint: string;
  state: string;
  usedAt: Instant;
}

/** GitHub’s servers and apps, what they answered, and how their tokens are used. */
export interface GitHubTables {
  githubServer: GithubServer;
  githubAnswer: GithubAnswer;
  tokenUse: TokenUse;
  githubApp: GithubApp;
  tenantInstallation: TenantInstallation;
}
