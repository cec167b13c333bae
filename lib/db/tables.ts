import type { Generated } from 'kysely';
import type { Day } from '../day.ts';
import type { AnswerKind } from '../github/memory.ts';

/** An instant as ISO 8601 in UTC with milliseconds, such as '2026-01-14T06:00:00.000Z', read and written alike. */
export type Instant = string;

/** `github`: github.com; `enterprise`: any other GitHub server; `demo`: the simulator. */
export type ServerKind = 'github' | 'enterprise' | 'demo';
/**
 * A role in all tenants, whose rights `access.ts` has: an `administrator` may do everything; a `maintainer` sees everything
 * and looks after repositories, runs and dashboards.
 */
export type SystemRole = 'administrator' | 'maintainer';
/**
 * A role in one tenant, whose rights `access.ts` has: a `repository viewer` sees the repositories that `memberRepository`
 * names, a `viewer` all of them, and a `manager` changes what is the tenant's.
 */
export type Role = 'manager' | 'viewer' | 'repository viewer';
/** Who sees a repository at its server. GitHub's `private` is true of internal ones too, which are stored as `private`. */
export type Visibility = 'public' | 'private' | 'internal';
/** How often the alarm collects a repository; a paused one is collected only when a person names it. */
export type Schedule = 'daily' | 'weekly' | 'paused';
/** What is read of a repository besides its traffic; each kind succeeds and fails by itself. */
export type ExtraKind = 'stars' | 'releases' | 'workflow runs';
/** Why a run began; `person`: somebody asked for it; `verify`: somebody wants what is stored compared with GitHub. */
export type RunReason = 'alarm' | 'person' | 'added' | 'verify';
/** The form that messages take: Slack's, that of Microsoft Teams, or for a `webhook` plain JSON for any program. */
export type ChannelKind = 'webhook' | 'slack' | 'teams';
/**
 * What needs a person. Of a repository: its collections fail, or GitHub is about to forget days of it. Of a tenant: its
 * token ends within 14 days or has ended, the token cannot be used, or nothing was collected for too long.
 */
export type ProblemKind =
  | 'repository_failing'
  | 'loss_near'
  | 'token_expires'
  | 'token_refused'
  | 'not_running';
/** What is sent to a channel. */
export type ChannelContents = 'problems' | 'reports' | 'both';
/** `partial`: something was collected, and something failed; `failed`: nothing was collected. */
export type RunState = 'running' | 'succeeded' | 'partial' | 'failed';

interface SchemaVersion {
  version: number;
  appliedAt: Instant;
}

interface Installation {
  installationId: number;
  displayName: string;
  initializedAt: Instant;
}

interface GithubServer {
  serverId: Generated<number>;
  name: string;
  kind: ServerKind;
  apiUrl: string;
  webUrl: string;
  createdAt: Instant;
}

interface Tenant {
  tenantId: Generated<number>;
  name: string;
  serverId: number;
  githubUser: string;
  tokenSealed: string;
  tokenExpiresAt: Instant | null;
  tokenCheckedAt: Instant | null;
  leasedRunId: number | null;
  leasedUntil: Instant | null;
  createdAt: Instant;
  createdBy: string;
}

interface IdentityProvider {
  issuer: string;
  tokenIssuer: string;
  userinfoUrl: string;
  keySet: string;
  readAt: Instant;
}

interface Principal {
  issuer: string;
  subject: string;
  email: string;
  displayName: string;
  verifiedAt: Instant;
}

interface SystemRoleRow {
  email: string;
  role: SystemRole;
  grantedAt: Instant;
}

interface Member {
  tenantId: number;
  email: string;
  role: Role;
  addedAt: Instant;
}

interface Repository {
  tenantId: number;
  repositoryId: Generated<number>;
  githubId: number;
  owner: string;
  name: string;
  visibility: Visibility;
  archivedAt: Instant | null;
  schedule: Schedule;
  addedAt: Instant;
  addedBy: string;
  firstCoveredDate: Day | null;
  lastCoveredDate: Day | null;
  lastSuccessAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
  failureAt: Instant | null;
  refusedAt: Instant | null;
}

interface MemberRepository {
  tenantId: number;
  email: string;
  repositoryId: number;
}

/** Null is unknown, never zero. */
interface Figures {
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
}

interface TrafficDay extends Figures {
  tenantId: number;
  repositoryId: number;
  trafficDate: Day;
  state: 'measured' | 'zero' | 'provisional' | 'imported';
  observedAt: Instant;
}

interface TrafficRevision {
  tenantId: number;
  repositoryId: number;
  trafficDate: Day;
  metric: string;
  kept: number;
  observed: number;
  observedAt: Instant;
}

interface TrafficWeek extends Figures {
  tenantId: number;
  repositoryId: number;
  weekStart: Day;
  observedAt: Instant;
}

interface TrafficWindow {
  tenantId: number;
  repositoryId: number;
  observedDate: Day;
  viewCount: number;
  viewUniques: number;
  cloneCount: number;
  cloneUniques: number;
}

interface ReferrerSnapshot {
  tenantId: number;
  repositoryId: number;
  snapshotDate: Day;
  listRank: number;
  referrer: string;
  viewCount: number;
  viewUniques: number;
}

