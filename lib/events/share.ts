import type { ChartEvent, Events } from '../answers/events.ts';
import { EVENT_KINDS } from './kinds.ts';

/** The most events in an answer. */
export const MAX_EVENTS = 150;

/** Events of one kind: the newest of them, and how many there are. */
export interface Found {
  events: ChartEvent[];
  count: number;
}

/**
 * The events that are answered, newest first. If there are more than `limit`, frequent kinds make room for rare ones: each
 * kind gets an equal share, and other kinds fill what it does not use. Annotations come first.
 */
export function shareOut(found: readonly Found[], limit = MAX_EVENTS): Events {
  const byKind = EVENT_KINDS.flatMap((kind) => {
    const own = found.filter(({ events }) => events[0]?.kind === kind);
    const count = own.reduce((sum, one) => sum + one.count, 0);
    return count === 0 ? [] : [{ kind, count, events: own.flatMap(({ events }) => events).sort(byNewest) }];
  });
  const rarestFirst = [...byKind].sort(
    (one, other) =>
      Number(other.kind === 'annotation') - Number(one.kind === 'annotation') || one.count - other.count,
  );
  const events: ChartEvent[] = [];
  for (const [place, { kind, events: own }] of rarestFirst.entries()) {
    const left = limit - events.length;
    const share = kind === 'annotation' ? left : Math.floor(left / (rarestFirst.length - place));
    events.push(...own.slice(0, share));
  }
  return {
    events: events.sort(byNewest),
    eventCounts: byKind.map(({ kind, count }) => ({ kind, count })),
  };
}

function byNewest(one: ChartEvent, other: ChartEvent): number {
  return (
    compare(other.date, one.date) ||
    EVENT_KINDS.indexOf(one.kind) - EVENT_KINDS.indexOf(other.kind) ||
    compare(one.fullName ?? '', other.fullName ?? '') ||
    compare(one.title, other.title)
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
