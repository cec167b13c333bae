import * as z from 'zod';
import type { Bucket, Comparison, Range, Totals } from '../answers/figures.ts';
import { formatBucket, formatSpan } from '../day-format.ts';
import { Failure } from '../failure.ts';
import { plural } from '../number-format.ts';
import { requireRepositoryRow, toFullName, toProblem, toWebUrl } from '../repositories/repository.ts';
import { readTogether, readTraffic } from '../stats/overview.ts';
import { listTraffic } from '../stats/overview-order.ts';
import { readFigures } from '../stats/repository.ts';
import { MAX_SERIES, readSeries } from '../stats/series.ts';
import { changeOf, toTotals } from '../stats/totals.ts';
import { METRICS } from '../traffic/figures.ts';
import {
  type Asking,
  defineTool,
  Known,
  People,
  repositoryInput,
  requireOneSpan,
  requireRepository,
  spanInput,
} from './tool.ts';
import { changeInWords, countOf, noteOfState, totalsOf } from './words.ts';

const RangeOutput = z.object({ from: z.string(), to: z.string() });

const TotalsOutput = z.object({
  views: Known,
  uniqueVisitors: People,
  clones: Known,
  uniqueCloners: People,
  /** Counted per repository. */
  knownDays: z.int(),
  lostDays: z.int(),
});

function toTotalsOutput(totals: Totals): z.infer<typeof TotalsOutput> {
  return {
    views: totals.viewCount,
    uniqueVisitors: { atLeast: totals.viewUniquesLower, atMost: totals.viewUniquesUpper },
    clones: totals.cloneCount,
    uniqueCloners: { atLeast: totals.cloneUniquesLower, atMost: totals.cloneUniquesUpper },
    knownDays: totals.knownDays,
    lostDays: totals.lostDays,
  };
}

const toRangeOutput = ({ from, to }: Pick<Range, 'from' | 'to'>) => ({ from, to });

const MAX_LISTED = 100;

const listInput = {
  query: z.string().max(100).optional().describe('Only repositories whose full name contains this.'),
  ...spanInput,
  sort: z
    .enum(['name', 'stars', ...METRICS])
    .default('viewCount')
    .describe('Names ascend, figures descend.'),
  page: z.int().min(1).max(1000).default(1),
  size: z.int().min(1).max(MAX_LISTED).default(50),
};
const listOutput = {
  total: z.int(),
  page: z.int(),
  range: RangeOutput,
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      url: z.string(),
      visibility: z.string(),
      archived: z.boolean(),
      stars: Known,
      totals: TotalsOutput,
      lastCollectedAt: z.string().nullable(),
      problem: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
};

export const listRepositoriesTool = defineTool({
  name: 'list_repositories',
  title: 'List repositories',
  description:
    'The repositories that this key may see, with their traffic of a range (default: 30 days), stars, and whether collecting works.',
  input: listInput,
  output: listOutput,
  async run({ db, access, now }, { query, sort, page, size, ...given }) {
    const span = { ...requireOneSpan(given), compare: 'none' as const };
    const { traffic, calendar } = await readTraffic(db, access, span, now);
    const listed = listTraffic(traffic, { q: query, sort });
    const shown = listed.slice((page - 1) * size, page * size);
    const repositories = shown.map(({ row, sums }) => {
      const problem = toProblem(row, now);
      return {
        repositoryId: row.repositoryId,
        fullName: toFullName(row),
        url: toWebUrl(row),
        visibility: row.visibility,
        archived: row.archivedAt !== null,
        stars: row.stars,
        totals: toTotalsOutput(toTotals(sums.total)),
        lastCollectedAt: row.lastSuccessAt,
        problem: problem && { code: problem.code, message: problem.message },
      };
    });
    const { from, to } = calendar.range;
    const lines = shown.map(({ row, sums }) => {
      const problem = toProblem(row, now);
      const about = [
        row.archivedAt === null ? '' : 'archived',
        problem ? `not collected: ${problem.message}` : '',
      ];
      const notes = about.filter(Boolean).map((note) => ` (${note})`);
      return `- ${toFullName(row)}${notes.join('')}: ${countOf(row.stars, 'star')}; ${totalsOf(toTotals(sums.total))}`;
    });
    const head = `${plural(listed.length, 'repository', 'repositories')}; ${formatSpan(from, to)}; page ${page} of ${Math.max(1, Math.ceil(listed.length / size))}.`;
    return {
      text: [head, ...lines].join('\n'),
      data: { total: listed.length, page, range: toRangeOutput(calendar.range), repositories },
    };
  },
});

