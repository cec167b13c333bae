import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  listAllowedTenants,
  requireAnyTenant,
  requireSystemAccess,
  requireTenantAccess,
  type TenantAccess,
} from '../lib/access.ts';
import { findMilestones, findNewGroupReferrers } from '../lib/alerts/counters.ts';
import { readJudgedDays, sumDays } from '../lib/alerts/group-days.ts';
import { listMostViewed } from '../lib/alerts/groups.ts';
import { deleteOldAlerts, judgeAlerts } from '../lib/alerts/judge.ts';
import { listAlertsOf } from '../lib/alerts/reading.ts';
import { sendAlerts } from '../lib/alerts/sending.ts';
import { saveAlertKinds } from '../lib/alerts/settings.ts';
import { deleteSnooze, saveSnooze } from '../lib/alerts/snoozes.ts';
import { listAlerts } from '../lib/alerts.ts';
import { deleteAnnotation, listAnnotations, saveAnnotation, updateAnnotation } from '../lib/annotations.ts';
import { deleteOldAudit, listAudit, recordExport, toAuditCsv } from '../lib/audit.ts';
import type { ChannelServices } from '../lib/channels/address.ts';
import { sendMessage, toTestMessage } from '../lib/channels/sending.ts';
import { createChannel, deleteChannel, listChannels, updateChannel } from '../lib/channels.ts';
import { collectTenant } from '../lib/collector.ts';
import { toCursor } from '../lib/cursor.ts';
import { readWidgets } from '../lib/dashboards/figures.ts';
import {
  changeDashboard,
  createDashboard,
  deleteDashboard,
  getDashboard,
  listDashboards,
} from '../lib/dashboards.ts';
import { addDays, toDay } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import { inTransaction, larger, type Merge, mergeRows } from '../lib/db/portable.ts';
import { requireInitialized, SCHEMA_VERSION } from '../lib/db/schema.ts';
import { sendOnDemand } from '../lib/deliveries/on-demand.ts';
import { planExport, readExportPart } from '../lib/exports.ts';
import { Failure } from '../lib/failure.ts';
import type { Files } from '../lib/files.ts';
import type { GitHubClient } from '../lib/github.ts';
import { createPersonRateLimiter } from '../lib/github-limits/person-rate-limiter.ts';
import { createRunRateLimiter } from '../lib/github-limits/run-rate-limiter.ts';
import { createGroup, deleteGroup, inGroup, listGroups, updateGroup } from '../lib/groups.ts';
import { claimRoles, findLostRole } from '../lib/identity/claims.ts';
import { openProvider } from '../lib/identity/provider.ts';
import { openIdentity, savePrincipal } from '../lib/identity.ts';
import { matchRepositories } from '../lib/imports/match.ts';
import { previewPart } from '../lib/imports/preview.ts';
import { completeImport, createImport, listImports, storePart, takeBackImport } from '../lib/imports.ts';
import { KEY_BYTES, toKey } from '../lib/keys/secret.ts';
import { hashKey, listKeyRepositories, refuseKeyInAddress, useKey } from '../lib/keys/use.ts';
import { createKey, deleteOldKeys, describeKey, listKeys, revokeKey } from '../lib/keys.ts';
import type { Mail } from '../lib/mail.ts';
import {
  answerMail,
  deleteUnansweredAddresses,
  listMailAddresses,
  prepareMailAddress,
  readMailLink,
  sendMail,
} from '../lib/mail-addresses.ts';
import { describeMe, listOwnTenants } from '../lib/me.ts';
import {
  listMembers,
  listSystemMembers,
  putMember,
  putSystemMember,
  removeMember,
  removeSystemMember,
} from '../lib/members.ts';
import { readMetrics } from '../lib/metrics.ts';
import { listProblems } from '../lib/problems/list.ts';
import { sendNotices } from '../lib/problems/notices.ts';
import { deleteOldProblems, watchProblems } from '../lib/problems/watch.ts';
import { sendReports } from '../lib/reports.ts';
import { addRepositories, discoverRepositories } from '../lib/repositories/add.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import { listRepositoryRows, readStored } from '../lib/repositories/repository.ts';
import { setSchedule } from '../lib/repositories/schedule.ts';
import { mayDelete } from '../lib/retention.ts';
import { listLossReasons } from '../lib/runs/day-runs.ts';
import { listDueTenants } from '../lib/runs/due-tenants.ts';
import { closeAbandoned, deleteOldRuns } from '../lib/runs/end.ts';
import { startAllRuns } from '../lib/runs/fan-out.ts';
import { startAddedRun, startRun } from '../lib/runs/start.ts';
import { listRuns, readRun } from '../lib/runs.ts';
import { openSecrets } from '../lib/secrets.ts';
import {
  deleteServer,
  findServerAt,
  GITHUB,
  insertServer,
  listServers,
  renameServer,
} from '../lib/servers.ts';
import { SHOWN } from '../lib/shares/choices.ts';
import { startPublication } from '../lib/shares/start.ts';
import {
  createShare,
  listShares,
  previewPictures,
  previewShare,
  publishAgain,
  publishShares,
  revokeShare,
  type ShareContents,
  type ShareOf,
  updateShare,
} from '../lib/shares.ts';
import { listSnapshots } from '../lib/snapshots.ts';
import { readBeforeAfter } from '../lib/stats/before-after.ts';
import { readRepositoryDay, readTenantDay } from '../lib/stats/day.ts';
import { readOverview, toOverviewCsv } from '../lib/stats/overview.ts';
import { readFigures, readRepositoryTraffic } from '../lib/stats/repository.ts';
import { readRepositorySums, readSteps, readTrafficSums } from '../lib/stats/sums.ts';
import { readPageSize, readTable } from '../lib/stats/table.ts';
import { deleteTenant } from '../lib/tenants/deletion.ts';
import { openTenantGitHub } from '../lib/tenants/github.ts';
import { createTenant, updateTenant } from '../lib/tenants/saving.ts';
import { getTenant, listTenants } from '../lib/tenants/tenant.ts';
import type { RuleDefinition } from '../lib/tracking/definition.ts';
import {
  createRule,
  deleteRule,
  evaluateRules,
  listTracking,
  previewRule,
  removeExclusion,
  updateRule,
} from '../lib/tracking.ts';
import { correctTraffic } from '../lib/traffic/correction-tables.ts';
import { judgeSilence } from '../lib/traffic/silence.ts';
import { resealTokens } from '../lib/upgrade.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { openRecorded, openStandIn } from './db2-recorder.ts';
import { openTestInstallation, type TestInstallation } from './installation.ts';
import { busy, insertStored, setUpgradedAt, storeReads, WINTER } from './old-copies.ts';

