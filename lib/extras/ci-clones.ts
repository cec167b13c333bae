import { type Day, startOf } from '../day.ts';

/** One settled day of which clones and workflow runs are known. */
export interface CiDay {
  date: Day;
  clones: number;
  runs: number;
}

/** How many clones go with a workflow run of this repository, as far as its own days tell. */
export interface CiEstimate {
  clonesPerRun: number;
  /** Of clones and runs, weekdays and weekends apart; 1 is the closest. */
  correlation: number;
  /** How many days it was reckoned from. */
  days: number;
}

/** Why there is no estimate. */
export type NoEstimate = 'too_few_days' | 'no_runs' | 'no_relation';

const FEWEST_DAYS = 28;
const WEAKEST_CORRELATION = 0.5;
/** GitHub looks through so many runs at most, so that such a number may be too low. */
const MAX_RUNS = 1000;

/**
 * Reckons how many clones a workflow run brings, by least squares: days with more runs than usual are compared with days
 * with fewer, weekdays among each other and weekends among each other, because people clone less at weekends too.
 */
export function estimateCiClones(days: readonly CiDay[]): CiEstimate | NoEstimate {
  const usable = days.filter(({ runs }) => runs < MAX_RUNS);
  if (usable.length < FEWEST_DAYS) return 'too_few_days';
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
  if (!(correlation >= WEAKEST_CORRELATION)) return 'no_relation';
  return { clonesPerRun: sums.both / sums.runs, correlation, days: usable.length };
}

/** The clones of a day that its workflow runs explain: never more than there were. */
export function ciClonesOf({ clones, runs }: CiDay, { clonesPerRun }: CiEstimate): number {
  return Math.min(clones, Math.round(runs * clonesPerRun));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
