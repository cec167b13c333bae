import { type Day, startOf } from '../day.ts';
import { MAX_RUNS } from '../github/workflow-runs.ts';

/** A settled day with known clones and workflow runs. */
export interface CiDay {
  date: Day;
  clones: number;
  /** Unique cloners; null if unknown. */
  uniques: number | null;
  runs: number;
}

/** How many clones a workflow run of this repository makes, estimated from its own days. */
export interface CiEstimate {
  clonesPerRun: number;
  /** Correlation of clones and runs, with weekdays and weekends apart; at most 1. */
  correlation: number;
  /** Days used. */
  days: number;
}

/** Why there is no estimate. */
export type NoEstimate = 'too_few_days' | 'no_runs' | 'no_relation';

const MIN_DAYS = 28;
const MIN_CORRELATION = 0.5;
/** The most jobs of a matrix, each with one checkout, which is one clone. A steeper relation has another cause. */
const MAX_CLONES_PER_RUN = 256;

/**
 * Estimates the clones per workflow run by least squares. Weekdays and weekends are compared separately, because people
 * clone less at weekends too. What comes every day whatever the runs, as a scheduled Pages build does, is not counted as CI.
 */
export function estimateCiClones(days: readonly CiDay[]): CiEstimate | NoEstimate {
  const usable = days.filter(({ runs }) => runs < MAX_RUNS);
  if (usable.length < MIN_DAYS) return 'too_few_days';
  if (usable.every(({ runs }) => runs === 0)) return 'no_runs';
  const isWeekend = ({ date }: CiDay) => [0, 6].includes(startOf(date).getUTCDay());
  const groups = [usable.filter(isWeekend), usable.filter((day) => !isWeekend(day))];
  const sums = { runs: 0, clones: 0, both: 0 };
  for (const group of groups) {
    const runsMean = mean(group.map(({ runs }) => runs));
    const clonesMean = mean(group.map(({ clones }) => clones));
    for (const { runs, clones } of group) {
      sums.runs += (runs - runsMean) ** 2;
      sums.clones += (clones - clonesMean) ** 2;
      sums.both += (runs - runsMean) * (clones - clonesMean);
    }
  }
  const correlation = sums.both / Math.sqrt(sums.runs * sums.clones);
  if (!(correlation >= MIN_CORRELATION)) return 'no_relation';
  const clonesPerRun = sums.both / sums.runs;
  if (clonesPerRun > MAX_CLONES_PER_RUN) return 'no_relation';
  return { clonesPerRun, correlation, days: usable.length };
}

/** All checkouts of a day with `GITHUB_TOKEN` are together one unique cloner. */
const CI_UNIQUES = 1;

/** The clones of a day that its workflow runs explain. Each other unique cloner of the day has at least one of the rest. */
export function ciClonesOf({ clones, uniques, runs }: CiDay, { clonesPerRun }: CiEstimate): number {
  const others = Math.max(0, (uniques ?? 0) - CI_UNIQUES);
  return Math.max(0, Math.min(clones - others, Math.round(runs * clonesPerRun)));
}

/** The unique cloners of a day that are CI: one if it has clones by CI. */
export function ciUniquesOf(day: CiDay, estimate: CiEstimate): number {
  return ciClonesOf(day, estimate) > 0 && day.uniques !== 0 ? CI_UNIQUES : 0;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
