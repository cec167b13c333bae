import { addDays, daysBetween } from '../../lib/day.ts';
import type { Counts, ReadDay, ReadHistory, ReadRepository } from '../../lib/imports/history.ts';
import type { Course, ReadSummary, RepositorySummary } from './protocol.ts';

const METRICS = ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const;
/** More would be narrower than a pixel of the small chart. */
const MAX_STEPS = 60;

/** What was read, without the rows. */
export function toSummary({ files, repositories, tenants, problems }: ReadHistory): ReadSummary {
  const counts = tenants.map(
    ({ groups, dashboards, annotations }) => groups.length + dashboards.length + annotations.length,
  );
  return {
    files,
    problems,
    repositories: repositories.map(summarize),
    settings: {
      count: counts.reduce((sum, count) => sum + count, 0),
      files: tenants.flatMap((tenant) => tenant.files),
    },
  };
}

function summarize(repository: ReadRepository): RepositorySummary {
  const { days, lists, facts, weeks, undatedLists: _, exported, ...told } = repository;
  const dated = days.length > 0 ? [days] : [lists, facts];
  const [from] = dated.flatMap(([first]) => first?.date ?? []).sort();
  const to = dated
    .flatMap((rows) => rows.at(-1)?.date ?? [])
    .sort()
    .at(-1);
  return {
    ...told,
    span: from && to ? { from, to } : null,
    isEmpty: dated.every((rows) => rows.length === 0) && exported === null,
    schedule: exported?.schedule ?? null,
    days: days.length,
    lists: lists.length,
    facts: facts.length,
    weeks: weeks.length,
    ...totalsOf(days),
    partialDays: days.filter(({ lowerBound, provisional }) => lowerBound.length + provisional.length > 0)
      .length,
    course: courseOf(days),
  };
}

function totalsOf(days: readonly ReadDay[]): Pick<RepositorySummary, 'sums' | 'known'> {
  const sums: Counts = { viewCount: null, viewUniques: null, cloneCount: null, cloneUniques: null };
  const known = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };
  for (const day of days)
    for (const metric of METRICS) {
      const value = day[metric];
      if (value === null) continue;
      sums[metric] = (sums[metric] ?? 0) + value;
      known[metric]++;
    }
  return { sums, known };
}

/** The views, or the clones if no day has views. */
function courseOf(days: readonly ReadDay[]): Course {
  const metric = days.some(({ viewCount }) => viewCount !== null) ? 'viewCount' : 'cloneCount';
  const first = days[0]?.date;
  const last = days.at(-1)?.date;
  if (!first || !last) return { metric, values: [] };
  const width = Math.max(1, Math.ceil((daysBetween(first, last) + 1) / MAX_STEPS));
  const values: (number | null)[] = [];
  let step = 0;
  let end = addDays(first, width);
  for (const day of days) {
    while (day.date >= end) {
      step++;
      end = addDays(end, width);
    }
    const value = day[metric];
    while (values.length <= step) values.push(null);
    if (value !== null) values[step] = (values[step] ?? 0) + value;
  }
  return { metric, values };
}
