import * as z from 'zod';
import type { RepositoryDay, Rises, TenantDay, Usual } from '../answers/day.ts';
import type { ChartEvent } from '../answers/events.ts';
import { addDays, daysBetween, toDay } from '../day.ts';
import { formatDay, formatSpan } from '../day-format.ts';
import { dayField } from '../fields.ts';
import { formatNumber, plural } from '../number-format.ts';
import { requireRepositoryRow, toFullName } from '../repositories/repository.ts';
import { readRepositoryDay, readTenantDay } from '../stats/day.ts';
import { readKnown } from '../stats/known.ts';
import { readTraffic } from '../stats/overview.ts';
import { readRepositoryTraffic } from '../stats/repository.ts';
import type { Figures } from '../traffic/figures.ts';
import { daysUntilLoss, shownFrom } from '../traffic/window.ts';
import {
  type Asking,
  defineTool,
  Known,
  repositoryInput,
  requireOneSpan,
  requireRepository,
  spanInput,
  type ToolAnswer,
} from './tool.ts';
import { countOf, noteOfState } from './words.ts';

const FiguresOutput = z.object({
  views: Known,
  uniqueVisitors: Known,
  clones: Known,
  uniqueCloners: Known,
});

function toFiguresOutput({ viewCount, viewUniques, cloneCount, cloneUniques }: Figures) {
  return { views: viewCount, uniqueVisitors: viewUniques, clones: cloneCount, uniqueCloners: cloneUniques };
}

const EventOutput = z.object({
  date: z.string(),
  to: z.string(),
  kind: z.string(),
  repository: z.string().nullable(),
  title: z.string(),
});

/** Events that an answer names. */
const MAX_EVENTS = 30;

const toEvents = (events: readonly ChartEvent[]) =>
  events.slice(0, MAX_EVENTS).map(({ date, to, kind, fullName, title }) => ({
    date,
    to,
    kind,
    repository: fullName,
    title,
  }));

const RiseOutput = z.object({
  name: z.string(),
  rank: z.int(),
  /** GitHub's views of 14 days. */
  views14Days: z.int(),
  roseAtLeast: z.int(),
  roseAtMost: z.int(),
  isFirstSeen: z.boolean(),
});

const toRises = (rises: Rises['referrers']) =>
  rises.map(({ name, rank, viewCount, atLeast, atMost, isFirstSeen }) => ({
    name,
    rank,
    views14Days: viewCount,
    roseAtLeast: atLeast,
    roseAtMost: atMost,
    isFirstSeen,
  }));

const dayInput = {
  day: dayField.describe('A UTC day, as YYYY-MM-DD.'),
  repository: repositoryInput
    .optional()
    .describe('A repository as owner/name, or its id. Without it: all together.'),
};
const dayOutput = {
  day: z.string(),
  of: z.string(),
  figures: FiguresOutput,
  /** Medians of the last 12 same weekdays; null if there is none to compare with. */
  usual: FiguresOutput.nullable(),
  starsGained: Known,
  downloads: Known,
  /** What is not certain about the day, and why. */
  notes: z.array(z.string()),
  events: z.array(EventOutput),
  /** The repositories furthest above what is usual for them. */
  madeBy: z.array(
    z.object({ repository: z.string(), figures: FiguresOutput, usual: FiguresOutput.nullable() }),
  ),
  referrers: z.array(RiseOutput.extend({ repository: z.string() })),
  paths: z.array(RiseOutput.extend({ repository: z.string() })),
};
type DayOutput = z.infer<z.ZodObject<typeof dayOutput>>;

const toUsualOutput = (usual: Usual) => (usual.days === 0 ? null : toFiguresOutput(usual));

export const whatHappenedTool = defineTool({
  name: 'what_happened_on',
  title: 'What happened on a day',
  description:
    'One day: its figures beside the usual ones for that weekday, the repositories behind them, the referrers and paths that entered the lists or rose, releases, notes and other events, and the reason if figures are missing.',
  input: dayInput,
  output: dayOutput,
  async run(asking, { day, repository }) {
    const data =
      repository === undefined ? await dayOfAll(asking, day) : await dayOfOne(asking, day, repository);
    return { text: dayInWords(data), data };
  },
});

