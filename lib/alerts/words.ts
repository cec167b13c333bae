import type { AlertChange } from '../answers/alerts.ts';
import { toDayAndMonth } from '../day.ts';
import type { AlertKind, AlertMetric } from '../db/tables/alerts.ts';
import { andMore, formatNumber, plural } from '../number-format.ts';
import { ALERT_TITLES, nameOf } from './titles.ts';

const COUNTED: Record<AlertMetric, [one: string, many: string]> = {
  views: ['view', 'views'],
  clones: ['clone', 'clones'],
  stars: ['star', 'stars'],
  downloads: ['download', 'downloads'],
};
const PEOPLE: Record<AlertMetric, [one: string, many: string]> = {
  views: ['visitor', 'visitors'],
  clones: ['cloner', 'cloners'],
  stars: ['person', 'people'],
  downloads: ['person', 'people'],
};

/** What an alert is about: a name, two, or one and how many more. */
export function toAlertSubject(changes: readonly AlertChange[]): string {
  const names = [...new Set(changes.map(nameOf))];
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} ${andMore(names.length - 1)}`;
}

/** What happened, as a sentence without the subject and the full stop. `changes` are those that the reader may see. */
export function toAlertTitle(
  kind: AlertKind,
  referrer: string | null,
  changes: readonly AlertChange[],
): string {
  const [first] = changes;
  if (!first) return ALERT_TITLES[kind];
  if (kind === 'referrer') {
    const views = plural(sumOf(countedOnce(changes), 'value') ?? 0, 'view');
    return `${referrer ?? ''} is new among the top three referrers, with ${views} in 14 days`;
  }
  if (kind === 'milestone')
    return `${plural(first.value, ...COUNTED[first.metric])} in all, reached on ${toDayAndMonth(first.date)}`;
  const metrics = [...new Set(changes.map(({ metric }) => metric))];
  const figures = metrics.map((metric) => toFigures(changes.filter((one) => one.metric === metric)));
  const on = toDayAndMonth(first.noticedOn);
  if (kind === 'spike') return `${figures.join(', and ')} on ${on}`;
  return `${figures.join(', and ')} on ${on}: low since ${toDayAndMonth(first.date)}`;
}

/** What changed about one repository or group, as a line of a list: a name and a figure. */
export function toChangeText(change: AlertChange): string {
  const { metric, value, expected } = change;
  return `${nameOf(change)}: ${toCompared(COUNTED[metric], value, expected)}`;
}

/** One figure of several subjects together, beside what was usual. */
function toFigures(all: readonly AlertChange[]): string {
  const changes = countedOnce(all);
  const [first] = changes;
  if (!first) return '';
  const counted = toCompared(COUNTED[first.metric], sumOf(changes, 'value'), sumOf(changes, 'expected'));
  // Visitors of several repositories may be the same people.
  if (changes.length > 1 || first.group !== null || first.people === null) return counted;
  return `${counted}, by ${plural(first.people, ...PEOPLE[first.metric])}`;
}

/** Groups of one alert share repositories, so that only the largest counts, and none beside repositories. */
function countedOnce(changes: readonly AlertChange[]): readonly AlertChange[] {
  const ofRepositories = changes.filter(({ repository }) => repository !== null);
  if (ofRepositories.length > 0) return ofRepositories;
  const [first, ...others] = changes;
  if (!first) return [];
  return [others.reduce((most, one) => (one.value > most.value ? one : most), first)];
}

function toCompared(noun: [string, string], value: number | null, expected: number | null): string {
  const counted = plural(value ?? 0, ...noun);
  return expected === null ? counted : `${counted} instead of about ${formatNumber(expected)}`;
}

/** A sum; null unless each of them is known. */
function sumOf(changes: readonly AlertChange[], field: 'value' | 'expected'): number | null {
  return changes.reduce<number | null>(
    (sum, change) => (sum === null || change[field] === null ? null : sum + (change[field] ?? 0)),
    0,
  );
}

/** How an alert ended, as a sentence; null if it did not, or cannot. */
export function toAlertEnding(kind: AlertKind, changes: readonly AlertChange[]): string | null {
  if (kind === 'referrer' || kind === 'milestone') return null;
  const ends = changes.map(({ over }) => over);
  const last = ends
    .filter((over) => over !== null)
    .sort((one, other) => (one.date < other.date ? -1 : 1))
    .at(-1);
  if (!last || ends.includes(null)) return null;
  if (last.reason === 'lasting')
    return 'After four weeks it is still not as before. What it is now counts as usual.';
  if (last.reason === 'unknown') return 'Too few days are known since to say how it went on.';
  return `Traffic is as usual again since ${toDayAndMonth(last.date)}.`;
}

/** What a name did in GitHub's lists, as a sentence without the full stop. */
export function toRiseText({
  kind,
  name,
  movement,
  amount,
}: {
  kind: 'referrer' | 'path';
  name: string;
  movement: 'entered' | 'rose';
  amount: number | null;
}): string {
  const list = kind === 'referrer' ? 'the referrers' : 'the most viewed pages';
  const views = amount === null ? '' : `, with at least ${plural(amount, 'view')} more`;
  return movement === 'entered' ? `${name} entered ${list}${views}` : `${name} rose among ${list}${views}`;
}
