import type { Day } from '../day.ts';
import { type Figures, largerFigures, UNKNOWN } from './figures.ts';

/** One entry of GitHub's `views` or `clones` array. */
export interface Observation {
  date: Day;
  count: number;
  uniques: number;
}

/** GitHub's two arrays of one answer. Null: GitHub did not give that array, so nothing is known of its figures. */
export interface Observed {
  views: readonly Observation[] | null;
  clones: readonly Observation[] | null;
}

/** GitHub's two arrays as figures by date; null if an array does not name the date. */
export function nameDays({ views, clones }: Observed): Map<Day, Figures> {
  const named = new Map<Day, Figures>();
  const add = (date: Day, figures: Partial<Figures>) =>
    named.set(date, largerFigures(named.get(date) ?? UNKNOWN, { ...UNKNOWN, ...figures }));
  for (const { date, count, uniques } of views ?? []) add(date, { viewCount: count, viewUniques: uniques });
  for (const { date, count, uniques } of clones ?? [])
    add(date, { cloneCount: count, cloneUniques: uniques });
  return named;
}

/** What an answer says of a day or week that it leaves out: nothing of the array that GitHub did not give. */
export function zeroWhereRead({ views, clones }: Observed): Figures {
  const ofViews = views === null ? null : 0;
  const ofClones = clones === null ? null : 0;
  return { viewCount: ofViews, viewUniques: ofViews, cloneCount: ofClones, cloneUniques: ofClones };
}
