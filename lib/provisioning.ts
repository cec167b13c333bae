import type { Transaction } from 'kysely';
import { recordAudit, type Unattended } from './audit.ts';
import type { Db } from './db/database.ts';
import { toActingUsers } from './db/isolation.ts';
import { migrate } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { readSchemaState } from './db/schema.ts';
import type { Tables } from './db/tables.ts';
import { Failure, passesByItself } from './failure.ts';
import { openGitHub } from './github.ts';
import { type InstallationServices, insertServers } from './installation.ts';
import { lockTenant } from './locks.ts';
import {
  GITHUB,
  requireReachable,
  type ServerAddress,
  type ServerApi,
  toDemoServer,
  toServerAddress,
} from './servers.ts';
import { openTenantGitHub, toFingerprint } from './tenants/github.ts';
import { insertTenant, updateTenant } from './tenants/saving.ts';
import { checkToken } from './tenants/token-check.ts';
import { applyListing, toTooWide } from './tracking/apply.ts';
import { isSameRule, parseTrack, type RuleDefinition } from './tracking/definition.ts';
import { type Listing, readListing } from './tracking/listing.ts';
import { planTracking } from './tracking/plan.ts';
import { listStoredRules } from './tracking/rows.ts';
import { deleteStoredRule, insertRule } from './tracking/saving.ts';

/** What the start was given: GITHUB_TOKEN, TRACK and GITHUB_API_URL. */
export interface Provision {
  token: string;
  track: string;
  /** The base URL of the API; null for github.com. */
  apiUrl: string | null;
}

/** What provisioning did. */
export interface Provisioned {
  /**
   * `created`: the tenant, its server and rules. `updated`: a variable has changed. `unchanged`: no variable has. `not_fresh`: the
   * installation was set up on its pages, so the variables are ignored. `postponed`: GitHub does not answer; nothing is changed.
   */
  outcome: 'created' | 'updated' | 'unchanged' | 'not_fresh' | 'postponed';
  /** Repositories that are tracked from now on. */
  addedCount: number;
  /** Why it was postponed. */
  message: string | null;
}

/** Who made what the start made. */
const CREATOR = 'npm start';
/** What its rules have in common. */
const MADE = { origin: 'start', createdBy: CREATOR } as const;
/** How long GitHub may take. */
const ASKING_MS = 240_000;

/**
 * Sets up a fresh installation from a token and the rules of TRACK: its schema, GitHub server, tenant, rules and repositories.
 * Of one that it set up before, it changes only what belongs to a variable that has changed: what people changed on the pages
 * stays. An administrator is made later. Throws `invalid_input` for TRACK or GITHUB_API_URL, what GitHub refuses the token
 * with, `owner_not_found`, `nothing_of_owner`, `rule_too_wide`; and GitHub's outages, unless something is stored.
 */
export async function provision(services: InstallationServices, given: Provision): Promise<Provisioned> {
  const rules = parseTrack(given.track);
  const { stored, displayName } = await readSchemaState(services.db);
  if (displayName === null) return create(services, given, rules);
  const before = stored === null ? undefined : await readProvisioned(services.dbFor('all tenants'));
  if (!before) return { outcome: 'not_fresh', addedCount: 0, message: null };
  return update(services, given, rules, before).catch((error: unknown) => {
    if (!(error instanceof Failure) || !passesByItself(error.code)) throw error;
    return { outcome: 'postponed', addedCount: 0, message: error.message };
  });
}

async function readProvisioned(db: Db) {
  return db
    .selectFrom('provisionedTenant as p')
    .innerJoin('tenant as t', 't.tenantId', 'p.tenantId')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .select(['p.tenantId', 'p.track', 'p.tokenFingerprint', 's.kind', 's.apiUrl', 's.webUrl', 's.name'])
    .executeTakeFirst();
}

type Before = NonNullable<Awaited<ReturnType<typeof readProvisioned>>>;

const toTokenFingerprint = ({ token }: Provision) => toFingerprint('GITHUB_TOKEN', token);

/** The server of GITHUB_API_URL. */
function toServer({ apiUrl }: Provision, { config }: InstallationServices): ServerAddress {
  if (apiUrl === null) return GITHUB;
  if (apiUrl === config.demoGithubUrl) return toDemoServer(apiUrl);
  return toServerAddress(apiUrl, { allowHttp: config.allowPrivateAddresses });
}

async function create(
  services: InstallationServices,
  given: Provision,
  rules: readonly RuleDefinition[],
): Promise<Provisioned> {
  const { config, secrets, clock, dialect } = services;
  const server = toServer(given, services);
  const api = await requireReachable(server, config);
  const { login, token } = await readToken(services, api, given.token);
  const deadline = new Date(clock().getTime() + ASKING_MS);
  const github = openGitHub({ ...api, token: given.token, clock, deadline });
  const listing = await readListing(github, rules);
  requireUsable(rules, listing);
  const tokenSealed = await secrets.seal(given.token);
  const by = { email: null, now: clock() } as const;
  const tenantId = await inTransaction(services.dbFor('all tenants'), async (trx) => {
    await migrate(trx, dialect, by.now.toISOString(), toActingUsers(config.databaseUrls));
    const there = await trx.selectFrom('installation').select('installationId').executeTakeFirst();
    if (there) throw new Failure('already_initialized');
    const createdAt = by.now.toISOString();
    const serverId = await insertServers(trx, server, config.demoGithubUrl, createdAt);
    const name = toTenantName(rules, login);
    const row = { name, serverId, githubUser: login, token, tokenSealed, createdAt, createdBy: CREATOR };
    const created = await insertTenant(trx, row);
    await trx
      .insertInto('installation')
      .values({ installationId: 1, displayName: name, initializedAt: createdAt })
      .execute();
    const installed = { kind: 'installation_initialized', subject: name } as const;
    await recordAudit(trx, by, { tenantId: null, ...installed });
    const detail = `a token of ${login}`;
    await recordAudit(trx, by, { tenantId: created, kind: 'tenant_created', subject: name, detail });
    for (const rule of rules) await insertRule(trx, { tenantId: created, by }, { ...rule, ...MADE });
    await trx
      .insertInto('provisionedTenant')
      .values({
        tenantId: created,
        track: given.track,
        tokenFingerprint: toTokenFingerprint(given),
        appliedAt: createdAt,
      })
      .execute();
    return created;
  });
  const db = services.dbFor({ tenants: [tenantId] });
  const added = await applyListing({ db, tenantId, by }, listing);
  return { outcome: 'created', addedCount: added.length, message: null };
}