const NOW = new Date('2026-01-14T06:00:00.000Z');
const AT = NOW.toISOString();
const STORED_AT = '2026-01-14 06:00:00.000';
const PAGE = { page: 1, size: 50 };
const CURSOR = toCursor(['2026-01-13', 'octocat', 'hello', 1]);
const email = 'ada@example.com';
const by = { email, now: NOW };
const principal = { issuer: 'https://id.example', subject: 's', email, displayName: 'Ada' };

let installation: TestInstallation;
const recorded = new Map<string, string[]>();

/** Rows and lists are as long as the data: one of each is enough to see how they are written. */
function shorten(statement: string): string {
  return statement
    .replace(/(\((?:cast\(\? as [^()]+(?:\([^()]*\))?\)(?:, )?)+\))(?:, \1)+/g, '$1')
    .replace(/ in \(\?(?:, \?)+\)/g, ' in (?)');
}

function keep(name: string, statement: string): void {
  const statements = recorded.get(name) ?? [];
  const short = shorten(statement);
  if (!statements.includes(short)) recorded.set(name, [...statements, short]);
}

/** Everything in the product that queries the database, once each, in an order that works. */
async function runThrough(url: string, apiServerId: number): Promise<void> {
  let name = '';
  const db = openRecorded(url, (statement) => keep(name, statement));
  const step = <T>(next: string, work: (db: Db) => Promise<T>): Promise<T> => {
    name = next;
    return work(db);
  };
  await runAdministration(step);
  await runCollection(step, apiServerId);
  await db.destroy();
}

const claimAs = (person: typeof principal) => (db: Db) => claimRoles({ dbFor: () => db }, person, NOW);

type Step = <T>(name: string, work: (db: Db) => Promise<T>) => Promise<T>;

async function runAdministration(step: Step): Promise<void> {
  await step('schema', requireInitialized);
  const { issuer } = installation.identity;
  await step('identity provider', (db) =>
    openProvider({ issuer, address: null, db, clock: () => NOW }).current(),
  );
  await step('principal', (db) => inTransaction(db, (trx) => savePrincipal(trx, principal, NOW)));
  await step('sign-in and sign-out', async (db) => {
    const { clientId } = installation.identity;
    const options = {
      issuer,
      issuerAddress: null,
      clientId,
      trustedIdentities: [],
      keyCallsPerMinute: 60,
      db,
      dbFor: () => db,
      clock: () => NOW,
      tokenClock: () => new Date(),
    };
    const identity = openIdentity(options);
    const token = await installation.identity.issueToken('edsger@example.com');
    const headers = new Headers({ authorization: `Bearer ${token}` });
    const request = { method: 'GET', url: 'https://x/', headers, text: async () => '' };
    await identity.requirePrincipal(request);
    await identity.signOut(request);
    await identity.signOutEverywhere(request);
  });
  await step('claim roles', claimAs(principal));
  await step('a role that does not count', (db) => findLostRole(db, principal, 1));
  await step('access to the system', (db) => requireSystemAccess(db, principal, 'changeServers'));
  await step('me', (db) => describeMe({ dbFor: () => db }, principal));
  const address = { ...GITHUB, name: 'Another', apiUrl: 'https://ghe.example/api/v3' };
  const serverId = await step('add a server', (db) => insertServer(db, address, AT));
  await step('servers', listServers);
  await step('server by its address', (db) => findServerAt(db, address));
  await step('rename a server', (db) => renameServer(db, serverId, 'Other', by));
  await step('delete a server', (db) => deleteServer(db, serverId, by));
  await step('system roles', (db) => listSystemMembers(db, principal.issuer));
  const other = 'grace@example.com';
  await step('give a system role', (db) =>
    putSystemMember(db, { email: other, role: 'maintainer' }, by, principal.issuer),
  );
  await step('change a system role', (db) =>
    putSystemMember(db, { email: other, role: 'administrator' }, by, principal.issuer),
  );
  await step('take a system role', (db) => removeSystemMember(db, other, by));
}

