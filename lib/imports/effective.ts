import type { ImportedState } from '../db/tables/imports.ts';
import type { Instant } from '../instant.ts';
import { type Figures, METRICS, type Metric, maxOf, UNKNOWN } from '../traffic/figures.ts';
import type { TrafficDay } from '../traffic/merge.ts';
import { FINAL_STATES, leastCertain, type StoredState } from '../traffic/window.ts';

/** What one import says of a day. */
export interface ImportedDay extends Figures {
  importId: number;
  state: ImportedState;
  observedAt: Instant;
}

/** A day as it counts, and the import that decided any of its figures; null where our own measurement counts alone. */
export interface EffectiveDay extends TrafficDay {
  importId: number | null;
}

const isFinal = (state: StoredState) => FINAL_STATES.includes(state);

/**
 * What counts of a day: our own measurement, and what imports say of it. Our own final figure wins. Where we saw the day only cut,
 * unfinished or suspect, the larger figure wins. A figure that we do not know is filled in. Between imports the larger figure
 * wins, then the older import. Undefined if nothing is known. The order of the imports does not matter.
 */
export function toEffectiveDay(
  trafficDate: string,
  own: TrafficDay | undefined,
  imported: readonly ImportedDay[],
): EffectiveDay | undefined {
  const sorted = [...imported].sort((one, other) => one.importId - other.importId);
  const decided = METRICS.flatMap((metric) => decide(metric, own, sorted));
  const [first] = decided.map(({ by }) => by.importId).sort((one, other) => one - other);
  if (own === undefined) return sorted.length === 0 ? undefined : toImported(trafficDate, sorted, decided);
  if (first === undefined) return { ...own, importId: null };
  return {
    ...withFigures(own, decided),
    trafficDate,
    state: own.state === 'provisional' ? 'provisional' : stateOf(decided.map(({ by }) => by.state)),
    observedAt: own.observedAt,
    importId: first,
  };
}

interface Decided {
  metric: Metric;
  value: number;
  by: ImportedDay;
}

/** The import that decides a figure; none if our own measurement does. */
function decide(metric: Metric, own: TrafficDay | undefined, sorted: readonly ImportedDay[]): Decided[] {
  const value = sorted.map((one) => one[metric]).reduce(maxOf, null);
  const by = sorted.find((one) => one[metric] === value);
  if (value === null || !by) return [];
  const measured = own?.[metric] ?? null;
  const isOurs = measured !== null && own && (isFinal(own.state) || measured >= value);
  return isOurs ? [] : [{ metric, value, by }];
}

function withFigures(known: Figures, decided: readonly Decided[]): Figures {
  const { viewCount, viewUniques, cloneCount, cloneUniques } = known;
  const figures: Figures = { viewCount, viewUniques, cloneCount, cloneUniques };
  for (const { metric, value } of decided) figures[metric] = value;
  return figures;
}

/** A day that we did not measure. An import may name it and know none of its figures. */
function toImported(
  trafficDate: string,
  sorted: readonly ImportedDay[],
  decided: readonly Decided[],
): EffectiveDay | undefined {
  const deciding = decided.length > 0 ? decided.map(({ by }) => by) : sorted;
  const [first] = [...deciding].sort((one, other) => one.importId - other.importId);
  return (
    first && {
      trafficDate,
      ...withFigures(UNKNOWN, decided),
      state: stateOf(deciding.map(({ state }) => state)),
      observedAt: first.observedAt,
      importId: first.importId,
    }
  );
}

/** The state of figures that imports decided: the one they agree on, or `imported` if all are final, or the least certain. */
function stateOf(states: readonly StoredState[]): StoredState {
  const distinct = new Set(states);
  const [first] = distinct;
  if (first !== undefined && distinct.size === 1) return first;
  if (states.every(isFinal)) return 'imported';
  return leastCertain(distinct) as StoredState;
}