const Row = z.object({
  /** The first day of a day, week or month. */
  date: z.string(),
  views: Known,
  uniqueVisitors: Known,
  clones: Known,
  uniqueCloners: Known,
  /** False if the unique figures are a sum of days or repositories: an upper bound. */
  uniquesExact: z.boolean(),
  /** What is not certain about it. */
  note: z.string().nullable(),
});
type Row = z.infer<typeof Row>;

const trafficInput = {
  repository: repositoryInput
    .optional()
    .describe('A repository as owner/name, or its id. Without it: all together.'),
  ...spanInput,
  by: z
    .enum(['day', 'week', 'month'])
    .optional()
    .describe('Default: days up to 92 days, weeks up to two years, then months.'),
};
const trafficOutput = {
  of: z.string(),
  range: RangeOutput,
  by: z.enum(['day', 'week', 'month']),
  totals: TotalsOutput,
  comparedWith: RangeOutput.nullable(),
  /** As a fraction: 0.08 is 8 % more; null if unknown. */
  change: z.object({ views: z.number().nullable(), clones: z.number().nullable() }),
  rows: z.array(Row),
};

interface Traffic {
  of: string;
  range: Range;
  totals: Totals;
  comparison: Comparison;
  rows: Row[];
}

export const trafficTool = defineTool({
  name: 'traffic',
  title: 'Views, clones and their people',
  description:
    'Views, unique visitors, clones and unique cloners, by day, week or month, of one repository or of all together, with the change from the period before. Uniques of several days cannot be added: they come as bounds.',
  input: trafficInput,
  output: trafficOutput,
  async run(asking, { repository, ...given }) {
    const span = requireOneSpan(given);
    const traffic =
      repository === undefined ? await readAll(asking, span) : await readOne(asking, { repository, span });
    const { of, range, totals, comparison, rows } = traffic;
    const { from, to, by } = range;
    const isCompared = comparison.comparable && comparison.kind !== 'none';
    const lines = rows.map((row) => rowInWords(row, by));
    const head = `${of}, ${formatSpan(from, to)} (UTC days, both included): ${totalsOf(totals)} ${changeInWords(comparison)}`;
    return {
      text: [head, `By ${by}:`, ...lines].join('\n'),
      data: {
        of,
        range: { from, to },
        by,
        totals: toTotalsOutput(totals),
        comparedWith: isCompared ? { from: comparison.previousFrom, to: comparison.previousTo } : null,
        change: { views: changeOf(comparison, 'viewCount'), clones: changeOf(comparison, 'cloneCount') },
        rows,
      },
    };
  },
});

/** Rows of an answer: a year by day. */
const MAX_ROWS = 400;

type SpanRequest = Parameters<typeof readTraffic>[2];

async function readOne(
  { db, access, now }: Asking,
  { repository, span }: { repository: string; span: SpanRequest },
): Promise<Traffic> {
  const { repositoryId } = await requireRepository({ db, access, now }, repository);
  const row = await requireRepositoryRow(db, access, repositoryId);
  const { range, buckets, series, totals, comparison } = await readFigures(db, row, span, now);
  if (buckets.length > MAX_ROWS)
    throw new Failure(
      'too_many_points',
      `These are ${buckets.length} rows, and at most ${MAX_ROWS} are answered: ask for longer buckets or fewer days.`,
    );
  const rows = buckets.map((date, place): Row => {
    const state = series.state[place] ?? 'before';
    return {
      date,
      views: series.viewCount[place] ?? null,
      uniqueVisitors: series.viewUniques[place] ?? null,
      clones: series.cloneCount[place] ?? null,
      uniqueCloners: series.cloneUniques[place] ?? null,
      uniquesExact: series.uniquesExact[place] ?? false,
      note: noteOfState(state),
    };
  });
  return { of: toFullName(row), range, totals, comparison, rows };
}