async function runCollection(step: Step, serverId: number): Promise<void> {
  const clock = () => NOW;
  const secrets = openSecrets('A'.repeat(43));
  const config = { demoGithubUrl: null, allowPrivateAddresses: false };
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const request = { name: 'T', serverId, credentials: token, manager: 'manager@example.com' };
  const { tenantId } = await step('add a tenant', (db) =>
    createTenant({ db, config, secrets, clock }, request, by),
  );
  await step('tenants', (db) =>
    listTenants(db, [tenantId], { q: 't', cursor: toCursor(['S', tenantId]), limit: 10 }),
  );
  await step('tenants that a person may change', (db) =>
    listAllowedTenants(db, { ...principal, subject: 'm' }, 'changeTenant', [tenantId]),
  );
  await step('own tenants', (db) => listOwnTenants({ dbFor: () => db }, principal, { limit: 10 }));
  await step('tenant', (db) => getTenant(db, tenantId));
  await step('change a tenant', (db) =>
    updateTenant({ db, config, secrets, clock }, { tenantId, visible: null }, { name: 'U', ...token }, by),
  );
  await runChannels(step, tenantId);
  await step('seal tokens with another key, and with the first again', async (db) => {
    for (const keys of ['BA', 'AB'].map((order) => [...order].map((key) => key.repeat(43)).join(' ')))
      await resealTokens({ db, clock, secrets: openSecrets(keys) });
  });
  const manager = { ...principal, subject: 'm', email: 'manager@example.com' };
  await step('claim roles', claimAs(manager));
  await step('access to any tenant', (db) => requireAnyTenant(db, manager, 'seeTenant'));

  const openGitHub = (db: Db) =>
    openTenantGitHub({ config, db, secrets, clock }, tenantId, new Date(NOW.getTime() + 60_000));
  const { candidates } = await step('discover repositories', async (db) =>
    discoverRepositories({ db, ...(await openGitHub(db)) }, tenantId, {}),
  );
  const { added } = await step('add repositories', async (db) => {
    const adding = { db, ...(await openGitHub(db)), tenantId, by };
    return addRepositories(adding, candidates.slice(0, 2));
  });
  const ids = added.map(({ repositoryId }) => repositoryId);
  const [repositoryId = 0] = ids;
  await runMembers(step, tenantId, ids);
  await runKeys(step, tenantId, ids);
  await runRules(step, tenantId, openGitHub);

  const started: Parameters<typeof collectTenant>[1][] = [];
  const activations = {
    start: async (_: string, args: object) => void started.push(args as (typeof started)[0]),
  };
  const starter = (db: Db) => ({ db, activations, now: NOW });
  const order = { tenantId, reason: 'person', startedBy: email, repositories: 'all' } as const;
  await step('limit the rate of requests with a token', async (db) => {
    for (let activation = 1; activation <= 2; activation += 1) {
      const rateLimiter = createRunRateLimiter({ db, fingerprint: 'one token', timeLeft: () => 60_000 });
      await rateLimiter.enter();
      rateLimiter.leave({ headers: {} });
    }
    await createPersonRateLimiter({ db, fingerprint: 'one token', maxWait: 0 }).enter();
  });
  await step('start a run for what was added', (db) =>
    startAddedRun(starter(db), { tenantId, startedBy: email, repositoryIds: ids }),
  );
  const refused = new Failure('start_failed', 'Not started.');
  const refuse = { start: () => Promise.reject(refused) };
  await step('start a run that the platform refuses', (db) =>
    startRun({ ...starter(db), activations: refuse }, order).catch(() => {}),
  );
  await step('start a run', (db) => startRun(starter(db), order));
  await step('start all runs', (db) => startAllRuns(starter(db), null));
  const tomorrow = new Date(NOW.getTime() + 86_400_000);
  await step('close runs that were abandoned', (db) => closeAbandoned(db, NOW));
  await step('list tenants that no alarm finished', (db) =>
    listDueTenants(db, 'unfinished', { after: 0, now: tomorrow }),
  );
  await step('set a schedule', (db) =>
    setSchedule(db, tenantId, { repositoryIds: ids, schedule: 'daily' }, by),
  );
  for (const run of started.filter((one) => one.tenantId === tenantId))
    await step('collect', (db) => {
      const dbs = { db, dbOfAll: db };
      const collector = {
        ...dbs,
        activations,
        clock,
        timeLeft: () => 60_000,
        openGitHub: () => openGitHub(db),
      };
      return collectTenant(collector, run);
    });
  await step('start a run for what was collected, which the platform refuses', (db) =>
    startRun({ ...starter(db), activations: refuse }, order).catch(() => {}),
  );
  const { runId } = await step('start a run that fails', (db) => startRun(starter(db), order));
  await step('collect with a token that cannot be opened', (db) => {
    const openNone = () => Promise.reject(refused);
    const dbs = { db, dbOfAll: db };
    const collector = { ...dbs, activations, clock, timeLeft: () => 60_000, openGitHub: openNone };
    return collectTenant(collector, { tenantId, runId });
  });
  await runReading(step, { tenantId, repositoryIds: null }, repositoryId);
  await runImports(step, tenantId, repositoryId);
  await runAlerts(step, tenantId, repositoryId);
  await storeSilentDay();
  await step('judge a silent day', (db) => judgeSilence(db, NOW));
  await storeOldCopies({ tenantId, repositoryId });
  await step('correct stored days', (db) => {
    const now = new Date('2026-04-01T00:00:00.000Z');
    return correctTraffic(db, { after: repositoryId - 1, now, isTime: () => true });
  });
  const afterYears = new Date(NOW.getTime() + 500 * 86_400_000);
  await step('ask whether logs may be deleted', (db) => mayDelete(db, afterYears));
  await step('delete old runs', (db) => deleteOldRuns(db, { now: afterYears, isTime: () => true }));
  await runDashboards(step, { tenantId, repositoryIds: null });
  await runShares(step, { access: { tenantId, repositoryIds: null }, maker: manager, repositoryId });
  await step('the log of who did what', (db) => {
    const asked = { area: 'members', q: 'a', from: '2026-01-01', to: '2026-01-31' } as const;
    return listAudit(db, tenantId, { ...asked, cursor: toCursor([999]) }, 10);
  });
  await step('the log of who did what as CSV', (db) => toAuditCsv(db, null, {}));
  await step('log a later page of a download', (db) => {
    const request = {
      method: 'GET',
      url: 'https://x/?cursor=x',
      headers: new Headers(),
      text: async () => '',
    };
    return recordExport(db, by, { tenantId, name: 'traffic', request });
  });
  await step('delete an old log of who did what', (db) => deleteOldAudit(db, new Date('2020-01-01')));
  await step('remove a repository', (db) =>
    removeRepository(db, { tenantId, repositoryIds: null }, repositoryId, by),
  );
  await step('delete a tenant', (db) => deleteTenant(db, tenantId, 'U', by));
}

