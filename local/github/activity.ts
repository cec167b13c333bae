import { isWeekend, toDay, toDayNumber } from './days.ts';
import { bell, unit } from './random.ts';
import type { Spike, Story } from './story.ts';
import { countBits, type Flow, NOBODY, pickRegulars, toRegulars } from './visitors.ts';

/** What really happened on one day in one repository. */
export interface Activity {
  views: Flow;
  clones: Flow;
  /** The views without those of spikes, and those of each spike of the story, in order. */
  ordinaryViews: number;
  spikeViews: number[];
  /** The clones by CI. */
  ciClones: number;
}

const QUIET: Activity = { views: NOBODY, clones: NOBODY, ordinaryViews: 0, spikeViews: [], ciClones: 0 };
const VIEWS_PER_SPIKE_VISITOR = 1.3;
const CLONES_PER_PERSON = 1.2;

/** A repository's history from `createdOn` on, computed day by day on demand. */
export function openHistory(story: Story, createdOn: string, seed: number): (day: number) => Activity {
  const first = toDayNumber(createdOn);
  const viewers = toRegulars(story.regulars);
  const cloners = toRegulars(Math.ceil(story.regulars / 3));
  const known = new Map<number, Activity>();

  function compute(day: number): Activity {
    if (day < first || isIdle(story, day)) return QUIET;
    const level = levelOn(story, first, day) * wanderOn(seed, day);
    const ordinary = toWhole((story.views + lastingOn(story, day)) * level, seed, day, 1);
    const spikes = (story.spikes ?? []).map((spike, i) => toWhole(spikeOn(spike, day), seed, day, 10 + i));
    const crowd = spikes.reduce((sum, views) => sum + views, 0);
    const people = toWhole(story.clones * level + crowd * 0.03, seed, day, 2);
    const runners = toWhole(runnersOn(story, day), seed, day, 3);
    const likelihood = isWeekend(day) ? 0.12 : 0.35;
    const views = toFlow(
      [
        { visits: ordinary, each: story.viewsPerVisitor ?? 2.5 },
        { visits: crowd, each: VIEWS_PER_SPIKE_VISITOR },
      ],
      (limit) => pickRegulars(daySeed(seed, day, 'views'), viewers, likelihood, limit),
      viewers.groupSize,
    );
    const clones = toFlow(
      [
        { visits: people, each: CLONES_PER_PERSON },
        // All checkouts of a day are together one unique cloner.
        { visits: runners, each: Math.max(1, runners) },
      ],
      (limit) => pickRegulars(daySeed(seed, day, 'clones'), cloners, likelihood / 2, limit),
      cloners.groupSize,
    );
    return { views, clones, ordinaryViews: ordinary, spikeViews: spikes, ciClones: runners };
  }

  return (day) => {
    const found = known.get(day) ?? compute(day);
    known.set(day, found);
    return found;
  };
}

/** The seed for one day's visitors of one kind. */
export function daySeed(seed: number, day: number, kind: 'views' | 'clones'): number {
  return Math.floor(unit(seed, day, kind === 'views' ? 7 : 8) * 2 ** 31);
}

function isIdle(story: Story, day: number): boolean {
  return (story.idle ?? []).some(({ from, until }) => day >= toDayNumber(from) && day <= toDayNumber(until));
}

function levelOn(story: Story, first: number, day: number): number {
  const growth = story.growthPerYear ** ((day - first) / 365);
  const week = isWeekend(day) ? story.weekend : 1;
  if (story.season === undefined) return growth * week;
  const fromPeak = (day - toDayNumber(story.season.peakOn)) / 365.25;
  return growth * week * (1 + story.season.swing * Math.cos(2 * Math.PI * fromPeak));
}

/** Interest varies over weeks, and few people work around New Year. */
function wanderOn(seed: number, day: number): number {
  const slow = Math.sin(day / 19 + 6 * unit(seed, 31));
  const slower = Math.sin(day / 47 + 6 * unit(seed, 32));
  const holidays = /-(12-2[4-9]|12-3[01]|01-01)$/.test(toDay(day)) ? 0.55 : 1;
  return (1 + 0.11 * slow + 0.13 * slower) * holidays;
}

function lastingOn(story: Story, day: number): number {
  const past = (story.spikes ?? []).filter(({ on }) => day >= toDayNumber(on));
  return past.reduce((sum, { lasting = 0 }) => sum + lasting, 0);
}

function runnersOn(story: Story, day: number): number {
  return (story.ciClones ?? 0) * (isWeekend(day) ? 0.25 : 1);
}

function spikeOn(spike: Spike, day: number): number {
  const age = day - toDayNumber(spike.on);
  const views = age < 0 ? 0 : spike.views * 0.5 ** (age / spike.halfLife);
  return views < 1 ? 0 : views;
}

/** A random whole number around `mean`. Means below 1 give days with nothing. */
function toWhole(mean: number, seed: number, day: number, salt: number): number {
  if (mean <= 0) return 0;
  return Math.floor(mean * Math.exp(0.18 * bell(seed, day, salt)) + unit(seed, day, salt, 99));
}

function toFlow(
  parts: { visits: number; each: number }[],
  pick: (limit: number) => number,
  groupSize: number,
): Flow {
  const visits = parts.reduce((sum, part) => sum + part.visits, 0);
  if (visits === 0) return NOBODY;
  const wanted = Math.round(parts.reduce((sum, part) => sum + part.visits / part.each, 0));
  const uniques = Math.min(visits, Math.max(1, wanted));
  const regulars = pick(uniques);
  const people = countBits(regulars) * groupSize;
  return { visitors: uniques - people, extra: visits - uniques, regulars };
}
