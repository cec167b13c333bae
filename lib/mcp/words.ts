import type { Comparison, Totals } from '../answers/figures.ts';
import { formatDay } from '../day-format.ts';
import { formatChange, plural } from '../number-format.ts';
import { changeOf, whyNoChange } from '../stats/totals.ts';
import type { DayState } from '../traffic/window.ts';

/** What a day's state means, for somebody who has never seen it. Null: the figures are as they should be. */
const STATES: Record<DayState, string | null> = {
  measured: null,
  zero: null,
  imported: 'imported from another tool',
  provisional: 'preliminary: may still rise',
  cut: 'GitHub showed only a part of it, for good: a minimum',
  suspect: 'suspect: everything fell to zero at once, which may be GitHub’s failure',
  not_published: 'GitHub has not published it yet',
  lost: 'lost: not collected before GitHub forgot it; unknown, not zero',
  before: 'before the first collection; unknown, not zero',
};

export const noteOfState = (state: DayState): string | null => STATES[state];

/** A count, or that it is unknown. */
export function countOf(value: number | null, one: string, many?: string): string {
  return value === null ? `unknown ${many ?? `${one}s`}` : plural(value, one, many);
}

/** A count of people of several days. It lies between two bounds, because the same person may come on several days. */
function peopleOf(atLeast: number | null, atMost: number | null, one: string): string {
  if (atMost === null) return `unknown ${one}s`;
  if (atLeast === null || atLeast >= atMost) return plural(atMost, one);
  return `between ${atLeast.toLocaleString('en-GB')} and ${plural(atMost, one)}`;
}

/** Sums of days in a sentence, with what is missing of them. */
export function totalsOf(totals: Totals): string {
  const { viewCount, viewUniquesLower, viewUniquesUpper, cloneCount, cloneUniquesLower, cloneUniquesUpper } =
    totals;
  const figures = [
    countOf(viewCount, 'view'),
    peopleOf(viewUniquesLower, viewUniquesUpper, 'unique visitor'),
    `${countOf(cloneCount, 'clone')} (CI checkouts included)`,
    peopleOf(cloneUniquesLower, cloneUniquesUpper, 'unique cloner'),
  ].join(', ');
  if (totals.lostDays === 0) return `${figures}.`;
  return `${figures}. ${plural(totals.lostDays, 'day is', 'days are')} lost (counted per repository): what happened then is unknown, not zero, so all of this is of the known days only.`;
}

const REASONS = {
  days_missing: 'some days of either period are unknown or not final',
  nothing_earlier: 'nothing is known of the earlier period',
  archived: 'the repository is archived',
  too_few: 'the figures are too small for a percentage',
  not_compared: 'nothing is compared',
};

/** How much the figures changed from the period before, in a sentence. */
export function changeInWords(comparison: Comparison): string {
  const { previousFrom, previousTo, repositories } = comparison;
  const views = changeOf(comparison, 'viewCount');
  const clones = changeOf(comparison, 'cloneCount');
  const parts = [
    views === null ? '' : `views ${formatChange(views)}`,
    clones === null ? '' : `clones ${formatChange(clones)}`,
  ].filter(Boolean);
  const reason = whyNoChange(comparison, 'viewCount') ?? 'too_few';
  if (parts.length === 0) return `No comparison with the period before: ${REASONS[reason]}.`;
  const { compared, total } = repositories;
  const of = total > 1 ? `, of the ${compared} of ${total} repositories whose days are all final` : '';
  return `Against ${formatDay(previousFrom)} – ${formatDay(previousTo)}${of}: ${parts.join(', ')}.`;
}