async function runImports(step: Step, tenantId: number, repositoryId: number): Promise<void> {
  const importing = { tenantId, by, author: 'Ada' };
  const date = '2019-12-31';
  const known = '2026-01-12';
  const days = {
    date: [date, known],
    viewCount: [3, 1_000_000],
    viewUniques: [1, null],
    cloneCount: [null, null],
    cloneUniques: [null, null],
    observedAt: [null, '2026-01-13T08:00:00.000Z'],
  };
  const lists = [{ date, rows: [{ name: 'news.example', title: null, count: 3, uniques: null }] }];
  const facts = [{ date, stars: 1, forks: null, subscribers: null, openIssues: null }];
  const coverage = [{ firstCoveredDate: date }];
  const repositories = [{ repositoryId, days, referrers: lists, paths: lists, facts, coverage }];
  const key = '7a1c9f0e-7a53-4b0e-9d5a-0e7a3c1b2d4f';
  const note = { key, from: date, to: date, text: 'Launch', link: null, author: 'Ada', createdAt: AT };
  const document = JSON.stringify({ name: 'Imported', tabs: [{ title: 'One', widgets: [] }] });
  const part = {
    repositories,
    groups: [{ name: 'Imported', rule: null, repositoryIds: [repositoryId] }],
    dashboards: [{ name: 'Imported', document, repositories: [], groups: [] }],
    annotations: [{ ...note, repositoryIds: [repositoryId] }],
  };
  await step('find the repositories of files', (db) =>
    matchRepositories(db, tenantId, [{ key: 'a', githubId: 1, owner: 'o', name: 'n', formerNames: ['o/m'] }]),
  );
  await step('preview an import', (db) => previewPart(db, tenantId, part, NOW));
  const { importId } = await step('begin an import', (db) =>
    createImport(db, importing, {
      key,
      files: [{ path: 'views.csv', size: 10, sha256: 'a'.repeat(64), tool: 'ghrs' }],
      repositories: [{ repositoryId, files: [0] }],
      partCount: 1,
    }),
  );
  await step('send a part', (db) => storePart(db, importing, { importId, number: 1, part }));
  await step('complete an import', (db) => completeImport(db, importing, importId, () => true));
  await step('imports', (db) => listImports(db, tenantId, { page: 1, size: 10 }));
  await step('take an import back', (db) => takeBackImport(db, importing, importId, () => true));
}

async function runRules(
  step: Step,
  tenantId: number,
  openGitHub: (db: Db) => Promise<{ github: GitHubClient }>,
): Promise<void> {
  const definition: RuleDefinition = {
    owner: DEMO_USERS.northwind,
    namePattern: '*',
    exceptions: ['a/b'],
    forks: 'excluded',
    archived: 'included',
    visibility: 'any',
  };
  const opened = async (db: Db) => ({ db, ...(await openGitHub(db)), tenantId, by });
  await step('preview a rule', async (db) => previewRule(await opened(db), { definition }));
  const { rule, added } = await step('create a rule', async (db) => createRule(await opened(db), definition));
  await step('change a rule', async (db) =>
    updateRule(await opened(db), rule.ruleId, { ...definition, visibility: 'private' }),
  );
  const access = { tenantId, repositoryIds: null };
  for (const repositoryId of added)
    await step('remove a repository that a rule matches', (db) =>
      removeRepository(db, access, repositoryId, by),
    );
  await step('rules', (db) => listTracking(db, tenantId));
  await step('let rules track a repository again', async (db) => {
    const { exclusions } = await listTracking(db, tenantId);
    for (const { githubId } of exclusions) await removeExclusion({ db, tenantId, by }, githubId);
  });
  await step('evaluate rules that fail', (db) =>
    evaluateRules({ db, tenantId, by }, new Failure('github_down', 'Down.')),
  );
  await step('delete a rule', (db) => deleteRule(db, tenantId, rule.ruleId, by));
}

/** What sending needs; mails are kept in `sent`. */
function toSending(db: Db, sent: Mail[] = []) {
  return {
    db,
    config: {
      allowPrivateAddresses: false,
      demoWebhookUrl: `${installation.url}/webhooks`,
      pagesUrl: installation.url,
      apiUrl: `${installation.url}/api`,
    },
    activation: { packageUrl: null },
    mailer: { send: async (mail: Mail) => void sent.push(mail), close: () => {} },
    secrets: openSecrets('A'.repeat(43)),
    clock: () => NOW,
  };
}

