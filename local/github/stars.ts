import { DAY_MS, toDayNumber } from './days.ts';
import type { Entry } from './world.ts';

/** One week of `/stargazers/history`: `week` is its first instant in seconds since 1970, `days` what each day gained. */
export interface StarWeek {
  week: number;
  total: number;
  days: number[];
}

/** Stars a repository has at an instant: some every day, and one of every 25 visitors of a spike. */
export function countStars(entry: Entry, now: Date): number {
  return countUntil(entry, now.getTime() / DAY_MS);
}

/** The stars a repository gained on a day, given as a number, as far as it has come at `now`. */
export function starsGained(entry: Entry, day: number, now: Date): number {
  const instant = now.getTime() / DAY_MS;
  if (day < toDayNumber(entry.createdOn) || day > instant) return 0;
  return countUntil(entry, Math.min(day + 1, instant)) - countUntil(entry, day);
}

/** Every week since the repository was created, newest first; weeks begin on Sunday, and days to come gained nothing. */
export function listStarWeeks(entry: Entry, now: Date): StarWeek[] {
  const weeks: StarWeek[] = [];
  const first = toSunday(toDayNumber(entry.createdOn));
  for (let week = toSunday(Math.floor(now.getTime() / DAY_MS)); week >= first; week -= 7) {
    const days = Array.from({ length: 7 }, (_, index) => starsGained(entry, week + index, now));
    weeks.push({
      week: (week * DAY_MS) / 1000,
      total: days.reduce((sum, stars) => sum + stars, 0),
      days,
    });
  }
  return weeks;
}

function countUntil(entry: Entry, instant: number): number {
  const days = Math.max(0, instant - toDayNumber(entry.createdOn));
  const crowds = (entry.story.spikes ?? []).map(({ on, views, halfLife }) => {
    const age = instant - toDayNumber(on);
    return age < 0 ? 0 : views * 0.06 * halfLife * (1 - 0.5 ** (age / halfLife));
  });
  return Math.floor(entry.story.starsPerDay * days + crowds.reduce((sum, stars) => sum + stars, 0));
}

/** The Sunday on or before a day; 1970-01-01 was a Thursday. */
function toSunday(day: number): number {
  return day - ((day + 4) % 7);
}
