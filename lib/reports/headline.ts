import type { Report, ReportPeriod } from '../answers/reports.ts';
import { formatDay, formatSpan } from '../day-format.ts';
import { plural, toShownChange } from '../number-format.ts';

/** 'Traffic in October 2026', 'Traffic in the week of 16 Nov 2026' or 'Traffic of 3 – 20 Oct 2026'. */
export function toTitle(period: ReportPeriod): string {
  return `Traffic ${whenOf(period)}`;
}

function whenOf({ kind, label, from, to }: ReportPeriod): string {
  if (kind === 'month') return `in ${label}`;
  return kind === 'week' ? `in the week of ${formatDay(from)}` : `of ${formatSpan(from, to)}`;
}

/** One sentence: the views, how they changed, and who moved most. Only what is known and can be compared is said. */
export function toHeadline(report: Omit<Report, 'headline'>): string {
  const { period, repositoryCount, totals } = report;
  const { count } = totals.viewCount;
  if (repositoryCount === 0) return `There was no repository to report ${whenOf(period)}.`;
  if (count === null) return `No views are known ${whenOf(period)}: no day of it was collected.`;
  return `${plural(count, 'view')} ${whenOf(period)}${toComparison(report)}${toMoved(report)}.`;
}

function toComparison({ totals, comparisons }: Omit<Report, 'headline'>): string {
  const { change } = totals.viewCount.previous;
  if (change === null) return '';
  const { label, repositories } = comparisons.previous;
  const { direction, text } = toShownChange(change);
  const { compared, total } = repositories;
  const which =
    compared === total
      ? ''
      : ` for the ${plural(compared, 'repository', 'repositories')} that can be compared`;
  if (direction === 'same') return `, as many a day as in ${label}${which}`;
  const much = text.endsWith('×') ? `${text} as many` : `${text} ${direction === 'up' ? 'more' : 'fewer'}`;
  return `, ${much} a day than in ${label}${which}`;
}

function toMoved({ risers, fallers, repositoryCount }: Omit<Report, 'headline'>): string {
  const [riser] = risers;
  const [faller] = fallers;
  if (repositoryCount === 1 || (!riser && !faller)) return '';
  const moved = [riser && `${riser.fullName} grew most`, faller && `${faller.fullName} fell most`];
  return `; ${moved.filter(Boolean).join(', and ')}`;
}