async function runChannels(step: Step, tenantId: number): Promise<void> {
  const sent: Mail[] = [];
  const services = (db: Db) => toSending(db, sent);
  const address = `${installation.url}/webhooks/slack/x`;
  const request = {
    kind: 'slack',
    name: 'C',
    contents: 'both',
    groupId: null,
    monthly: false,
    alerts: false,
    quietHours: null,
    address,
  } as const;
  const { channelId } = await step('add a channel', (db) =>
    createChannel(services(db), tenantId, request, by),
  );
  const key = { tenantId, channelId };
  const message = toTestMessage({ tenantId, name: 'T' }, null);
  await step('change a channel', (db) => updateChannel(services(db), tenantId, channelId, request, by));
  await step('send to a channel', (db) => sendMessage(services(db), key, message));
  await step('send to a channel in vain', async (db) => {
    const mend = installation.webhooks.fail({ kind: 'status', status: 410 });
    await sendMessage(services(db), key, message).catch(() => {});
    mend();
  });
  await step('channels', (db) => listChannels(db, tenantId));
  const pagesUrl = null;
  await step('watch over losses', (db) => watchProblems(db, NOW));
  await step('note problems', async (db) => {
    const row = {
      kind: 'token_refused',
      code: 'x',
      repositoryId: null,
      fullName: null,
      message: 'M',
    } as const;
    await watchProblems(db, NOW);
    await db
      .insertInto('problem')
      .values({ tenantId, ...row, sinceAt: AT, untilAt: null })
      .execute();
  });
  for (const [hours, status] of [500, 200].entries())
    await step('tell of problems', async (db) => {
      const mend = installation.webhooks.fail({ kind: 'status', status });
      const clock = () => new Date(NOW.getTime() + hours * 3_600_000);
      await sendNotices({ ...services(db), clock, pagesUrl, isTime: () => true });
      mend();
    });
  await step('problems of all tenants', (db) => listProblems(db, { limit: 10 }));
  for (const [hours, status] of [500, 200].entries())
    await step('send reports', async (db) => {
      const mend = installation.webhooks.fail({ kind: 'status', status });
      const clock = () => new Date(NOW.getTime() + (7 * 24 + hours) * 3_600_000);
      await sendReports({ ...services(db), clock, pagesUrl, isTime: () => true });
      mend();
    });
  const order = { tenantId, by: { issuer: 'i', subject: 's' }, key: 'k', channelId: null };
  await step('send a report on demand', async (db) => {
    const nothing = async () => undefined;
    const refuse = () => Promise.reject(new Failure('mail_timeout'));
    const refused = sendOnDemand(services(db), order, { send: refuse, onSent: nothing });
    await expect(refused).rejects.toThrow();
    for (let count = 0; count < 2; count += 1)
      await sendOnDemand(services(db), order, { send: nothing, onSent: nothing });
  });
  await step('end problems', async (db) => {
    await setTokenExpiry(tenantId, null);
    await watchProblems(db, NOW);
  });
  await step('tell that problems are over', (db) =>
    sendNotices({ ...services(db), pagesUrl, isTime: () => true }),
  );
  const afterYears = new Date(NOW.getTime() + 500 * 86_400_000);
  await step('delete old problems', (db) => deleteOldProblems(db, afterYears));
  await runMails(step, tenantId, services);
  await step('delete a channel', async (db) => {
    const other = await createChannel(services(db), tenantId, request, by);
    await deleteChannel(db, tenantId, other.channelId, by);
  });
}

async function runMails(step: Step, tenantId: number, services: (db: Db) => ChannelServices): Promise<void> {
  const stranger = { tenantId, email: 'stranger@example.org' };
  const own = { tenantId, email: by.email };
  const receiver = { kind: 'channel', id: 1 } as const;
  const mail = { subject: 'S', html: 'H', text: 'T', pictures: [] };
  await step('ask for confirmation', (db) => prepareMailAddress(services(db), stranger, by));
  await step('confirm an own address', (db) => prepareMailAddress(services(db), own, by));
  await step('what a link in a mail is for', (db) =>
    readMailLink(db, { use: 'unsubscribe', ...stranger, receiver, isOwn: false }),
  );
  await step('confirm an address', (db) => answerMail(db, stranger, 'confirm', NOW));
  await step('send a mail', (db) => sendMail(services(db), { ...stranger, receiver, isOwn: false }, mail));
  await step('end mails', (db) => answerMail(db, stranger, 'stop', NOW));
  await step('mail addresses', (db) => listMailAddresses(db, tenantId));
  await step('forget addresses without an answer', (db) => deleteUnansweredAddresses(db, NOW));
}

async function runAlerts(step: Step, tenantId: number, repositoryId: number): Promise<void> {
  await step('judge alerts', (db) => judgeAlerts(db, { now: NOW, isTime: () => true }));
  const { groupId } = await storeAlert(tenantId, repositoryId);
  await step('judge alerts again', (db) => {
    const now = new Date(NOW.getTime() + 60 * 86_400_000);
    return judgeAlerts(db, { now, isTime: () => true });
  });
  await step('judge a group', async (db) => {
    const span = { from: '2026-01-01', through: '2026-02-28' };
    const seen = { seenFrom: span.from, seenThrough: span.through };
    const members = [repositoryId, repositoryId + 1000];
    const group = { groupId, memberIds: members, currentIds: members, ...span, ...seen };
    await findNewGroupReferrers(db, tenantId, [group]);
    await findMilestones(db, tenantId, { judged: [], groups: [group] });
    const days = { from: span.from, to: span.through };
    await readJudgedDays(db, tenantId, members, days);
    await sumDays(db, tenantId, [repositoryId], days);
    await listMostViewed(db, tenantId, { repositoryIds: members, date: '2026-01-13', limit: 5 });
  });
  await step('tell of alerts', (db) => sendAlerts({ ...toSending(db), pagesUrl: null, isTime: () => true }));
  for (const repositoryIds of [null, [repositoryId]]) {
    await step('alerts of days', (db) =>
      listAlertsOf(db, { tenantId, repositoryIds }, { from: '2026-01-01', to: '2026-01-14', limit: 5 }),
    );
    await step('alerts', (db) =>
      listAlerts(
        db,
        { tenantId, repositoryIds },
        { state: 'open', kind: 'spike', repositoryId, groupId, page: 1, size: 5 },
        NOW,
      ),
    );
  }
  await step('snooze alerts', async (db) => {
    const until = '2026-01-20';
    const scope = { kind: 'spike', repositoryId, groupId: null } as const;
    await saveSnooze(db, { tenantId, by, author: 'Ada' }, { ...scope, until });
    const { snoozeId } = await saveSnooze(db, { tenantId, by, author: 'Ada' }, { ...scope, until });
    await deleteSnooze(db, { tenantId, by }, snoozeId);
  });
  await step('choose kinds of alerts', (db) => saveAlertKinds(db, { tenantId, by }, ['spike']));
  await step('delete old alerts', (db) => deleteOldAlerts(db, NOW));
}

