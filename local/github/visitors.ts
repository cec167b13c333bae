import { unit } from './random.ts';

// The visitor model. On every day some people come once and never again, and some of at most 30 groups of regulars
// come; a day's regulars are the bits of a number. So the uniques of any range are exact: those who came once, plus
// the groups in the union of the days' bits. max(day) <= uniques(range) <= sum(day) holds by construction.

/** One day's visits: `visitors` who come once, `regulars` as bits, and `extra`, the visits after each person's first. */
export interface Flow {
  visitors: number;
  extra: number;
  regulars: number;
}

/** The number of groups of regulars, and of people in each. */
export interface Regulars {
  groups: number;
  groupSize: number;
}

export const NOBODY: Flow = { visitors: 0, extra: 0, regulars: 0 };

const MAX_GROUPS = 30;

export function toRegulars(people: number): Regulars {
  if (people <= MAX_GROUPS) return { groups: people, groupSize: 1 };
  return { groups: MAX_GROUPS, groupSize: Math.round(people / MAX_GROUPS) };
}

export function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The regulars who come on a day: each group with the same likelihood, but at most `limit` people. */
export function pickRegulars(seed: number, regulars: Regulars, likelihood: number, limit: number): number {
  let bits = 0;
  let people = regulars.groupSize;
  // Starts at a different group each day, so that the limit does not always exclude the same ones.
  const first = seed % Math.max(1, regulars.groups);
  for (let i = 0; i < regulars.groups && people <= limit; i += 1) {
    const group = (first + i) % regulars.groups;
    if (unit(seed, group) >= likelihood) continue;
    bits |= 1 << group;
    people += regulars.groupSize;
  }
  return bits;
}

/** The share of a day's visits up to a moment of the day, 0 to 1: few at night, many in the afternoon. */
function shareBy(moment: number): number {
  return moment - (0.6 * Math.sin(2 * Math.PI * moment)) / (2 * Math.PI);
}

function between(total: number, from: number, to: number): number {
  return Math.floor(total * shareBy(to)) - Math.floor(total * shareBy(from));
}

/** The part of a day's visits between two moments, in days since the day's start. `seed` is the day's own. */
export function cutFlow(flow: Flow, seed: number, start: number, end: number): Flow {
  const from = Math.max(0, start);
  const to = Math.min(1, end);
  if (from === 0 && to === 1) return flow;
  if (from >= to) return NOBODY;
  let regulars = 0;
  for (let group = 0; group < MAX_GROUPS; group += 1) {
    if ((flow.regulars & (1 << group)) === 0) continue;
    const arrival = unit(seed, group, 1);
    if (arrival >= from && arrival < to) regulars |= 1 << group;
  }
  return { visitors: between(flow.visitors, from, to), extra: between(flow.extra, from, to), regulars };
}

/** The visits and unique visitors over several days. */
export function toFigures(flows: Flow[], groupSize: number): { count: number; uniques: number } {
  let count = 0;
  let visitors = 0;
  let regulars = 0;
  for (const flow of flows) {
    count += flow.visitors + flow.extra + countBits(flow.regulars) * groupSize;
    visitors += flow.visitors;
    regulars |= flow.regulars;
  }
  return { count, uniques: visitors + countBits(regulars) * groupSize };
}
