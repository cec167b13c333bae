import type { ReportedRepository, WeekReport } from '../answers/channels.ts';
import type { Line, Message } from '../channels/message.ts';
import { type Day, startOf } from '../day.ts';
import { formatChange, formatNumber, plural } from '../number-format.ts';

const DAY_AND_MONTH = { timeZone: 'UTC', day: 'numeric', month: 'short' } as const;
const WEEKDAY = { timeZone: 'UTC', weekday: 'short' } as const;

const formatDay = (day: Day, as: Intl.DateTimeFormatOptions) => startOf(day).toLocaleDateString('en-GB', as);

const formatCount = (count: number | null) => (count === null ? 'unknown' : formatNumber(count));
const unknownOr = (count: number | null, noun: string) =>
  count === null ? `unknown ${noun}s` : plural(count, noun);
const repositoriesOf = (count: number) => plural(count, 'repository', 'repositories');

/** The weekly report as a message, with links if the URL of the pages is known. */
export function toReportMessage(report: WeekReport, pagesUrl: string | null): Message {
  const { tenant, group, week, repositoryCount, viewCount, cloneCount, repositories } = report;
  const tenantUrl = pagesUrl && `${pagesUrl}/t/${tenant.tenantId}`;
  const range = `?from=${week.from}&to=${week.to}`;
  const ofGroup = group ? `&group=${group.groupId}` : '';
  const subject = group ? `${tenant.name}, ${group.name}` : tenant.name;
  const title = `${subject}: traffic in the week of ${formatDay(week.from, DAY_AND_MONTH)}`;
  const short = `${repositoriesOf(repositoryCount)}: ${unknownOr(viewCount, 'view')}, ${unknownOr(cloneCount, 'clone')}`;
  const sections = [
    { heading: 'The week', lines: [{ text: short }, ...toComparisonLines(report)] },
    {
      heading: `Most unique views (${repositories.length} of ${repositoryCount})`,
      lines: repositories.map((one) =>
        toLine(one, tenantUrl && `${tenantUrl}/r/${one.repositoryId}${range}`),
      ),
    },
    { heading: 'New referrers', lines: toReferrers(report) },
    { heading: 'Newly tracked', lines: toNewlyTracked(report, tenantUrl) },
    { heading: 'Not complete', lines: toIncomplete(report) },
  ].filter(({ lines }) => lines.length > 0);
  const link = tenantUrl
    ? { label: 'Open the overview of the week', href: `${tenantUrl}${range}${ofGroup}` }
    : null;
  return {
    title,
    summary: `${title}. ${short}`,
    sections,
    link,
    facts: { type: 'weekly report', ...report },
  };
}

function toComparisonLines({ compared, repositoryCount }: WeekReport): Line[] {
  if (!compared || compared.change === null) return [];
  const { from, to, change, repositoryCount: count } = compared;
  const days = `${formatDay(from, WEEKDAY)} to ${formatDay(to, WEEKDAY)}`;
  const which = count === repositoryCount ? '' : `, of the ${repositoriesOf(count)} that can be compared`;
  return [{ text: `Views ${formatChange(change)} against the week before (${days}${which})` }];
}

function toLine(
  { fullName, viewUniques, uniquesExact, uniquesSoFar, ...one }: ReportedRepository,
  href: string | null,
): Line {
  const atMost = uniquesExact || uniquesSoFar || viewUniques === null ? '' : 'at most ';
  const unique = `${atMost}${formatCount(viewUniques)} unique${uniquesSoFar ? ' so far' : ''}`;
  const change = one.change === null ? '' : ` (${formatChange(one.change)})`;
  const views = `${unknownOr(one.viewCount, 'view')}${change}`;
  const text = `${fullName}: ${unique}, ${views}, ${unknownOr(one.cloneCount, 'clone')}`;
  return href === null ? { text } : { text, href };
}

const MAX_NAMED = 3;

function toReferrers({ newReferrers }: WeekReport): Line[] {
  return newReferrers.map(({ referrer, viewCount, repositories }) => {
    const more = repositories.length > MAX_NAMED ? ` and ${repositories.length - MAX_NAMED} more` : '';
    const names = `${repositories.slice(0, MAX_NAMED).join(', ')}${more}`;
    return { text: `${referrer}: ${unknownOr(viewCount, 'view')} of ${names}` };
  });
}

function toNewlyTracked(
  { newlyTracked: { count, repositories } }: WeekReport,
  tenantUrl: string | null,
): Line[] {
  const lines = repositories.map(({ repositoryId, fullName, rule }): Line => {
    const text = `${fullName}, by the rule ${rule}`;
    return tenantUrl === null ? { text } : { text, href: `${tenantUrl}/r/${repositoryId}` };
  });
  const rest = count - repositories.length;
  return rest > 0 ? [...lines, { text: `and ${formatNumber(rest)} more` }] : lines;
}

function toIncomplete({ incomplete }: WeekReport): Line[] {
  const { lostDays, unpublishedDays, suspectDays, provisionalDays, failingRepositories } = incomplete;
  return [
    lostDays > 0 && `${plural(lostDays, 'repository day')} lost: no collection covered them`,
    unpublishedDays > 0 && `GitHub has not published ${plural(unpublishedDays, 'repository day')} yet`,
    suspectDays > 0 &&
      `${plural(suspectDays, 'repository day')} ${suspectDays === 1 ? 'was' : 'were'} zero everywhere: GitHub may have failed`,
    provisionalDays > 0 &&
      `${plural(provisionalDays, 'repository day')} may still grow: GitHub takes up to 72 hours`,
    failingRepositories > 0 && `Collecting fails for ${repositoriesOf(failingRepositories)}`,
  ].flatMap((text) => (text === false ? [] : [{ text }]));
}
