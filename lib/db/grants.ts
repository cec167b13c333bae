import type { Tables } from './tables.ts';

/** What a role may do with the rows of a table. */
export type Privilege = 'select' | 'insert' | 'update' | 'delete';

/** The roles besides the owner of the tables: `web` acts for people, `collector` for the alarms. */
export type ActingRole = 'web' | 'collector';

/** `owner` owns the tables and upgrades them. All three may be the same user of the database. */
export type DatabaseRole = ActingRole | 'owner';

const NOTHING: Privilege[] = [];
const READ: Privilege[] = ['select'];
/** Rows are added and never changed. */
const APPEND: Privilege[] = ['select', 'insert'];
const KEEP: Privilege[] = ['select', 'insert', 'update'];
const CHANGE: Privilege[] = ['select', 'update'];
const CLEAR: Privilege[] = ['select', 'delete'];
const ALL: Privilege[] = ['select', 'insert', 'update', 'delete'];

/**
 * What each role needs, table by table. What a deleted row takes with it (`on delete cascade`) needs nothing. A new table
 * fails to compile until it is here.
 */
export const GRANTS: Record<keyof Tables, Record<ActingRole, Privilege[]>> = {
  schemaVersion: { web: READ, collector: READ },
  // Pages lock its row, which takes the privilege to update it.
  installation: { web: CHANGE, collector: READ },
  identityProvider: { web: KEEP, collector: NOTHING },
  principal: { web: KEEP, collector: READ },
  revokedToken: { web: ALL, collector: NOTHING },
  systemRole: { web: ALL, collector: READ },
  githubServer: { web: ALL, collector: READ },
  publication: { web: READ, collector: KEEP },
  silentDay: { web: READ, collector: KEEP },
  githubAnswer: { web: READ, collector: ALL },
  tokenUse: { web: ALL, collector: ALL },
  githubApp: { web: ALL, collector: READ },
  tenantInstallation: { web: ALL, collector: CHANGE },
  tenant: { web: ALL, collector: CHANGE },
  member: { web: ALL, collector: READ },
  memberRepository: { web: ALL, collector: READ },
  repositoryGroup: { web: ALL, collector: READ },
  groupRepository: { web: ALL, collector: READ },
  memberGroup: { web: ALL, collector: READ },
  apiKey: { web: ALL, collector: CLEAR },
  apiKeyRepository: { web: ALL, collector: NOTHING },
  dashboard: { web: ALL, collector: NOTHING },
  repository: { web: ALL, collector: KEEP },
  trackingRule: { web: ALL, collector: CHANGE },
  trackingExclusion: { web: ALL, collector: READ },
  provisionedTenant: { web: READ, collector: NOTHING },
  repositoryFact: { web: ALL, collector: ALL },
  repositoryEvent: { web: ALL, collector: ALL },
  repositoryExtra: { web: READ, collector: ALL },
  starDay: { web: ALL, collector: ALL },
  publishedRelease: { web: ALL, collector: ALL },
  releaseAsset: { web: ALL, collector: ALL },
  releaseDownload: { web: ALL, collector: ALL },
  workflowDay: { web: ALL, collector: ALL },
  trafficDay: { web: ALL, collector: ALL },
  trafficRevision: { web: ALL, collector: ALL },
  trafficWeek: { web: ALL, collector: ALL },
  trafficWindow: { web: ALL, collector: ALL },
  referrerSnapshot: { web: ALL, collector: ALL },
  firstReferrer: { web: ALL, collector: ALL },
  pathSnapshot: { web: ALL, collector: ALL },
  annotation: { web: ALL, collector: READ },
  annotationRepository: { web: ALL, collector: READ },
  import: { web: ALL, collector: READ },
  importFile: { web: ALL, collector: READ },
  importRepository: { web: ALL, collector: READ },
  importPart: { web: ALL, collector: NOTHING },
  importedDay: { web: ALL, collector: READ },
  importedItem: { web: ALL, collector: READ },
  importedAnnotation: { web: ALL, collector: READ },
  importedSetting: { web: ALL, collector: NOTHING },
  collectedDay: { web: ALL, collector: ALL },
  collectionRun: { web: ALL, collector: ALL },
  runRepository: { web: ALL, collector: ALL },
  runDifference: { web: READ, collector: ALL },
  channel: { web: ALL, collector: CHANGE },
  mailAddress: { web: ALL, collector: CLEAR },
  problem: { web: READ, collector: ALL },
  problemNotice: { web: READ, collector: ALL },
  subscription: { web: ALL, collector: CHANGE },
  delivery: { web: ALL, collector: ALL },
  auditEvent: { web: APPEND, collector: CLEAR },
  share: { web: ALL, collector: READ },
  // Snoozes quiet open alerts.
  alert: { web: CHANGE, collector: ALL },
  alertChange: { web: READ, collector: ALL },
  alertReason: { web: READ, collector: ALL },
  alertSnooze: { web: ALL, collector: CLEAR },
  alertSetting: { web: ALL, collector: READ },
  alertJudgement: { web: READ, collector: KEEP },
};