/** An open spike of a repository and of a group, as if its days had been high. */
async function storeAlert(tenantId: number, repositoryId: number): Promise<{ groupId: number }> {
  const { db } = openDatabase(installation.database.url);
  const group = { tenantId, name: 'Alerted', createdAt: AT, createdBy: email };
  const { groupId } = await db
    .insertInto('repositoryGroup')
    .values(group)
    .returning('groupId')
    .executeTakeFirstOrThrow();
  const { alertId } = await db
    .insertInto('alert')
    .values({ tenantId, kind: 'spike', alertDate: '2026-01-13', createdAt: AT })
    .returning('alertId')
    .executeTakeFirstOrThrow();
  const change = { tenantId, alertId, metric: 'views', amount: 900, expected: 100 } as const;
  const dates = { changeDate: '2026-01-13', noticedDate: '2026-01-13' };
  await db
    .insertInto('alertChange')
    .values([
      { ...change, ...dates, changeId: 1, repositoryId },
      { ...change, ...dates, changeId: 2, groupId },
    ])
    .execute();
  await db.destroy();
  return { groupId };
}

/** Not done by the product: nothing can expire a token at once. */
async function setTokenExpiry(tenantId: number, tokenExpiresAt: string | null): Promise<void> {
  const { db } = openDatabase(installation.database.url);
  await db.updateTable('tenant').set({ tokenExpiresAt }).where('tenantId', '=', tenantId).execute();
  await db.destroy();
}

/** Zeros on the newest days of all repositories, after days with traffic. */
async function storeSilentDay(): Promise<void> {
  const { db } = openDatabase(installation.database.url);
  const newest = { viewCount: 0, cloneCount: 0, state: 'zero' } as const;
  await db.updateTable('trafficDay').set({ viewCount: 1, state: 'measured' }).execute();
  await db.updateTable('trafficDay').set(newest).where('trafficDate', '>=', '2026-01-12').execute();
  await db.destroy();
}

/** As an older version left it: not by the product of today. */
async function storeOldCopies(key: { tenantId: number; repositoryId: number }): Promise<void> {
  const { db } = openDatabase(installation.database.url);
  await setUpgradedAt(db, '2026-03-20T00:00:00.000Z');
  for (const table of ['trafficDay', 'trafficWindow'] as const)
    await db.deleteFrom(table).where('repositoryId', '=', key.repositoryId).execute();
  const stored = storeReads(busy, WINTER);
  await insertStored(db, key, { ...stored, windows: stored.windows.slice(2) });
  await db.destroy();
}

async function runMembers(step: Step, tenantId: number, repositoryIds: number[]): Promise<void> {
  const viewer = { ...principal, subject: 'v', email: 'viewer@example.com' };
  const rule = { owner: '*', namePattern: 'b*', topic: null, visibility: 'any' } as const;
  const group = { name: 'G', rule, repositoryIds };
  const access = { tenantId, repositoryIds: null };
  const { groupId } = await step('create a group', (db) => createGroup(db, tenantId, group, by));
  await step('change a group', (db) => updateGroup(db, { tenantId, groupId }, { ...group, name: 'H' }, by));
  await step('narrow to a group', (db) => inGroup(db, access, groupId));
  await step('an export', async (db) => {
    await planExport(db, access, NOW);
    await readExportPart(db, access, { table: 'paths', cursor: toCursor([1, '2026-01-01']) });
    await readExportPart(db, { ...access, repositoryIds: [1] }, { table: 'traffic-revisions' });
  });
  await step('groups', (db) => listGroups(db, access));
  const allowance = { repositoryIds, groupIds: [groupId] };
  const member = { email: viewer.email, role: 'repository viewer', ...allowance } as const;
  await step('put a member', (db) => putMember(db, tenantId, member, by, principal.issuer));
  await step('claim roles', claimAs(viewer));
  await step('access to a tenant', (db) => requireTenantAccess(db, viewer, tenantId, 'seeTraffic'));
  await step('members', (db) => listMembers(db, tenantId, principal.issuer));
  await step('remove a member', (db) => removeMember(db, tenantId, viewer.email, by));
  await step('delete a group', (db) => deleteGroup(db, { tenantId, groupId }, by));
}

async function runKeys(step: Step, tenantId: number, repositoryIds: number[]): Promise<void> {
  const secret = toKey(Buffer.alloc(KEY_BYTES));
  const made = { name: 'K', scope: 'read', reach: 'repositories', groupId: null, days: 30 } as const;
  const request = { ...made, repositoryIds, secretHash: hashKey(secret), hint: 'aaaa' };
  const { key } = await step('make a key', (db) => createKey(db, tenantId, request, by));
  await step('keys', (db) => listKeys(db, tenantId, NOW));
  const counting = { now: NOW, callsPerMinute: 60 };
  const used = await step('use a key', (db) => useKey(() => db, secret, counting));
  await step('repositories of a key', (db) => listKeyRepositories(db, used));
  await step('what a key is', (db) => describeKey(db, used));
  await step('revoke a key', (db) => revokeKey(db, tenantId, key.keyId, by));
  await step('a key that is refused', (db) => useKey(() => db, secret, counting).catch(() => {}));
  const asked = {
    method: 'GET',
    url: `https://x/?key=${secret}`,
    headers: new Headers(),
    text: async () => '',
  };
  await step('a key in an address', (db) => refuseKeyInAddress(() => db, asked, NOW).catch(() => {}));
  await step('delete old keys', (db) => deleteOldKeys(db, NOW));
}

async function runDashboards(step: Step, access: TenantAccess): Promise<void> {
  const document = { name: 'One', tabs: [{ title: 'First', widgets: [] }] };
  const written = { document, text: JSON.stringify(document) };
  const hasRight = async () => true;
  const reader = (db: Db) => ({ db, access, hasRight, by });
  const id = await step('create a dashboard', (db) => createDashboard(reader(db), written));
  await step('change a dashboard', (db) => changeDashboard(reader(db), id, { version: 1, ...written }));
  await step('dashboards', (db) => listDashboards(reader(db)));
  await step('dashboard', (db) => getDashboard(reader(db), id));
  await step('delete a dashboard', (db) => deleteDashboard(reader(db), id));
}

interface Sharing {
  access: TenantAccess;
  maker: typeof principal;
  repositoryId: number;
}

