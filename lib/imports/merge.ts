import { listReferences } from '../dashboards/references.ts';
import type { Day } from '../day.ts';
import type { ExportedRepository, ExportedTenant } from '../exports/format.ts';
import { largerFigures } from '../traffic/figures.ts';
import type { ReadDay, ReadHistory, ReadRepository } from './history.ts';
import type { HistoryToSend, TenantToSend } from './parts.ts';

type DayToSend = HistoryToSend['days'][number];
type ListToSend = NonNullable<HistoryToSend['lists']>[number];
type FactToSend = NonNullable<HistoryToSend['facts']>[number];

/** The repository's id for each key of a repository that was read. Without one, it is left out. */
export type Targets = Readonly<Record<string, number>>;

/**
 * What files know of one repository, ready to be sent. Files of several folders may be about the same one: the larger figure of
 * each day counts, and the newest list of a day. A day that was seen only in part, or before it was over, is a lower bound.
 */
export function toHistoryToSend(repositoryId: number, read: readonly ReadRepository[]): HistoryToSend {
  const exported = read.flatMap((one) => one.exported ?? []);
  return {
    repositoryId,
    days: mergeDays(read),
    lists: mergeLists(read),
    facts: mergeFacts(read),
    ...(exported.length > 0 && mergeExported(exported)),
  };
}

/** Of two exports of one repository, the newest comes first. What is sent last of a row counts. */
function mergeExported(
  exported: readonly ExportedRepository[],
): Omit<HistoryToSend, 'repositoryId' | 'days'> {
  const oldestFirst = [...exported].reverse();
  const all = <Row>(rowsOf: (one: ExportedRepository) => readonly Row[]): Row[] => {
    const rows = oldestFirst.flatMap(rowsOf);
    return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  };
  const [firstCoveredDate] = exported.flatMap((one) => one.firstCoveredDate ?? []).sort();
  return {
    coverage: firstCoveredDate === undefined ? [] : [{ firstCoveredDate }],
    revisions: all(({ revisions }) => revisions) as NonNullable<HistoryToSend['revisions']>,
    weeks: all(({ weeks }) => weeks),
    windows: all(({ windows }) => windows),
    starDays: all(({ starDays }) => starDays),
    releases: all(({ releases }) => releases),
    releaseFiles: all(({ releaseFiles }) => releaseFiles),
    downloads: all(({ downloads }) => downloads),
    workflowDays: all(({ workflowDays }) => workflowDays),
    events: all(({ events }) => events),
  };
}

/**
 * The groups, dashboards and annotations of our own exports, ready to be sent. If several share a name or key, the newest
 * export’s is sent. Only repositories that have a destination are named; an annotation about none of these is left out.
 */
export function toTenantToSend({ tenants, repositories }: ReadHistory, targets: Targets): TenantToSend {
  const byGithubId = new Map<number | null, number>();
  for (const { githubId, key } of repositories) {
    const target = targets[key];
    if (target !== undefined) byGithubId.set(githubId, target);
  }
  const toIds = (githubIds: readonly number[]) => [
    ...new Set(githubIds.flatMap((githubId) => byGithubId.get(githubId) ?? [])),
  ];
  return {
    groups: firstOfEach(
      tenants.flatMap((tenant) => tenant.groups.map((group) => toGroup(group, tenant, toIds))),
      ({ name }) => name.toLowerCase(),
    ),
    dashboards: firstOfEach(
      tenants.flatMap((tenant) => tenant.dashboards.map((one) => toDashboard(one, tenant, byGithubId))),
      ({ name }) => name.toLowerCase(),
    ),
    annotations: firstOfEach(
      tenants.flatMap((tenant) => tenant.annotations.flatMap((one) => toAnnotations(one, tenant, toIds))),
      ({ key }) => key,
    ),
  };
}

function firstOfEach<Row>(rows: readonly Row[], toKey: (row: Row) => string): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(toKey(row))) first.set(toKey(row), row);
  return [...first.values()];
}

type ToIds = (githubIds: readonly number[]) => number[];

const chosenFor = (group: string | null, { groupRepositories }: ExportedTenant) =>
  groupRepositories.filter((one) => one.group === group).map(({ githubId }) => githubId);

function toGroup(
  { name, owner, namePattern, topic, visibility }: ExportedTenant['groups'][number],
  tenant: ExportedTenant,
  toIds: ToIds,
): TenantToSend['groups'][number] {
  const hasRule = owner !== null && namePattern !== null && visibility !== null;
  return {
    name,
    rule: hasRule ? { owner, namePattern, topic, visibility } : null,
    repositoryIds: toIds(chosenFor(name, tenant)),
  };
}