async function dayOfOne({ db, access, now }: Asking, date: string, repository: string): Promise<DayOutput> {
  const { repositoryId } = await requireRepository({ db, access, now }, repository);
  const day: RepositoryDay = await readRepositoryDay(db, access, { repositoryId, date }, now);
  const named = (rises: Rises['referrers']) =>
    toRises(rises).map((rise) => ({ ...rise, repository: day.fullName }));
  const revised = day.revisions.map(
    ({ metric, kept, observed }) => `GitHub later answered ${observed} for ${metric}; ${kept} was kept`,
  );
  return {
    day: date,
    of: day.fullName,
    figures: toFiguresOutput(day.figures),
    usual: toUsualOutput(day.usual),
    starsGained: day.starsGained,
    downloads: day.downloads,
    notes: [noteOfState(day.state), day.reason?.message, ...revised].filter(
      (note) => typeof note === 'string',
    ),
    events: toEvents(day.events),
    madeBy: [],
    referrers: named(day.referrers),
    paths: named(day.paths),
  };
}

async function dayOfAll({ db, access, now }: Asking, date: string): Promise<DayOutput> {
  const day: TenantDay = await readTenantDay(db, access, { date, metric: 'viewCount' }, now);
  const { compared, total } = day.compared.repositories;
  const states = day.states.flatMap(({ state, repositories }) => {
    const note = noteOfState(state);
    return note === null ? [] : [`${plural(repositories, 'repository', 'repositories')}: ${note}`];
  });
  const reasons = day.reasons.map(({ message, repositories }) => `${message} (${repositories} of ${total})`);
  const part =
    compared < total && compared > 0 ? [`What is usual is of ${compared} of ${total} repositories`] : [];
  const rises = (kind: 'referrers' | 'paths') =>
    day.repositories.flatMap((one) =>
      toRises(one[kind]).map((rise) => ({ ...rise, repository: one.fullName })),
    );
  return {
    day: date,
    of: `${plural(total, 'repository', 'repositories')} together (uniques are at most)`,
    figures: toFiguresOutput(day.figures),
    usual: toUsualOutput(day.compared.usual),
    starsGained: day.starsGained,
    downloads: day.downloads,
    notes: [...states, ...reasons, ...part],
    events: toEvents(day.events),
    madeBy: day.repositories.map((one) => ({
      repository: one.fullName,
      figures: toFiguresOutput(one.figures),
      usual: toUsualOutput(one.usual),
    })),
    referrers: rises('referrers'),
    paths: rises('paths'),
  };
}

type FiguresOutput = z.infer<typeof FiguresOutput>;

function againstUsual({ views, clones }: FiguresOutput, usual: FiguresOutput | null): string {
  if (usual === null) return `${countOf(views, 'view')}, ${countOf(clones, 'clone')}`;
  return `${countOf(views, 'view')} (usual for this weekday: ${usual.views ?? 'unknown'}), ${countOf(clones, 'clone')} (usual: ${usual.clones ?? 'unknown'})`;
}

function riseInWords({
  name,
  repository,
  roseAtLeast,
  roseAtMost,
  isFirstSeen,
}: DayOutput['referrers'][number]) {
  const by = roseAtLeast === roseAtMost ? String(roseAtMost) : `${roseAtLeast} to ${roseAtMost}`;
  return `- ${repository}: ${name} rose by ${by} views of 14 days${isFirstSeen ? ', seen for the first time' : ''}`;
}

