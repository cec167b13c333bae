import type { Report } from '../answers/reports.ts';
import { cutText, type Line, type Message } from '../channels/message.ts';
import { andMore } from '../number-format.ts';
import { type Cell, toWords, type WordTable } from './words.ts';

/** A message is read in a chat: more rows are on the page. */
const MAX_ROWS = 25;

/** The report as a message, with links if the URL of the pages is known. */
export function toReportMessage(report: Report, pagesUrl: string | null): Message {
  const words = toWords(report, { pagesUrl, maxRows: MAX_ROWS });
  const sections = [
    {
      heading: words.subject,
      lines: [
        { text: words.headline },
        ...words.notes.map((text) => ({ text })),
        ...words.figures.map(({ label, before, value, change, note }) => ({
          text: [`${label}: ${before} ${value}`.replace('  ', ' '), change?.text, note]
            .filter(Boolean)
            .join(', '),
        })),
      ],
    },
    toSection(words.repositories),
    toSection(words.groups),
    ...words.lists.map(({ heading, lines }) => ({ heading, lines: toFew(lines) })),
    { heading: 'How complete is this?', lines: words.completeness.map((text) => ({ text })) },
  ].filter(({ lines }) => lines.length > 0);
  return {
    title: words.subjectLine,
    summary: words.headline,
    sections,
    link: words.link,
    facts: toFacts(report),
  };
}

/** Of other lists it shows as many lines, and of a line as many characters: Teams takes no more than 28 kB. */
const MAX_LINES = 8;
const MAX_LENGTH = 160;

/** The first lines, cut, and how many more there are. */
export function toFew(lines: readonly Cell[], most: number = MAX_LINES): Line[] {
  const shown = lines.slice(0, most).map((line) => toLine({ ...line, text: cutText(line.text, MAX_LENGTH) }));
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, { text: andMore(left) }] : shown;
}

const toLine = ({ text, href }: Cell): Line => (href === undefined ? { text } : { text, href });

/** Rows as lines, each figure with the head of its column. What is unknown is left out. */
function toSection({ heading, heads, rows, more }: WordTable): { heading: string; lines: Line[] } {
  const lines = rows.map(([name, ...cells]): Line => {
    const figures = cells.flatMap(({ text }, place) =>
      text === '–' ? [] : [`${heads[place + 1] ?? ''} ${text}`],
    );
    return toLine({ ...name, text: `${name?.text ?? ''}: ${figures.join(', ')}` });
  });
  return { heading, lines: more && lines.length > 0 ? [...lines, { text: more }] : lines };
}

/**
 * What a program gets: the whole report, and under their old names the fields that weekly reports always had. `viewUniques` of a
 * repository is GitHub's figure for the whole week if `uniquesExact` or `uniquesSoFar`, otherwise a sum of days.
 */
function toFacts(report: Report): Message['facts'] {
  const { period, totals, comparisons, completeness, referrers, headline } = report;
  const { previous } = comparisons;
  const isCompared = previous.to >= previous.from;
  return {
    type: period.kind === 'week' ? 'weekly report' : period.kind === 'month' ? 'monthly report' : 'report',
    tenant: report.tenant,
    group: report.group,
    ...(period.kind === 'week' && { week: { label: period.key, from: period.from, to: period.to } }),
    period,
    headline,
    repositoryCount: report.repositoryCount,
    viewCount: totals.viewCount.count,
    cloneCount: totals.cloneCount.count,
    totals,
    compared: isCompared
      ? {
          from: previous.from,
          to: previous.to,
          repositoryCount: previous.repositories.compared,
          change: totals.viewCount.previous.change,
        }
      : null,
    repositories: report.repositories.slice(0, MAX_ROWS).map((one) => ({
      repositoryId: one.repositoryId,
      fullName: one.fullName,
      viewCount: one.totals.viewCount,
      viewUniques: one.weekUniques?.count ?? one.totals.viewUniquesUpper,
      uniquesExact: one.weekUniques?.soFar === false,
      uniquesSoFar: one.weekUniques?.soFar === true,
      cloneCount: one.totals.cloneCount,
      starsGained: one.starsGained,
      change: one.previous.change,
      yearChange: one.year.change,
    })),
    groups: report.groups,
    risers: report.risers,
    fallers: report.fallers,
    newReferrers: referrers.map(({ referrer, peak, repositories }) => ({
      referrer,
      viewCount: peak.viewCount,
      date: peak.date,
      repositories: repositories.map(({ fullName }) => fullName).sort(),
    })),
    newlyTracked: report.newlyTracked,
    incomplete: {
      lostDays: completeness.lostDays,
      unpublishedDays: completeness.unpublishedDays,
      suspectDays: completeness.suspectDays,
      provisionalDays: completeness.provisionalDays - completeness.suspectDays,
      failingRepositories: completeness.failingRepositories,
    },
  };
}
