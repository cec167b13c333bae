import type { ChartEvent } from '../answers/events.ts';
import type { Report, ReportChange, ReportRepository } from '../answers/reports.ts';
import { formatDay, formatShortDay } from '../day-format.ts';
import {
  andMore,
  formatCount,
  formatDifference,
  formatNumber,
  plural,
  toShownChange,
} from '../number-format.ts';
import { toCompleteness } from './completeness.ts';

/** A text in a table or list; `tone` colors a change. */
export interface Cell {
  text: string;
  href?: string;
  tone?: 'up' | 'down';
}

/** A figure that stands out. */
export interface WordFigure {
  label: string;
  /** What stands before the value, such as 'at most'; or nothing. */
  before: string;
  value: string;
  note: string;
  /** Null if nothing can be said. */
  change: Cell | null;
}

export interface WordTable {
  heading: string;
  heads: string[];
  /** The first cell of each row is its name. */
  rows: Cell[][];
  /** What is left out; or nothing. */
  more: string;
}

interface WordList {
  heading: string;
  lines: Cell[];
}

/** A report in words and figures as they are shown: every form for people arranges these. Texts are plain. */
export interface ReportWords {
  /** Whom it is about, such as 'Northwind Labs, all 6 repositories'. */
  subject: string;
  title: string;
  /** The same for a list of messages: 'Northwind Labs: traffic in October 2026'. */
  subjectLine: string;
  headline: string;
  /** What has to be known before reading on, such as that the period has not ended. */
  notes: string[];
  figures: WordFigure[];
  repositories: WordTable;
  groups: WordTable;
  lists: WordList[];
  completeness: string[];
  footnotes: string[];
  /** The report on the pages; null if their URL is not known. */
  link: { label: string; href: string } | null;
}

const repositoriesOf = (count: number) => plural(count, 'repository', 'repositories');