interface PathSnapshot {
  tenantId: number;
  repositoryId: number;
  snapshotDate: Day;
  listRank: number;
  path: string;
  title: string;
  viewCount: number;
  viewUniques: number;
}

interface RepositoryFact {
  tenantId: number;
  repositoryId: number;
  factDate: Day;
  stars: number;
  forks: number;
  subscribers: number;
  openIssues: number;
}

interface RepositoryExtra {
  tenantId: number;
  repositoryId: number;
  kind: ExtraKind;
  triedAt: Instant;
  readAt: Instant | null;
  nextPage: number | null;
  seenCount: number | null;
  failureCode: string | null;
  failureMessage: string | null;
}

interface StarDay {
  tenantId: number;
  repositoryId: number;
  starDate: Day;
  gained: number;
}

interface ReleaseAsset {
  tenantId: number;
  repositoryId: number;
  assetId: number;
  releaseId: number;
  tag: string;
  releaseName: string;
  assetName: string;
  sizeBytes: number;
  createdAt: Instant;
  publishedAt: Instant;
  downloadCount: number;
  removedDate: Day | null;
}

interface ReleaseDownload {
  tenantId: number;
  repositoryId: number;
  assetId: number;
  downloadDate: Day;
  sinceDate: Day | null;
  gained: number | null;
  downloadCount: number;
}

interface WorkflowDay {
  tenantId: number;
  repositoryId: number;
  runDate: Day;
  runCount: number;
}

interface RepositoryEvent {
  tenantId: number;
  repositoryId: number;
  kind: 'renamed' | 'transferred' | 'archived' | 'unarchived';
  occurredAt: Instant;
  nameBefore: string | null;
  nameAfter: string | null;
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

interface CollectionRun {
  tenantId: number;
  runId: Generated<number>;
  reason: RunReason;
  startedBy: string | null;
  state: RunState;
  startedAt: Instant;
  finishedAt: Instant | null;
  repositoryCount: number;
  failureCode: string | null;
  failureMessage: string | null;
}

interface RunRepository {
  tenantId: number;
  runId: number;
  repositoryId: number;
  fullName: string;
  state: 'waiting' | 'succeeded' | 'failed';
  code: string | null;
  message: string | null;
  daysUntilLoss: number | null;
  requestCount: number;
  unchangedCount: Generated<number>;
  finishedAt: Instant | null;
}

interface Dashboard {
  tenantId: number;
  dashboardId: Generated<number>;
  name: string;
  version: number;
  /** JSON. */
  document: string;
  changedAt: Instant;
  changedBy: string;
}

interface Channel {
  tenantId: number;
  channelId: Generated<number>;
  kind: ChannelKind;
  name: string;
  contents: ChannelContents;
  addressSealed: string;
  addressHint: string;
  createdAt: Instant;
  createdBy: string;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
  failureAt: Instant | null;
}

interface RunDifference {
  tenantId: number;
  runId: number;
  repositoryId: number;
  trafficDate: Day;
  metric: string;
  stored: number;
  observed: number;
}

interface Problem {
  tenantId: number;
  problemId: Generated<number>;
  kind: ProblemKind;
  code: string;
  repositoryId: number | null;
  fullName: string | null;
  message: string;
  sinceAt: Instant;
  untilAt: Instant | null;
}

interface ProblemNotice {
  tenantId: number;
  problemId: number;
  channelId: number;
  phase: 'began' | 'over';
  attempts: number;
  /** Null: it was sent. */
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
}

interface ReportSending {
  tenantId: number;
  channelId: number;
  weekStart: Day;
  attempts: number;
  /** Null: it was sent. */
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
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

/** The tables of sql/, in camelCase. Days are 'YYYY-MM-DD', instants ISO strings, every number a number. */
export interface Tables {
  schemaVersion: SchemaVersion;
  installation: Installation;
  githubServer: GithubServer;
  tenant: Tenant;
  identityProvider: IdentityProvider;
  principal: Principal;
  systemRole: SystemRoleRow;
  member: Member;
  repository: Repository;
  memberRepository: MemberRepository;
  trafficDay: TrafficDay;
  trafficRevision: TrafficRevision;
  trafficWeek: TrafficWeek;
  trafficWindow: TrafficWindow;
  referrerSnapshot: ReferrerSnapshot;
  pathSnapshot: PathSnapshot;
  repositoryFact: RepositoryFact;
  repositoryEvent: RepositoryEvent;
  githubAnswer: GithubAnswer;
  repositoryExtra: RepositoryExtra;
  starDay: StarDay;
  tokenUse: TokenUse;
  releaseAsset: ReleaseAsset;
  releaseDownload: ReleaseDownload;
  workflowDay: WorkflowDay;
  collectionRun: CollectionRun;
  runRepository: RunRepository;
  runDifference: RunDifference;
  githubApp: GithubApp;
  tenantInstallation: TenantInstallation;
  dashboard: Dashboard;
  channel: Channel;
  problem: Problem;
  problemNotice: ProblemNotice;
  reportSending: ReportSending;
}
