import type { Comparison, LeftOutReason } from '../answers/figures.ts';
import { daysBetween } from '../day.ts';
import { givesNoTraffic, toFullName } from '../repositories/repository.ts';
import type { Spans } from './range.ts';
import { addSums, emptySums, type Sums, toTotals } from './totals.ts';

/** The sums of two spans that are compared. */
export interface ComparedSums {
  current: Sums;
  previous: Sums;
}

/** Whether all of so many days are known and final, in both spans. */
export function isComparable({ current, previous }: ComparedSums, days: number): boolean {
  return days > 0 && current.finalDays === days && previous.finalDays === days;
}

/** A repository with the sums of its two spans. */
export interface ComparedRepository {
  row: { repositoryId: number; owner: string; name: string; failureCode: string | null };
  sums: ComparedSums;
}

const MAX_LEFT_OUT = 20;

/**
 * Compares two spans of several repositories. A repository that cannot be compared is left out of both spans; the others
 * are still compared.
 */
export function compareRepositories(spans: Spans, all: readonly ComparedRepository[]): Comparison {
  const days = daysOf(spans);
  const current = emptySums();
  const previous = emptySums();
  const leftOut: Comparison['leftOut'] = [];
  let compared = 0;
  for (const { row, sums } of spans.kind === 'none' ? [] : all) {
    if (!isComparable(sums, days)) {
      const reason = whyLeftOut(row, sums, days);
      if (leftOut.length < MAX_LEFT_OUT)
        leftOut.push({ repositoryId: row.repositoryId, fullName: toFullName(row), reason });
      continue;
    }
    compared += 1;
    addSums(current, sums.current);
    addSums(previous, sums.previous);
  }
  return {
    ...spans,
    current: toTotals(current),
    previous: toTotals(previous),
    comparable: compared > 0,
    repositories: { compared, total: all.length },
    leftOut,
  };
}

function whyLeftOut(row: ComparedRepository['row'], { previous }: ComparedSums, days: number): LeftOutReason {
  if (givesNoTraffic(row)) return 'archived';
  return previous.knownDays + previous.lostDays < days ? 'nothing_earlier' : 'days_missing';
}

/** How many days each of the two spans has. */
export function daysOf({ from, to }: Pick<Spans, 'from' | 'to'>): number {
  return daysBetween(from, to) + 1;
}
