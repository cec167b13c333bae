import type { Day } from '../../lib/day.ts';
import type { Evidence } from './evidence.ts';
import { bodyOf, type Said } from './ledger.ts';
import type { Campaign } from './parts.ts';

interface Window {
  day: Day;
  views: number;
  view_uniques: number;
  clones: number;
  clone_uniques: number;
}

interface Listed {
  day: Day;
  place: number;
  name: string;
  views: number;
  uniques: number;
}

interface Body {
  count: number;
  uniques: number;
}

const windowsOf = (id: number) => `select observed_date::text as day, view_count as views, view_uniques,
  clone_count as clones, clone_uniques from traffic_window where repository_id = ${id}`;
const referrersOf = (
  id: number,
) => `select snapshot_date::text as day, list_rank::int as place, referrer as name,
  view_count as views, view_uniques as uniques from referrer_snapshot where repository_id = ${id} order by 1, 2`;
const pathsOf = (id: number) => `select snapshot_date::text as day, list_rank::int as place, path as name,
  view_count as views, view_uniques as uniques from path_snapshot where repository_id = ${id} order by 1, 2`;

/** Checks that each day's windows, referrers and paths are those of its last reading, each once. */
export async function checkLists({ server }: Campaign, all: readonly Evidence[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { tracked, repositoryId, readings } of all) {
    const windows = await server.query<Window>(windowsOf(repositoryId));
    const referrers = await server.query<Listed>(referrersOf(repositoryId));
    const paths = await server.query<Listed>(pathsOf(repositoryId));
    const days = new Map<Day, Said[]>();
    for (const said of readings)
      days.set(said.at.slice(0, 10), [...(days.get(said.at.slice(0, 10)) ?? []), said]);
    const stored = [...windows, ...referrers, ...paths].map(({ day }) => day);
    for (const day of new Set(stored))
      if (!days.has(day)) problems.push(`${tracked.name}: lists of ${day}, when nothing was read`);
    for (const [day, saids] of days) {
      const last = saids.at(-1);
      // If a request failed, the order of two concurrent runs decides which lists are last.
      if (!last || last.failures > 0) continue;
      const is = [
        ...windows.filter((row) => row.day === day).map(toWindowText),
        ...referrers.filter((row) => row.day === day).map(toListedText),
        ...toPathTexts(paths.filter((row) => row.day === day)),
      ].join('; ');
      const must = toTexts(last).join('; ');
      if (is !== must) problems.push(`${tracked.name}: lists of ${day} are ${is}, GitHub said ${must}`);
    }
  }
  return problems;
}

const toWindowText = (row: Window) =>
  `14 days ${row.views}/${row.view_uniques}/${row.clones}/${row.clone_uniques}`;
const toListedText = ({ place, name, views, uniques }: Listed) => `${place} ${name} ${views}/${uniques}`;

/** Former names are stripped from paths. Two paths that become equal are summed. */
function toPathTexts(rows: readonly Listed[]): string[] {
  const places = rows.map(({ place }) => place).join(',');
  const isRanked = rows.every(({ place }, index) => place === index + 1);
  const total = rows.reduce((sum, { views }) => sum + views, 0);
  return [`paths ${total}${isRanked ? '' : ` ranked ${places}`}`];
}

function toTexts(said: Said): string[] {
  const [views, clones] = [bodyOf(said, 'views'), bodyOf(said, 'clones')] as [Body, Body];
  const referrers = (bodyOf(said, 'referrers') ?? []) as (Body & { referrer: string })[];
  const paths = (bodyOf(said, 'paths') ?? []) as Body[];
  return [
    `14 days ${views.count}/${views.uniques}/${clones.count}/${clones.uniques}`,
    ...referrers.map(({ referrer, count, uniques }, index) => `${index + 1} ${referrer} ${count}/${uniques}`),
    `paths ${paths.reduce((sum, { count }) => sum + count, 0)}`,
  ];
}
