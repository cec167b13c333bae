import { DAY_MS, toDay, toDayNumber } from '../github/days.ts';
import type { Repository, RepositoryOptions, TokenOptions } from '../github/world.ts';
import type { GitHub } from '../github.ts';
import {
  INTERNAL,
  type OnDay,
  STEADY,
  toAwkward,
  toCharts,
  toCiTool,
  toForgotten,
  toGrowing,
  toIdle,
  toLaunched,
  toSeasonal,
} from './stories.ts';

/** The demo's GitHub accounts. Northwind is the first tenant's organization, Pinecone the second's. */
export const DEMO_USERS = {
  octocat: 'demo-octocat',
  hubot: 'demo-hubot',
  reader: 'demo-reader',
  northwind: 'northwind-labs',
  pinecone: 'pinecone-tools',
  legacy: 'northwind-attic',
} as const;

/** Tokens that work, and one for each way in which a token can fail. */
export const DEMO_TOKENS = {
  /** Maintains everything of Northwind. */
  octocat: 'ghp_demo_octocat_0000000000000000000000',
  /** Maintains everything of Pinecone; fine-grained, expires in a year. */
  hubot: 'github_pat_demo_hubot_000000000000000000000',
  /** A fine-grained token of octocat that expires in six days. */
  expiresSoon: 'github_pat_demo_expires_soon_00000000000000',
  /** Expired yesterday. */
  expired: 'ghp_demo_expired_0000000000000000000000',
  /** Its owner may read, but not push. */
  withoutPush: 'ghp_demo_without_push_00000000000000000',
  /** A classic token of octocat without the scope `repo`. */
  withoutScope: 'ghp_demo_without_scope_0000000000000000',
  /** A fine-grained token of octocat without Administration: read. */
  withoutPermission: 'github_pat_demo_without_permission_000000000',
  /** The token of a GitHub App, as Actions uses. */
  app: 'ghs_demo_app_00000000000000000000000000',
} as const;

type Plan = Omit<RepositoryOptions, 'owner' | 'collaborators'>;

function toNorthwindPlans(on: OnDay): Plan[] {
  const formerNames = [{ owner: DEMO_USERS.legacy, name: 'charts', until: on(-7) }];
  return [
    { name: 'tidy-dates', createdOn: on(-1400), story: STEADY },
    { name: 'burrow', createdOn: on(-320), story: toLaunched(on) },
    { name: 'build-cache-action', createdOn: on(-900), story: toCiTool(on) },
    { name: 'harbor-charts', createdOn: on(-1100), story: toCharts(on), formerNames },
    { name: 'payroll-service', createdOn: on(-700), story: INTERNAL, private: true },
    { name: 'old-importer', createdOn: on(-1300), story: toForgotten(on), archivedOn: on(-20) },
  ];
}

function toPineconePlans(on: OnDay): Plan[] {
  return [
    { name: 'lantern', createdOn: on(-600), story: toGrowing(on) },
    { name: 'exam-helper', createdOn: on(-800), story: toSeasonal(on) },
    { name: 'quacks', createdOn: on(-500), story: toAwkward(on) },
    { name: 'dotfiles', createdOn: on(-1000), story: toIdle(on) },
  ];
}

function toDemoTokens(today: string): TokenOptions[] {
  const { octocat, hubot, reader } = DEMO_USERS;
  const after = (days: number) => new Date(Date.parse(`${today}T12:00:00Z`) + days * DAY_MS);
  const classic = { kind: 'classic', scopes: ['repo'] } satisfies Partial<TokenOptions>;
  const metadata = { permissions: { metadata: 'read' } } satisfies Partial<TokenOptions>;
  const fineGrained = {
    kind: 'fine-grained',
    permissions: { metadata: 'read', administration: 'read' },
  } satisfies Partial<TokenOptions>;
  return [
    { ...classic, token: DEMO_TOKENS.octocat, login: octocat },
    { ...fineGrained, token: DEMO_TOKENS.hubot, login: hubot, expiresAt: after(365) },
    { ...fineGrained, token: DEMO_TOKENS.expiresSoon, login: octocat, expiresAt: after(6) },
    { ...classic, token: DEMO_TOKENS.expired, login: octocat, expiresAt: after(-1) },
    { ...classic, token: DEMO_TOKENS.withoutPush, login: reader },
    { ...classic, token: DEMO_TOKENS.withoutScope, login: octocat, scopes: ['read:user'] },
    { ...fineGrained, ...metadata, token: DEMO_TOKENS.withoutPermission, login: octocat },
    { ...metadata, kind: 'app', token: DEMO_TOKENS.app, login: 'demo-actions[bot]' },
  ];
}

function addDemoPeople(github: GitHub, today: string): void {
  const { octocat, hubot, reader, northwind, pinecone, legacy } = DEMO_USERS;
  github.addUser(octocat, { name: 'Mona Octocat' });
  github.addUser(hubot, { name: 'Hubot' });
  github.addUser(reader, { name: 'Rita Reader' });
  for (const login of [northwind, pinecone, legacy]) github.addUser(login, { type: 'Organization' });
  for (const token of toDemoTokens(today)) github.addToken(token);
}

/**
 * Fills a simulated GitHub with the demo: two organizations with ten repositories whose stories end `today`
 * ('YYYY-MM-DD'), their people, and the tokens of {@link DEMO_TOKENS}. Days after `today` have traffic too.
 */
export function addDemoRepositories(
  github: GitHub,
  today: string,
): { northwind: Repository[]; pinecone: Repository[] } {
  addDemoPeople(github, today);
  const on: OnDay = (offset) => toDay(toDayNumber(today) + offset);
  const add = (owner: string, maintainer: string, plans: Plan[]) => {
    const collaborators = { [maintainer]: 'admin', [DEMO_USERS.reader]: 'pull' } as const;
    return plans.map((plan) => github.addRepository({ ...plan, owner, collaborators }));
  };
  return {
    northwind: add(DEMO_USERS.northwind, DEMO_USERS.octocat, toNorthwindPlans(on)),
    pinecone: add(DEMO_USERS.pinecone, DEMO_USERS.hubot, toPineconePlans(on)),
  };
}
