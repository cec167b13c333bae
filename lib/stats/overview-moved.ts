import type { Mover, Overview } from '../answers/stats.ts';
import { toFullName } from '../repositories/repository.ts';
import { compareRepositories } from './comparison.ts';
import type { RepositoryTraffic } from './overview-order.ts';
import type { Spans } from './range.ts';
import { differenceOf, whyNoChange } from './totals.ts';

const MAX_MOVERS = 6;

/** The stars that a repository gained in the range; null if they were never read. */
export type StarsOf = (repositoryId: number) => number | null;

/** The repositories that moved most between the two spans; those without a difference come last. */
export function listMoved(
  traffic: readonly RepositoryTraffic[],
  spans: Spans,
  starsOf: StarsOf,
): Overview['moved'] {
  const toMover = ({ row }: RepositoryTraffic, found: Pick<Mover, 'difference' | 'reason'>): Mover => ({
    repositoryId: row.repositoryId,
    fullName: toFullName(row),
    colorIndex: row.colorIndex,
    ...found,
  });
  const byMetric = (metric: 'viewCount' | 'cloneCount') =>
    largest(traffic, ({ comparable, sums }) =>
      spans.kind === 'none' ? null : differenceOf({ comparable, ...sums }, metric),
    ).map(({ one, difference }) =>
      toMover(one, { difference, reason: whyNoChange(compareRepositories(spans, [one]), metric) }),
    );
  return {
    viewCount: byMetric('viewCount'),
    cloneCount: byMetric('cloneCount'),
    stars: largest(traffic, ({ row }) => starsOf(row.repositoryId)).map(({ one, difference }) =>
      toMover(one, { difference, reason: difference === null ? 'days_missing' : null }),
    ),
  };
}

function largest(
  traffic: readonly RepositoryTraffic[],
  differenceIn: (one: RepositoryTraffic) => number | null,
): { one: RepositoryTraffic; difference: number | null }[] {
  const size = (difference: number | null) => (difference === null ? -1 : Math.abs(difference));
  return traffic
    .map((one) => ({ one, difference: differenceIn(one) }))
    .toSorted((one, other) => size(other.difference) - size(one.difference))
    .slice(0, MAX_MOVERS);
}
