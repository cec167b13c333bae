import type { Mover, Overview } from '../answers/stats.ts';
import { toFullName } from '../repositories/repository.ts';
import { compareRepositories } from './comparison.ts';
import type { RepositoryTraffic } from './overview-order.ts';
import type { Spans } from './range.ts';
import { differenceOf, whyNoChange } from './totals.ts';

const MAX_MOVERS = 6;

/** What an overview needs to know of each repository besides its traffic. */
export interface RepositoryExtras {
  colorOf: (repositoryId: number) => number;
  /** The stars gained in the range; null if they were never read. */
  starsOf: (repositoryId: number) => number | null;
}

/** The repositories that moved most between the two spans; those without a difference come last. */
export function listMoved(
  traffic: readonly RepositoryTraffic[],
  spans: Spans,
  { colorOf, starsOf }: RepositoryExtras,
): Overview['moved'] {
  const toMover = ({ row }: RepositoryTraffic, found: Pick<Mover, 'difference' | 'reason'>): Mover => ({
    repositoryId: row.repositoryId,
    fullName: toFullName(row),
    colorIndex: colorOf(row.repositoryId),
    ...found,
  });
  const byMetric = (metric: 'viewCount' | 'cloneCount') =>
    largest(
      traffic.map((one) => {
        const comparison = compareRepositories(spans, [one]);
        const difference = differenceOf(comparison, metric);
        return toMover(one, { difference, reason: whyNoChange(comparison, metric) });
      }),
    );
  return {
    viewCount: byMetric('viewCount'),
    cloneCount: byMetric('cloneCount'),
    stars: largest(
      traffic.map((one) => {
        const difference = starsOf(one.row.repositoryId);
        return toMover(one, { difference, reason: difference === null ? 'days_missing' : null });
      }),
    ),
  };
}

function largest(movers: readonly Mover[]): Mover[] {
  const size = ({ difference }: Mover) => (difference === null ? -1 : Math.abs(difference));
  return movers.toSorted((one, other) => size(other) - size(one)).slice(0, MAX_MOVERS);
}
