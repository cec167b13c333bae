import { type Day, startOf } from '../day.ts';
import { MAX_RUNS } from '../github/workflow-runs.ts';

/** A settled day with known clones and workflow runs. */
export interface CiDay {
  date: Day;
  clones: number;
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

/**
 * Estimates the clones per workflow run by least squares. Weekdays and weekends are compared separately, because people
 * clone less at weekends too.
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
  return { clonesPerRun: sums.both / sums.runs, correlation, days: usable.length };
}

/** The clones of a day that its workflow runs explain, at most all of them. */
export function ciClonesOf({ clones, runs }: CiDay, { clonesPerRun }: CiEstimate): number {
  return Math.min(clones, Math.round(runs * clonesPerRun));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