function dayInWords(day: DayOutput): string {
  const { figures, usual, notes, events, madeBy, referrers, paths, starsGained, downloads } = day;
  const people = `${countOf(figures.uniqueVisitors, 'unique visitor')}, ${countOf(figures.uniqueCloners, 'unique cloner')}`;
  const gains = `${countOf(starsGained, 'star')} gained, ${countOf(downloads, 'download')} of release files`;
  return [
    `${formatDay(day.day)} (UTC), ${day.of}: ${againstUsual(figures, usual)}, ${people}; ${gains}.`,
    ...notes.map((note) => `- ${note}`),
    ...section(
      'Repositories that made the day',
      madeBy.map((one) => `- ${one.repository}: ${againstUsual(one.figures, one.usual)}`),
    ),
    ...section('Referrers that entered or rose', referrers.map(riseInWords)),
    ...section('Paths that entered or rose', paths.map(riseInWords)),
    ...section(
      'Events',
      events.map(
        ({ kind, title, repository }) =>
          `- ${kind}${repository === null ? '' : ` of ${repository}`}: ${title}`,
      ),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [`${title}:`, ...lines];

const listsInput = { repository: repositoryInput, ...spanInput };
const Listed = z.object({
  name: z.string(),
  title: z.string().nullable(),
  rank: z.int(),
  views14Days: z.int(),
  uniques14Days: z.int().nullable(),
  /** False if it has left the list since. */
  current: z.boolean(),
  peak: z.object({ date: z.string(), views14Days: z.int() }),
  firstSeen: z.string(),
});
const listsOutput = {
  repository: z.string(),
  /** When GitHub’s newest list of the range was read; null if none was. */
  asOf: z.string().nullable(),
  referrers: z.array(Listed),
  paths: z.array(Listed),
};

/** Names of each list. */
const MAX_NAMES = 30;

type RankedName = Pick<z.infer<typeof Listed>, 'rank' | 'current' | 'firstSeen'> & {
  viewCount: number;
  viewUniques: number | null;
  peak: { date: string; viewCount: number };
};

function toListed(name: string, title: string | null, ranked: RankedName): z.infer<typeof Listed> {
  const { rank, current, firstSeen, viewCount, viewUniques, peak } = ranked;
  return {
    name,
    title,
    rank,
    views14Days: viewCount,
    uniques14Days: viewUniques,
    current,
    peak: { date: peak.date, views14Days: peak.viewCount },
    firstSeen,
  };
}

/** Those in the newest list by rank, then those that left. */
const byRank = (one: z.infer<typeof Listed>, other: z.infer<typeof Listed>) =>
  Number(other.current) - Number(one.current) || one.rank - other.rank;

const listedInWords = ({ name, rank, views14Days, uniques14Days, current, peak }: z.infer<typeof Listed>) =>
  current
    ? `- ${rank}. ${name}: ${plural(views14Days, 'view')}${uniques14Days === null ? '' : ` by ${plural(uniques14Days, 'visitor')}`} in 14 days (peak ${formatNumber(peak.views14Days)} on ${formatDay(peak.date)})`
    : `- ${name}: no longer in the list; peak ${plural(peak.views14Days, 'view')} of 14 days on ${formatDay(peak.date)}`;

export const referrersTool = defineTool({
  name: 'referrers',
  title: 'Referrers and paths',
  description:
    'The sites that a repository’s visitors came from, and the pages they looked at: GitHub’s top-ten lists over 14 days, within a range. Their figures are rolling totals: never add or subtract those of different days.',
  input: listsInput,
  output: listsOutput,
  async run(asking, { repository, ...given }) {
    const { db, access, now } = asking;
    const span = { ...requireOneSpan(given), compare: 'none' as const };
    const { repositoryId } = await requireRepository(asking, repository);
    const stats = await readRepositoryTraffic(db, access, repositoryId, span, now);
    const referrers = stats.referrers
      .slice(0, MAX_NAMES)
      .map((one) => toListed(one.referrer, null, one))
      .sort(byRank);
    const paths = stats.paths
      .slice(0, MAX_NAMES)
      .map((one) => toListed(one.path, one.title, one))
      .sort(byRank);
    const { fullName } = stats.repository;
    const asOf = stats.snapshotDate;
    const head =
      asOf === null
        ? `${fullName}: no list was read in this range.`
        : `${fullName}, GitHub’s lists of 14 days as of ${formatDay(asOf)}; each holds at most ten names:`;
    return {
      text: [
        head,
        ...section('Referrers', referrers.map(listedInWords)),
        ...section('Paths', paths.map(listedInWords)),
      ].join('\n'),
      data: { repository: fullName, asOf, referrers, paths },
    };
  },
});

const lostInput = {
  repository: repositoryInput
    .optional()
    .describe('A repository as owner/name, or its id. Without it: all of them.'),
  ...spanInput,
};
const lostOutput = {
  /** Days of one repository that are lost, newest first. */
  spans: z.array(z.object({ from: z.string(), to: z.string(), days: z.int() })),
  lostDays: z.int(),
  knownDays: z.int(),
  /** Without a repository: those that lost days or are about to, most first. */
  repositories: z.array(z.object({ repository: z.string(), lostDays: z.int(), daysUntilLoss: z.int() })),
  /** For one repository: the first day that GitHub still remembers, and in how many days it forgets one that was not collected. */
  rememberedFrom: z.string().nullable(),
  daysUntilLoss: z.int().nullable(),
};

const MAX_SPANS = 100;
const MAX_LOSING = 50;
/** With fewer days left than this, a repository is about to lose some. */
const SOON = 7;

export const lostDaysTool = defineTool({
  name: 'lost_days',
  title: 'Lost days',
  description:
    'Days that were not collected before GitHub forgot them, so that their figures are unknown, not zero; and in how many days the next ones would be lost. For one repository the days themselves, for all of them how many each lost in a range.',
  input: lostInput,
  output: lostOutput,
  run(asking, { repository, ...given }) {
    const span = requireOneSpan(given);
    return repository === undefined ? lostOfAll(asking, span) : lostOfOne(asking, repository);
  },
});

type LostAnswer = Promise<ToolAnswer<z.infer<z.ZodObject<typeof lostOutput>>>>;

async function lostOfOne({ db, access, now }: Asking, repository: string): LostAnswer {
  const { repositoryId } = await requireRepository({ db, access, now }, repository);
  const row = await requireRepositoryRow(db, access, repositoryId);
  const today = toDay(now);
  const known = await readKnown(db, { tenantId: access.tenantId, repositoryId }, row, today);
  const lost = known.spans.filter(({ state }) => state === 'lost').reverse();
  const spans = lost.map(({ from, to }) => ({ from, to, days: daysBetween(from, addDays(to, 1)) }));
  const lostDays = spans.reduce((sum, { days }) => sum + days, 0);
  const left = daysUntilLoss(row, today);
  const head =
    lostDays === 0
      ? `${toFullName(row)} has lost no day; ${plural(known.knownDays, 'day')} are known.`
      : `${toFullName(row)} has lost ${plural(lostDays, 'day')}; ${plural(known.knownDays, 'day')} are known. Lost days are unknown, not zero, and cannot be read again:`;
  const next =
    left === 0
      ? 'GitHub is forgetting days now.'
      : `Without another collection, GitHub forgets the next day in ${plural(left, 'day')}.`;
  return {
    text: [head, ...spans.slice(0, MAX_SPANS).map(({ from, to }) => `- ${formatSpan(from, to)}`), next].join(
      '\n',
    ),
    data: {
      spans: spans.slice(0, MAX_SPANS),
      lostDays,
      knownDays: known.knownDays,
      repositories: [],
      rememberedFrom: shownFrom(row, today),
      daysUntilLoss: left,
    },
  };
}

async function lostOfAll({ db, access, now }: Asking, span: Parameters<typeof readTraffic>[2]): LostAnswer {
  const { traffic, calendar } = await readTraffic(db, access, { ...span, compare: 'none' }, now);
  const today = toDay(now);
  const all = traffic.map(({ row, sums }) => ({
    repository: toFullName(row),
    lostDays: sums.total.lostDays,
    daysUntilLoss: daysUntilLoss(row, today),
    isKept: row.archivedAt === null && row.schedule !== 'paused',
  }));
  const listed = all
    .filter((one) => one.lostDays > 0 || (one.isKept && one.daysUntilLoss < SOON))
    .sort((one, other) => other.lostDays - one.lostDays || one.daysUntilLoss - other.daysUntilLoss);
  const lostDays = all.reduce((sum, one) => sum + one.lostDays, 0);
  const { from, to } = calendar.range;
  const repositories = listed.slice(0, MAX_LOSING).map(({ isKept: _, ...one }) => one);
  const head = `${formatSpan(from, to)}: ${plural(lostDays, 'day')} of ${plural(all.length, 'repository', 'repositories')} lost; lost days are unknown, not zero.`;
  const lines = repositories.map(
    (one) =>
      `- ${one.repository}: ${plural(one.lostDays, 'day')} lost; the next one in ${plural(one.daysUntilLoss, 'day')} without another collection`,
  );
  return {
    text: [head, ...lines].join('\n'),
    data: {
      spans: [],
      lostDays,
      knownDays: traffic.reduce((sum, { sums }) => sum + sums.total.knownDays, 0),
      repositories,
      rememberedFrom: null,
      daysUntilLoss: null,
    },
  };
}
