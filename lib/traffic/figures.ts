/** Views and clones of a day or a week. Null is unknown, never zero. */
export interface Figures {
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
}

/** One of the four figures. */
export type Metric = keyof Figures;

/** All of them. */
export const METRICS = [
  'viewCount',
  'viewUniques',
  'cloneCount',
  'cloneUniques',
] as const satisfies readonly Metric[];

/** All four figures unknown. */
export const UNKNOWN: Figures = { viewCount: null, viewUniques: null, cloneCount: null, cloneUniques: null };
/** All four figures known to be zero. */
export const ZERO: Figures = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };

/** The larger of each figure; a known figure wins over an unknown one. */
export function largerFigures(one: Figures, other: Figures): Figures {
  return {
    viewCount: maxOf(one.viewCount, other.viewCount),
    viewUniques: maxOf(one.viewUniques, other.viewUniques),
    cloneCount: maxOf(one.cloneCount, other.cloneCount),
    cloneUniques: maxOf(one.cloneUniques, other.cloneUniques),
  };
}

/** Whether all four figures are equal. Unknown equals unknown, never zero. */
export function sameFigures(one: Figures, other: Figures): boolean {
  return METRICS.every((metric) => one[metric] === other[metric]);
}

/** The larger of two figures; a known figure wins over an unknown one. */
export function maxOf(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.max(one, other);
}

/** The sum of two figures; an unknown one adds nothing. */
export function plus(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : one + other;
}