/** The report in words, with at most so many rows in a table, and links if the URL of the pages is known. */
export function toWords(
  report: Report,
  { pagesUrl, maxRows }: { pagesUrl: string | null; maxRows: number },
): ReportWords {
  const { tenant, group, repositoryCount, period, range, madeAt, title, headline } = report;
  const tenantUrl = pagesUrl && `${pagesUrl}/t/${tenant.tenantId}`;
  const named = period.key === null ? `from=${period.from}&to=${period.to}` : `period=${period.key}`;
  const ofGroup = group ? `&group=${group.groupId}` : '';
  const all = `${repositoryCount > 1 ? 'all ' : ''}${repositoriesOf(repositoryCount)}`;
  const linkTo = (repositoryId: number): Pick<Cell, 'href'> =>
    tenantUrl ? { href: `${tenantUrl}/r/${repositoryId}?from=${range.from}&to=${range.to}` } : {};
  return {
    subject: group
      ? `${tenant.name}, ${group.name}, ${repositoriesOf(repositoryCount)}`
      : `${tenant.name}, ${all}`,
    title,
    subjectLine: `${tenant.name}${group ? `, ${group.name}` : ''}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    headline,
    notes:
      range.to < period.to
        ? [
            `${period.label} ends on ${formatDay(period.to)}: this is the report until ${formatDay(range.to)}.`,
          ]
        : [],
    figures: toFigures(report),
    repositories: toRepositories(report, maxRows, linkTo),
    groups: toGroups(report, maxRows),
    lists: [
      { heading: 'Rose most', lines: toMovers(report, report.risers, linkTo) },
      { heading: 'Fell most', lines: toMovers(report, report.fallers, linkTo) },
      { heading: 'Referrers that entered', lines: toReferrers(report) },
      { heading: 'What happened', lines: toHappened(report) },
      { heading: 'Newly tracked', lines: toNewlyTracked(report, linkTo) },
    ].filter(({ lines }) => lines.length > 0),
    completeness: toCompleteness(report),
    footnotes: [
      'Days are UTC. Visitors of several days are added up, so people who return count again.',
      `Changes compare final days that are known in both spans, with the same weekdays. Made on ${formatDay(madeAt.slice(0, 10))}.`,
    ],
    link: tenantUrl ? { label: 'Open the report', href: `${tenantUrl}/reports?${named}${ofGroup}` } : null,
  };
}

/** A change as it is shown; a dash if it is not given. */
function toChangeCell({ change, difference }: ReportChange): Cell {
  if (change === null) return difference ? { text: 'new', tone: 'up' } : { text: '–' };
  const { direction, text } = toShownChange(change);
  if (direction === 'same') return { text };
  return { text: `${direction === 'up' ? '▲' : '▼'} ${text}`, tone: direction };
}

/** The same for a figure: nothing if there is no change, and what it is compared with. */
function toChange({ change, difference }: ReportChange, label: string): Cell | null {
  if (change === null && !difference) return null;
  const cell = toChangeCell({ change, difference, reason: null });
  return { ...cell, text: `${cell.text} vs ${label}` };
}

function toFigures({ totals, comparisons }: Report): WordFigure[] {
  const { viewCount, viewUniques, cloneCount, stars, downloads } = totals;
  const { label } = comparisons.previous;
  const isCertain = viewUniques.lower === null || viewUniques.lower === viewUniques.upper;
  const yearOf = (one: { year: ReportChange }) => toChange(one.year, comparisons.year.label)?.text ?? '';
  const noteOf = (...parts: string[]) => parts.filter(Boolean).join(', ');
  const perDay = (count: number | null) => (count === null ? '' : `${formatNumber(count)} a day`);
  return [
    {
      label: 'Views',
      before: '',
      value: formatCount(viewCount.count),
      note: noteOf(perDay(viewCount.perDay), yearOf(viewCount)),
      change: toChange(viewCount.previous, label),
    },
    {
      label: 'Visitors',
      before: isCertain ? '' : 'at most',
      value: formatCount(viewUniques.upper),
      note: noteOf(isCertain ? '' : `at least ${formatCount(viewUniques.lower)}`, yearOf(viewUniques)),
      change: toChange(viewUniques.previous, label),
    },
    {
      label: 'Clones',
      before: '',
      value: formatCount(cloneCount.count),
      note: noteOf('CI included', perDay(cloneCount.perDay), yearOf(cloneCount)),
      change: toChange(cloneCount.previous, label),
    },
    {
      label: 'Stars',
      before: '',
      value: stars.gained === null ? formatCount(stars.total) : formatDifference(stars.gained),
      note:
        stars.gained === null
          ? 'at the last collection'
          : noteOf(`${formatCount(stars.total)} at the last collection`, yearOf(stars)),
      change: toChange(stars.previous, label),
    },
    ...(downloads.gained === null
      ? []
      : [
          {
            label: 'Downloads',
            before: '',
            value: formatNumber(downloads.gained),
            note: noteOf(`${formatCount(downloads.total)} ever`, yearOf(downloads)),
            change: toChange(downloads.previous, label),
          },
        ]),
  ];
}

type LinkTo = (repositoryId: number) => Pick<Cell, 'href'>;

function toRepositories(
  { repositories, repositoryCount, comparisons, range, period }: Report,
  maxRows: number,
  linkTo: LinkTo,
): WordTable {
  const shown = repositories.slice(0, maxRows);
  const left = repositoryCount - shown.length;
  return {
    heading: left > 0 ? `Repositories (${shown.length} of ${formatNumber(repositoryCount)})` : 'Repositories',
    heads: [
      'Repository',
      'Views',
      `vs ${comparisons.previous.label}`,
      `vs ${comparisons.year.label}`,
      period.kind === 'week' ? 'Visitors' : 'Visitors (at most)',
      'Clones',
      'Stars gained',
      'Days known',
    ],
    rows: shown.map((one) => [
      { text: one.fullName, ...linkTo(one.repositoryId) },
      { text: formatCount(one.totals.viewCount) },
      toChangeCell(one.previous),
      toChangeCell(one.year),
      { text: visitorsOf(one, period.kind === 'week') },
      { text: formatCount(one.totals.cloneCount) },
      { text: formatCount(one.starsGained) },
      { text: `${one.totals.knownDays} of ${range.days}` },
    ]),
    more: left > 0 ? andMore(left) : '',
  };
}

/** GitHub's own number of a week; otherwise the sum of days, which is too large. */
function visitorsOf({ weekUniques, totals }: ReportRepository, isWeek: boolean): string {
  if (weekUniques) return `${formatNumber(weekUniques.count)}${weekUniques.soFar ? ' so far' : ''}`;
  const sum = totals.viewUniquesUpper;
  return isWeek && sum !== null ? `at most ${formatNumber(sum)}` : formatCount(sum);
}

function toGroups({ groups, comparisons }: Report, maxRows: number): WordTable {
  const left = groups.length - maxRows;
  return {
    heading: 'Groups',
    heads: [
      'Group',
      'Repositories',
      'Views',
      `vs ${comparisons.previous.label}`,
      `vs ${comparisons.year.label}`,
      'Clones',
    ],
    rows: groups
      .slice(0, maxRows)
      .map(({ name, repositoryCount, totals, previous, year }) => [
        { text: name },
        { text: formatNumber(repositoryCount) },
        { text: formatCount(totals.viewCount) },
        toChangeCell(previous),
        toChangeCell(year),
        { text: formatCount(totals.cloneCount) },
      ]),
    more: left > 0 ? andMore(left) : '',
  };
}

function toMovers({ repositoryCount }: Report, movers: Report['risers'], linkTo: LinkTo): Cell[] {
  if (repositoryCount < 2) return [];
  return movers.map(({ repositoryId, fullName, difference, change }) => {
    const { text } = toChangeCell({ change, difference, reason: null });
    return { text: `${fullName}: ${formatDifference(difference)} views (${text})`, ...linkTo(repositoryId) };
  });
}

const MAX_NAMED = 3;

function toReferrers({ referrers, referrerCount }: Report): Cell[] {
  const lines = referrers.map(({ referrer, peak, repositories }) => {
    const more = repositories.length > MAX_NAMED ? ` ${andMore(repositories.length - MAX_NAMED)}` : '';
    const names = repositories.slice(0, MAX_NAMED).map(({ fullName }) => fullName);
    const { viewCount, date } = peak;
    return {
      text: `${referrer}: ${names.join(', ')}${more}, peak ${plural(viewCount, 'view')} on ${formatShortDay(date)}`,
    };
  });
  const left = referrerCount - referrers.length;
  return left > 0 ? [...lines, { text: andMore(left) }] : lines;
}

const MAX_HAPPENED = 40;

/** What happened, oldest first. Referrers and newly tracked repositories have lists of their own. */
function toHappened({ events }: Report): Cell[] {
  const told = events.filter(({ kind }) => kind !== 'referrer' && kind !== 'tracking').toReversed();
  const shown = told.slice(0, MAX_HAPPENED);
  const left = told.length - shown.length;
  const lines = shown.map((event) => ({
    text: `${whenOf(event)}: ${toSentence(event)}`,
    // Links lead to pages; nothing else is an address.
    ...(event.url && /^https?:\/\//.test(event.url) ? { href: event.url } : {}),
  }));
  return left > 0 ? [...lines, { text: andMore(left) }] : lines;
}

const whenOf = ({ date, to }: ChartEvent) =>
  date === to ? formatShortDay(date) : `${formatShortDay(date)} to ${formatShortDay(to)}`;

function toSentence({ fullName, title, detail }: ChartEvent): string {
  return `${fullName === null ? '' : `${fullName}: `}${title}${detail === null ? '' : ` (${detail})`}`;
}

function toNewlyTracked({ newlyTracked: { count, repositories } }: Report, linkTo: LinkTo): Cell[] {
  const lines: Cell[] = repositories.map(({ repositoryId, fullName, rule }) => ({
    text: `${fullName}, by the rule ${rule}`,
    ...linkTo(repositoryId),
  }));
  const left = count - repositories.length;
  return left > 0 ? [...lines, { text: andMore(left) }] : lines;
}