/** Only the numbers that the document names are sent with it. */
function toDashboard(
  { name, document }: ExportedTenant['dashboards'][number],
  { repositoryIds, groups }: ExportedTenant,
  byGithubId: ReadonlyMap<number | null, number>,
): TenantToSend['dashboards'][number] {
  const references = listReferences(document);
  const named = new Set(references.repositoryIds);
  const namedGroups = new Set(references.groupIds);
  return {
    name,
    document,
    repositories: repositoryIds.flatMap(({ githubId, repositoryId: number }) => {
      const repositoryId = byGithubId.get(githubId);
      const isNamed = number !== null && named.has(number) && repositoryId !== undefined;
      return isNamed ? [{ number, repositoryId }] : [];
    }),
    groups: groups.flatMap(({ groupId: number, name: group }) =>
      number !== null && namedGroups.has(number) ? [{ number, name: group }] : [],
    ),
  };
}

function toAnnotations(
  { scope, group, repositories: named, ...annotation }: ExportedTenant['annotations'][number],
  tenant: ExportedTenant,
  toIds: ToIds,
): TenantToSend['annotations'][number][] {
  switch (scope) {
    case 'all':
      return [{ ...annotation, repositoryIds: null }];
    case 'group':
      return [{ ...annotation, repositoryIds: toIds(chosenFor(group, tenant)), group }];
    case 'repositories': {
      const repositoryIds = toIds(named);
      return repositoryIds.length === 0 ? [] : [{ ...annotation, repositoryIds }];
    }
  }
}

const inOrder = <Row extends { date: Day }>(rows: Iterable<Row>): Row[] =>
  [...rows].sort((one, other) => (one.date < other.date ? -1 : 1));

function mergeDays(read: readonly ReadRepository[]): DayToSend[] {
  const [only] = read;
  if (only && read.length === 1) return only.days.map(toDay);
  const days = new Map<Day, DayToSend>();
  for (const day of read.flatMap((one) => one.days.map(toDay))) {
    const known = days.get(day.date);
    days.set(day.date, known ? toLarger(known, day) : day);
  }
  return inOrder(days.values());
}

function toDay({ lowerBound, provisional, state, observedAt, ...day }: ReadDay): DayToSend {
  const metrics = new Set([...lowerBound, ...provisional]);
  const { date, viewCount, viewUniques, cloneCount, cloneUniques } = day;
  const sent: DayToSend = { date, viewCount, viewUniques, cloneCount, cloneUniques };
  if (state !== undefined) sent.state = state;
  if (observedAt !== undefined) sent.observedAt = observedAt;
  if (metrics.size > 0)
    sent.lowerBound = [...metrics].map((one) => (one === 'views' ? 'viewCount' : 'cloneCount'));
  return sent;
}

/** A figure of another file is whole only if that file saw the whole day. Of two exports, the later reading knows the day's state. */
function toLarger(one: DayToSend, other: DayToSend): DayToSend {
  const isLater = (other.observedAt ?? '') > (one.observedAt ?? '');
  const merged: DayToSend = { ...(isLater ? other : one), ...largerFigures(one, other) };
  delete merged.lowerBound;
  const partial = (['viewCount', 'cloneCount'] as const).filter((metric) => {
    const tellers = [one, other].filter((day) => day[metric] !== null && day[metric] === merged[metric]);
    return tellers.length > 0 && tellers.every(({ lowerBound }) => lowerBound?.includes(metric));
  });
  if (partial.length > 0) merged.lowerBound = partial;
  return merged;
}

/** One list of each kind a day: the last capture, and of two exports that of the newest, which comes first. */
function mergeLists(read: readonly ReadRepository[]): ListToSend[] {
  const lists = new Map<string, ListToSend & { capturedAt: string | null }>();
  for (const { kind, date, capturedAt, rows } of [...read].reverse().flatMap((one) => one.lists)) {
    const key = `${date} ${kind}`;
    const known = lists.get(key);
    const isNewer = !known || (capturedAt ?? '') >= (known.capturedAt ?? '');
    if (isNewer) lists.set(key, { kind, date, capturedAt, rows });
  }
  return inOrder(lists.values()).map(({ kind, date, rows }) => ({ kind, date, rows }));
}

function mergeFacts(read: readonly ReadRepository[]): FactToSend[] {
  const facts = new Map<Day, FactToSend>();
  for (const fact of read.flatMap((one) => one.facts)) {
    const known = facts.get(fact.date);
    facts.set(fact.date, {
      date: fact.date,
      stars: known?.stars ?? fact.stars,
      forks: known?.forks ?? fact.forks,
      subscribers: known?.subscribers ?? fact.subscribers,
      openIssues: known?.openIssues ?? fact.openIssues,
    });
  }
  return inOrder(facts.values());
}
