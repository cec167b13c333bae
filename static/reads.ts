import type { Alert, AlertList } from '../lib/answers/alerts.ts';
import type { AnnotationList } from '../lib/answers/annotations.ts';
import type { AuditLog } from '../lib/answers/audit.ts';
import type { ChannelList } from '../lib/answers/channels.ts';
import type { Dashboard, DashboardList } from '../lib/answers/dashboards.ts';
import type { RepositoryDay, TenantDay } from '../lib/answers/day.ts';
import type { ExportPart, ExportPlan } from '../lib/answers/exports.ts';
import type { Group, GroupList } from '../lib/answers/groups.ts';
import type { ImportDetail, ImportList } from '../lib/answers/imports.ts';
import type { InitState } from '../lib/answers/init.ts';
import type { KeyList } from '../lib/answers/keys.ts';
import type { MailLink } from '../lib/answers/mail.ts';
import type { Me, OwnTenantList } from '../lib/answers/me.ts';
import type { MemberList, SystemMemberList } from '../lib/answers/members.ts';
import type { Report } from '../lib/answers/reports.ts';
import type { Discovered, RepositoryDetail, RepositoryList } from '../lib/answers/repositories.ts';
import type { RuleList } from '../lib/answers/rules.ts';
import type { ProblemLog, RunDetail, RunList } from '../lib/answers/runs.ts';
import type { InstallationList, ServerList } from '../lib/answers/servers.ts';
import type { ShareList } from '../lib/answers/shares.ts';
import type {
  BeforeAfter,
  Overview,
  RepositoryStats,
  TrafficColumns,
  TrafficSeries,
} from '../lib/answers/stats.ts';
import type { SubscriptionList } from '../lib/answers/subscriptions.ts';
import type { TenantList } from '../lib/answers/tenants.ts';
import type { Read } from './api.ts';

type Query = Record<string, string | null | undefined>;

function read<Answer>(path: string, query: Query = {}): Read<Answer> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const text = new URLSearchParams(given).toString();
  return { url: text ? `${path}?${text}` : path };
}

/** Every route that reads. */
export const reads = {
  initState: () => read<InitState>('init'),
  mailLink: (token: string) => read<MailLink>(`mail/${encodeURIComponent(token)}`),
  /** Lists the tenant too, however many others there are. */
  me: (tenantId: number | null) => read<Me>('me', { tenant: tenantId === null ? null : String(tenantId) }),
  ownTenants: (query: Query) => read<OwnTenantList>('me/tenants', query),
  overview: (tenantId: number, query: Query) => read<Overview>(`stats/${tenantId}`, query),
  series: (tenantId: number, query: Query) => read<TrafficSeries>(`stats/${tenantId}/series`, query),
  table: (tenantId: number, query: Query) =>
    read<TrafficColumns>(`stats/${tenantId}/table`, { ...query, format: 'columns' }),
  tableFile: (tenantId: number, query: Query) => read<unknown>(`stats/${tenantId}/table`, query),
  repositoryStats: (tenantId: number, repositoryId: number, query: Query) =>
    read<RepositoryStats>(`stats/${tenantId}/${repositoryId}`, query),
  beforeAfter: (tenantId: number, query: Query) => read<BeforeAfter>(`stats/${tenantId}/before-after`, query),
  repositoryDay: (tenantId: number, repositoryId: number, date: string) =>
    read<RepositoryDay>(`stats/${tenantId}/${repositoryId}/days/${date}`),
  tenantDay: (tenantId: number, date: string, query: Query) =>
    read<TenantDay>(`stats/${tenantId}/days/${date}`, query),
  repositories: (tenantId: number, query: Query) => read<RepositoryList>(`repositories/${tenantId}`, query),
  repository: (tenantId: number, repositoryId: number) =>
    read<RepositoryDetail>(`repositories/${tenantId}/${repositoryId}`),
  dashboards: (tenantId: number) => read<DashboardList>(`dashboards/${tenantId}`),
  dashboard: (tenantId: number, dashboardId: string) =>
    read<Dashboard>(`dashboards/${tenantId}/${dashboardId}`),
  discover: (tenantId: number, cursor: string | null) =>
    read<Discovered>(`repositories/${tenantId}/discover`, { cursor }),
  rules: (tenantId: number) => read<RuleList>(`rules/${tenantId}`),
  runs: (tenantId: number | null, cursor: string | null) =>
    read<RunList>(tenantId === null ? 'runs' : `runs/${tenantId}`, { cursor }),
  problems: (cursor: string | null) => read<ProblemLog>('runs/problems', { cursor }),
  run: (tenantId: number, runId: number, query: Query) => read<RunDetail>(`runs/${tenantId}/${runId}`, query),
  annotations: (tenantId: number, query: Query) => read<AnnotationList>(`annotations/${tenantId}`, query),
  alerts: (tenantId: number, query: Query) => read<AlertList>(`alerts/${tenantId}`, query),
  alert: (tenantId: number, alertId: number) => read<Alert>(`alerts/${tenantId}/${alertId}`),
  groups: (tenantId: number) => read<GroupList>(`groups/${tenantId}`),
  group: (tenantId: number, groupId: number) => read<Group>(`groups/${tenantId}/${groupId}`),
  members: (tenantId: number) => read<MemberList>(`members/${tenantId}`),
  exportPlan: (tenantId: number) => read<ExportPlan>(`exports/${tenantId}`),
  exportPart: (tenantId: number, table: string, cursor: string) =>
    read<ExportPart>(`exports/${tenantId}/${table}`, { cursor }),
  shares: (tenantId: number) => read<ShareList>(`shares/${tenantId}`),
  keys: (tenantId: number) => read<KeyList>(`keys/${tenantId}`),
  channels: (tenantId: number) => read<ChannelList>(`channels/${tenantId}`),
  subscriptions: (tenantId: number) => read<SubscriptionList>(`subscriptions/${tenantId}`),
  report: (tenantId: number, query: Query) => read<Report>(`reports/${tenantId}`, query),
  imports: (tenantId: number, query: Query) => read<ImportList>(`imports/${tenantId}`, query),
  import: (tenantId: number, importId: number) => read<ImportDetail>(`imports/${tenantId}/${importId}`),
  audit: (tenantId: number | null, query: Query) =>
    read<AuditLog>(tenantId === null ? 'audit' : `audit/${tenantId}`, query),
  systemMembers: () => read<SystemMemberList>('members/system'),
  servers: () => read<ServerList>('servers'),
  installations: (serverId: number) => read<InstallationList>(`servers/${serverId}/installations`),
  tenants: (query: Query) => read<TenantList>('tenants', query),
};