async function runShares(step: Step, { access, maker, repositoryId }: Sharing): Promise<void> {
  const { tenantId } = access;
  const stored = new Set<string>();
  const files: Files = {
    put: async ({ name }) => void stored.add(name),
    remove: async (name) => void stored.delete(name),
    list: async (prefix) => [...stored].filter((name) => name.startsWith(prefix)),
    addressOf: (name) => `https://x/${name}`,
  };
  const publishing = (db: Db) => ({ db, files, secrets: openSecrets('A'.repeat(43)), now: NOW });
  const contents: ShareContents = {
    title: '',
    shown: SHOWN.filter((word) => word !== 'paths'),
    range: '30',
    names: true,
    until: null,
    frameOrigins: [],
    badges: [],
  };
  const document = { name: 'Shared', tabs: [{ title: 'First', widgets: [] }] };
  const written = { document, text: JSON.stringify(document) };
  const hasRight = async () => true;
  const { db: unrecorded } = openDatabase(installation.database.url);
  await inTransaction(unrecorded, (trx) => savePrincipal(trx, maker, NOW));
  const group = { name: 'Shared', rule: null, repositoryIds: [repositoryId] };
  const { groupId } = await createGroup(unrecorded, tenantId, group, by);
  const dashboardId = await createDashboard({ db: unrecorded, access, hasRight, by }, written);
  await unrecorded.destroy();
  const subjects: ShareOf[] = [
    { subject: 'portfolio' },
    { subject: 'repository', repositoryId },
    { subject: 'group', groupId },
    { subject: 'dashboard', dashboardId: String(dashboardId) },
  ];
  for (const of of subjects)
    await step(`preview a share: ${of.subject}`, (db) =>
      previewShare(publishing(db), { access, maker }, { ...contents, ...of }),
    );
  const badge = { metric: 'views', days: 30, label: 'views', color: '#0f62fe', style: 'flat' } as const;
  const pictures = { ...contents, subject: 'repository' as const, repositoryId, badges: [badge] };
  await step('preview badges', (db) => previewPictures(publishing(db), { access, maker }, pictures));
  const key = '2f6a1c9f-7a53-4b0e-9d5a-0e7a3c1b2d4f';
  const { shareId } = await step('share', (db) =>
    createShare(publishing(db), { tenantId, maker, by }, { ...pictures, key, kind: 'page' }),
  );
  await step('shares', (db) => listShares(publishing(db), tenantId));
  await step('change a share', (db) =>
    updateShare(publishing(db), { tenantId, shareId, by }, { ...contents, names: false }),
  );
  await step('write a share again', (db) => publishAgain(publishing(db), { tenantId, shareId }));
  const activations = { start: async () => {} };
  await step('start the publication of a tenant', (db) => startPublication({ db, activations }, tenantId));
  await step('publish all shares', (db) => publishShares(publishing(db), { isTime: () => true }));
  await step('revoke a share', (db) => revokeShare(publishing(db), { tenantId, shareId, by }));
}

async function runReading(step: Step, access: TenantAccess, repositoryId: number): Promise<void> {
  const { tenantId } = access;
  const one = { tenantId, repositoryIds: [repositoryId] };
  await step('repositories', (db) => listRepositoryRows(db, one));
  await step('metrics', (db) => readMetrics(db, one, 1, NOW));
  await step('what is stored for a repository', (db) => readStored(db, tenantId, repositoryId));
  const saving = { tenantId, by };
  const note = { date: '2026-01-12', text: 'Launch', link: null };
  const keys = ['6e1c9f0e-7a53-4b0e-9d5a-0e7a3c1b2d4f', '0b9f3f0a-4c55-4a8f-8a3e-2f6f1d7c9e10'];
  for (const [place, key] of keys.entries())
    await step('annotations', (db) =>
      saveAnnotation(
        db,
        { ...saving, author: 'Ada' },
        { ...note, key, ...(place === 0 && { repositoryIds: [repositoryId] }) },
      ),
    );
  await step('annotations', async (db) => {
    const { annotations } = await listAnnotations(db, one, { q: 'a', page: 1, size: 10 });
    const [first, second] = annotations.map(({ annotationId }) => annotationId);
    await updateAnnotation(db, saving, first ?? 0, { text: 'Relaunch' });
    await deleteAnnotation(db, saving, second ?? 0);
  });
  await step('before and after', (db) =>
    readBeforeAfter(db, one, { date: '2026-01-05', to: '2026-01-05', days: 7 }, NOW),
  );
  for (const by of ['day', 'week', 'month'] as const) {
    const request = { range: '90', by, ...PAGE } as const;
    await step('overview', (db) => readOverview(db, access, { ...request, q: 'a', sort: 'viewCount' }, NOW));
    await step('overview as CSV', (db) => toOverviewCsv(db, one, { ...request, sort: 'name' }, NOW));
    await step('table', (db) => readTable(db, access, { ...request, q: 'a' }, NOW));
    await step('size of a page', (db) => readPageSize(db, access, 70, 10_000));
    await step('sums of a table', (db) => readTrafficSums(db, one, request, NOW));
    await step('steps of a table', (db) => readSteps(db, one, { ...request, by: undefined, top: 2 }, NOW));
    await step('weeks of a table', (db) =>
      readSteps(db, access, { ...request, by: undefined, top: 2, least: 'week' }, NOW),
    );
    await step('sums of a table by repository', (db) => readRepositorySums(db, access, request, NOW));
    await step('table of all days', (db) =>
      readTable(db, one, { ...request, range: 'all', cursor: CURSOR }, NOW),
    );
    await step('repository', (db) => readRepositoryTraffic(db, access, repositoryId, request, NOW));
    await step('repository as CSV', async (db) => {
      const [row] = await listRepositoryRows(db, one);
      if (row) await readFigures(db, row, request, NOW);
    });
  }
  await step('widgets of a dashboard', (db) => {
    const same = { repositories: 'dashboard', range: 'dashboard' } as const;
    const comparison = { kind: 'comparison', metric: 'viewCount', count: 2, ...same } as const;
    const referrers = { kind: 'referrers', count: 2, ...same } as const;
    const calendar = { kind: 'calendar', metric: 'cloneCount', ...same } as const;
    return readWidgets(db, access, { range: '90', widgets: [comparison, referrers, calendar] }, NOW);
  });
  const date = addDays(toDay(NOW), -1);
  await step('day of a repository', (db) => readRepositoryDay(db, access, { repositoryId, date }, NOW));
  await step('day of a tenant', (db) => readTenantDay(db, one, { date, metric: 'viewCount' }, NOW));
  await step('why a day is lost', (db) =>
    listLossReasons(db, tenantId, { repositoryIds: [repositoryId], date, now: NOW }),
  );
  await step('lists as CSV', (db) =>
    listSnapshots(db, { tenantId, repositoryId }, { of: 'paths', from: date, to: date }),
  );
  const { runs } = await step('runs', (db) => listRuns(db, tenantId, { limit: 10 }));
  await step('runs of all tenants', (db) => listRuns(db, null, { limit: 10, cursor: '999' }));
  await step('run', (db) => readRun(db, tenantId, runs[0]?.runId ?? 0, { page: 1, size: 10 }));
}

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: AT });
  const { serverId } = await installation.initialize();
  await runThrough(installation.database.url, serverId);
});