async function update(
  services: InstallationServices,
  given: Provision,
  rules: readonly RuleDefinition[],
  before: Before,
): Promise<Provisioned> {
  const { config, clock } = services;
  const { tenantId } = before;
  const tokenFingerprint = toTokenFingerprint(given);
  const isOtherToken = tokenFingerprint !== before.tokenFingerprint;
  const isOtherTrack = given.track !== before.track;
  if (!isOtherToken && !isOtherTrack) return { outcome: 'unchanged', addedCount: 0, message: null };
  const by = { email: null, now: clock() } as const;
  const db = services.dbFor('all tenants');
  if (isOtherToken) {
    const api = await requireReachable(before, config);
    const { login } = await readToken(services, api, given.token);
    const change = { githubUser: login, githubToken: given.token };
    await updateTenant({ ...services, db }, { tenantId, visible: null }, change, by);
    await note(db, tenantId, { tokenFingerprint, appliedAt: by.now.toISOString() });
  }
  if (!isOtherTrack) return { outcome: 'updated', addedCount: 0, message: null };
  const deadline = new Date(by.now.getTime() + ASKING_MS);
  const { github } = await openTenantGitHub({ ...services, db }, tenantId, deadline);
  const listing = await readListing(github, [...rules, ...(await listStoredRules(db, tenantId))]);
  requireUsable(rules, listing);
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await replaceRules(trx, tenantId, rules, by);
    await note(trx, tenantId, { track: given.track, appliedAt: by.now.toISOString() });
  });
  const added = await applyListing({ db, tenantId, by }, listing);
  return { outcome: 'updated', addedCount: added.length, message: null };
}

/** Whose token it is. Throws `github_token_refused`, with what to do, and GitHub's outages. */
async function readToken({ clock }: InstallationServices, api: ServerApi, token: string) {
  const refuse = (error: unknown): never => {
    if (!(error instanceof Failure) || passesByItself(error.code)) throw error;
    throw new Failure('github_token_refused', `GITHUB_TOKEN: ${error.message}`);
  };
  const { login } = await openGitHub({ ...api, token, clock })
    .getViewer()
    .catch(refuse);
  return { login, token: await checkToken({ ...api, githubUser: login, token, clock }).catch(refuse) };
}

/** Throws if a rule finds nothing because it is wrong, or too much. */
function requireUsable(rules: readonly RuleDefinition[], listing: Listing): void {
  for (const { owner } of rules) {
    const failure = listing.failures.get(owner.toLowerCase());
    if (failure) throw new Failure(failure.code, `TRACK: ${failure.message}`);
  }
  const numbered = rules.map((rule, index) => ({ ...rule, ruleId: index + 1 }));
  const { repositories: listed, complete } = listing;
  const { matches } = planTracking({
    rules: numbered,
    listed,
    complete,
    tracked: [],
    excluded: new Set(),
  });
  const leftOut = matches.filter(({ state }) => state === 'over_limit').length;
  if (leftOut > 0) throw new Failure('rule_too_wide', `TRACK: ${toTooWide(leftOut).message}`);
}

/** The tenant is called like the one owner that TRACK names, or else like the token's user. */
function toTenantName(rules: readonly RuleDefinition[], login: string): string {
  const owners = new Set(rules.map(({ owner }) => owner));
  const [owner = login] = owners;
  return owners.size === 1 && !/[*?]/.test(owner) ? owner : login;
}

/** Replaces the rules that the start made, except those that stay the same. Those of people stay. */
async function replaceRules(
  trx: Transaction<Tables>,
  tenantId: number,
  rules: readonly RuleDefinition[],
  by: Unattended,
): Promise<void> {
  const change = { tenantId, by };
  const stored = await listStoredRules(trx, tenantId);
  const isWanted = (rule: RuleDefinition) => rules.some((wanted) => isSameRule(wanted, rule));
  for (const rule of stored.filter((one) => one.origin === 'start' && !isWanted(one)))
    await deleteStoredRule(trx, change, rule);
  for (const rule of rules)
    if (!stored.some((one) => isSameRule(one, rule))) await insertRule(trx, change, { ...rule, ...MADE });
}

async function note(
  db: Db,
  tenantId: number,
  applied: { track?: string; tokenFingerprint?: string; appliedAt: string },
): Promise<void> {
  await db.updateTable('provisionedTenant').set(applied).where('tenantId', '=', tenantId).execute();
}
