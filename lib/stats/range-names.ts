/** The ranges that have a name. Numbers are days up to today; `week` is the newest whole week; `month`, `quarter` and `year` end today. */
export const RANGES = [
  '7',
  '14',
  '30',
  '90',
  '365',
  'all',
  'week',
  'month',
  'last-month',
  'quarter',
  'last-quarter',
  'year',
  'last-year',
] as const;
export type RangeName = (typeof RANGES)[number];