afterAll(() => installation.close());

test('Db2 gets exactly the reviewed statements', async () => {
  const sections = [...recorded].map(([name, all]) => `-- ${name}\n${all.sort().join(';\n')};\n`);
  await expect(sections.join('\n')).toMatchFileSnapshot('golden/db2.sql');
});

const FOREIGN = [
  /\blimit\b/i,
  /::/,
  /\bilike\b/i,
  /\bon conflict\b/i,
  /\breturning\b/i,
  /\bfilter\s*\(/i,
  /\b(true|false)\b/i,
  /\bdistinct on\b/i,
  /\blateral\b/i,
  /\bany\s*\(/i,
  /\$\d/,
  /\bwith recursive\b/i,
  /\bif not exists\b/i,
  /\bnow\(\)/i,
  /\binterval\b/i,
  /\bjsonb?_/i,
  /\bfor update\b/i,
  /\btimestamptz\b/i,
  /\bstring_agg\b/i,
  /\bgenerate_series\b/i,
  /\bextract\(/i,
  /\bcast\([^)]* as text\)/i,
  /\bin \(\)/,
];

test('no statement uses syntax that Db2 lacks', () => {
  expect(recorded.size).toBeGreaterThan(40);
  for (const statement of [...recorded.values()].flat()) {
    for (const construct of FOREIGN) expect(statement).not.toMatch(construct);
    // A parameter marker has no type unless its context gives it one.
    const untyped = statement.replace(/cast\(\? as \w+(\([^)]*\))?\)/g, 'TYPED');
    expect(untyped).not.toMatch(/using \(values [^"]*\?/);
    expect(untyped).not.toMatch(/\), \(\?/);
    expect(untyped).not.toMatch(/(select|then|else) \?|\? (is|=|<|>|as|\+|-)/);
  }
});

test('an empty database runs the Db2 scripts statement by statement', async () => {
  const { db, sent } = openStandIn();
  await inTransaction(db, (trx) => migrate(trx, 'db2', AT));
  const texts = sent.map(({ text }) => text);
  expect([texts[0], texts.at(-1)]).toEqual(['BEGIN', 'COMMIT']);
  const created = texts.filter((text) => text.startsWith('create table'));
  expect(created.length).toBeGreaterThan(19);
  expect(created.every((text) => text.endsWith('organize by row'))).toBe(true);
  expect(texts.at(-2)).toBe('insert into "SCHEMA_VERSION" ("VERSION", "APPLIED_AT") values (?, ?)');
  expect(sent.at(-2)?.parameters).toEqual([SCHEMA_VERSION, STORED_AT]);
});

const days: Merge<'trafficDay'> = {
  into: 'trafficDay',
  key: ['tenantId', 'repositoryId', 'trafficDate'],
  update: { viewCount: larger('viewCount') },
};

test('a concurrent insert makes the whole transaction retry', async () => {
  const { db, sent } = openStandIn();
  let tries = 0;
  await inTransaction(db, async (trx) => {
    const row = { tenantId: 1, repositoryId: 2, trafficDate: '2026-01-14', viewCount: null } as const;
    await mergeRows(trx, days, [{ ...row, state: 'measured', observedAt: AT }]);
    tries += 1;
    // As ibm_db reports it.
    if (tries === 1) throw Object.assign(new Error('SQL0803N … SQLSTATE=23505'), { sqlcode: -803 });
  });
  const outline = sent.map(({ text }) => text.split(' ')[0]);
  expect(outline).toEqual(['BEGIN', 'merge', 'ROLLBACK', 'BEGIN', 'merge', 'COMMIT']);
  expect(sent[1]?.parameters).toEqual([1, 2, '2026-01-14', null, 'measured', STORED_AT]);
});

test('rows from Db2 have the types of rows from PostgreSQL', async () => {
  const row = { GITHUB_ID: 5_000_000_000n, ADDED_AT: STORED_AT, FIRST_COVERED_DATE: '2026-01-01' };
  const { db } = openStandIn([{ ...row, NAME: '123', FAILURE_AT: null }]);
  expect(await db.selectFrom('repository').selectAll().execute()).toEqual([
    { githubId: 5_000_000_000, addedAt: AT, firstCoveredDate: '2026-01-01', name: '123', failureAt: null },
  ]);
});

test('without a Db2 driver, the error says what is missing', async () => {
  const { db, dialect } = openDatabase('db2://u:p@127.0.0.1/D');
  expect(dialect).toBe('db2');
  const failure = { code: 'misconfigured', message: expect.stringMatching(/ibm_db/) };
  await expect(requireInitialized(db)).rejects.toMatchObject(failure);
});
