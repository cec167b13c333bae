import type { Day } from '../../lib/day.ts';
import type { Story } from '../../local/github/story.ts';
import type { AnswerKind } from '../../local/github/traffic.ts';
import type { TestInstallation } from '../installation.ts';
import type { WatchedGitHub } from './github.ts';

/** A tenant, and GitHub as its token sees it. */
export interface CampaignTenant {
  tenantId: number;
  login: string;
  token: string;
  served: WatchedGitHub;
}

/** A repository to track. */
export interface Tracked {
  tenant: CampaignTenant;
  /** GitHub's id. */
  id: number;
  name: string;
  addedOn: Day;
  /** Ours, once it is tracked. */
  repositoryId: number | null;
  /** How often it was renamed while it was tracked. */
  renames: number;
}

const ADMINISTRATOR = 'ada@example.com';
/** With this many tenants, one is rate-limited: each of its days takes seconds of real time. */
const MIN_TENANTS_FOR_LIMITS = 4;
const CREATED = '2022-01-01';

const loginOf = (number: number) => `keeper-${number}`;
const tokenOf = (number: number) => `ghp_campaign_${String(number).padStart(26, '0')}`;

/** Busy and quiet repositories, some with empty days, and a few with releases and workflow runs. */
function toStory(number: number): Story {
  const views = [60, 4, 0.5, 900, 12][number % 5] ?? 1;
  return {
    description: null,
    language: null,
    regulars: 2 + (number % 9),
    weekend: 0.4,
    growthPerYear: 1.2,
    views,
    clones: views / 8,
    starsPerDay: number % 3 === 0 ? 0.7 : 0,
    ...(number % 4 === 1 && { ciClones: 9 }),
    ...(number % 6 === 2 && { releases: { everyDays: 11, downloads: 30, assets: ['tool-TAG.zip'] } }),
    referrers: ['Google', 'github.com', 'news.ycombinator.com'].map((referrer, n) => ({
      referrer,
      weight: 3 - n,
    })),
    paths: [
      { path: '', weight: 3 },
      { path: '/tree/main', weight: 2 },
      { path: '/issues', weight: 1 },
    ],
  };
}

export function addRepositoriesToGitHub(
  tenants: readonly CampaignTenant[],
  addedOn: readonly Day[],
): Tracked[] {
  return addedOn.map((day, number) => {
    const tenant = tenantOf(tenants, number, addedOn.length);
    const name = `repository-${number}`;
    const plan = { owner: tenant.login, name, createdOn: CREATED, story: toStory(number) };
    const { id } = tenant.served.github.addRepository(plan);
    return { tenant, id, name, addedOn: day, repositoryId: null, renames: 0 };
  });
}

/** The last tenant may be rate-limited by the real clock, so it gets few repositories. */
function tenantOf(tenants: readonly CampaignTenant[], number: number, count: number): CampaignTenant {
  const [first] = tenants;
  const paced = Math.ceil(count / 16);
  const place = number < paced ? tenants.length - 1 : number % (tenants.length - 1);
  const tenant = tenants[place] ?? first;
  if (!tenant) throw new Error('a campaign has two tenants at least');
  return tenant;
}

function addToken({ github, tokens }: WatchedGitHub, number: number): void {
  tokens.add(tokenOf(number));
  github.addUser(loginOf(number));
  github.addToken({
    token: tokenOf(number),
    login: loginOf(number),
    kind: 'classic',
    scopes: ['repo'],
    quota: 100_000,
  });
}

async function must<T>(asked: Promise<{ status: number; body: T }>): Promise<T> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** How GitHub answers a tenant: one in two as since 2026, the others as before. */
export const answersOf = (tenant: number): AnswerKind => (tenant % 2 === 0 ? 'published' : 'sparse');

/**
 * Initializes the installation with tenants that have a token each, at a GitHub like github.com that answers as `answersOf`
 * says. If there are many, the last one is at an Enterprise Server with rate limits.
 */
export async function createTenants(
  installation: TestInstallation,
  githubs: Record<'plain' | 'sparse' | 'enterprise', WatchedGitHub>,
  count: number,
): Promise<CampaignTenant[]> {
  const { plain, sparse, enterprise } = githubs;
  const ada = installation.as(ADMINISTRATOR);
  const tenants: CampaignTenant[] = [];
  const isRateLimited = (number: number) => count >= MIN_TENANTS_FOR_LIMITS && number === count - 1;
  const servedOf = (number: number) => {
    if (isRateLimited(number)) return enterprise;
    return answersOf(number) === 'published' ? plain : sparse;
  };
  const identityOf = (number: number) => ({ githubUser: loginOf(number), githubToken: tokenOf(number) });
  for (let number = 0; number < count; number += 1) addToken(servedOf(number), number);
  const { tenantId, serverId } = await installation.initialize(identityOf(0));
  tenants.push({ tenantId, login: loginOf(0), token: tokenOf(0), served: plain });
  const server = { name: 'Enterprise', url: enterprise.apiUrl.replace('/api/v3', '') };
  const { serverId: enterpriseId } = await must(ada('POST', '/servers', server));
  for (let number = 1; number < count; number += 1) {
    const served = servedOf(number);
    const request = {
      name: `Tenant ${number}`,
      serverId: served === enterprise ? enterpriseId : serverId,
      ...identityOf(number),
    };
    const { tenantId: added } = await must(ada('POST', '/tenants', request));
    tenants.push({ tenantId: added, login: loginOf(number), token: tokenOf(number), served });
  }
  return tenants;
}