async function readAll({ db, access, now }: Asking, span: SpanRequest): Promise<Traffic> {
  const found = await readTraffic(db, access, span, now);
  const together = await readTogether(db, access, found);
  const { range, buckets, series, totals, comparison, repositoryCount } = together;
  const rows = buckets.map((date, place): Row => {
    const views = series.viewCount[place] ?? null;
    const lost = series.lostDays[place] ?? 0;
    const open = (series.pendingDays[place] ?? 0) + (series.provisionalDays[place] ?? 0);
    const notes = [
      lost > 0 ? `${plural(lost, 'day')} of repositories lost${views === null ? '' : ': a minimum'}` : '',
      open > 0 ? `${plural(open, 'day')} of repositories not final` : '',
    ].filter(Boolean);
    return {
      date,
      views,
      uniqueVisitors: series.viewUniques[place] ?? null,
      clones: series.cloneCount[place] ?? null,
      uniqueCloners: series.cloneUniques[place] ?? null,
      uniquesExact: range.by === 'day' && repositoryCount === 1,
      note: notes.length > 0 ? notes.join('; ') : null,
    };
  });
  const of = plural(repositoryCount, 'repository', 'repositories');
  return { of: `${of} together`, range, totals, comparison, rows };
}

function rowInWords(row: Row, by: Bucket): string {
  const { date, views, uniqueVisitors, clones, uniqueCloners, uniquesExact, note } = row;
  const bound = uniquesExact ? '' : 'at most ';
  const figures = [
    countOf(views, 'view'),
    uniqueVisitors === null ? '' : `${bound}${plural(uniqueVisitors, 'visitor')}`,
    countOf(clones, 'clone'),
    uniqueCloners === null ? '' : `${bound}${plural(uniqueCloners, 'cloner')}`,
  ].filter(Boolean);
  const said = views === null && clones === null ? 'unknown' : figures.join(', ');
  return `- ${formatBucket(date, by)}: ${said}${note === null ? '' : ` (${note})`}`;
}

const compareInput = {
  repositories: z
    .array(repositoryInput)
    .min(1)
    .max(MAX_SERIES)
    .optional()
    .describe('The repositories to compare. Without it: those with most of the metric.'),
  metric: z
    .enum(METRICS)
    .default('viewCount')
    .describe('What decides the order, and which are taken without a list.'),
  ...spanInput,
};
const compareOutput = {
  range: RangeOutput,
  metric: z.enum(METRICS),
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      archived: z.boolean(),
      totals: TotalsOutput,
      stars: Known,
      starsGained: Known,
      downloads: Known,
    }),
  ),
};

const sumOfKnown = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

export const compareTool = defineTool({
  name: 'compare',
  title: 'Compare repositories',
  description: `Up to ${MAX_SERIES} repositories side by side over a range: traffic with bounds, stars, stars gained and downloads.`,
  input: compareInput,
  output: compareOutput,
  async run(asking, { repositories: named, metric, ...given }) {
    const { db, access, now } = asking;
    const span = requireOneSpan(given);
    const ids: number[] = [];
    for (const text of named ?? []) ids.push((await requireRepository(asking, text)).repositoryId);
    const chosen = named === undefined ? { top: MAX_SERIES } : { repositories: ids };
    const { range, repositories } = await readSeries(db, access, { ...span, ...chosen, metric }, now);
    const compared = repositories.map(({ repositoryId, fullName, archived, totals, series }) => ({
      repositoryId,
      fullName,
      archived,
      totals: toTotalsOutput(totals),
      stars: series.stars.findLast((count) => count !== null) ?? null,
      starsGained: sumOfKnown(series.starsGained),
      downloads: sumOfKnown(series.downloads),
    }));
    const lines = repositories.map(({ fullName, totals }, place) => {
      const { stars, starsGained, downloads } = compared[place] ?? {};
      return `- ${fullName}: ${totalsOf(totals)} ${countOf(stars ?? null, 'star')}, ${countOf(starsGained ?? null, 'star')} gained, ${countOf(downloads ?? null, 'download')} of release files.`;
    });
    return {
      text: [`${formatSpan(range.from, range.to)}:`, ...lines].join('\n'),
      data: { range: toRangeOutput(range), metric, repositories: compared },
    };
  },
});
