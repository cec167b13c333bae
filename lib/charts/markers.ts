import { type ChartModel, indexOf } from './model.ts';

/** What happened on a day, or on neighboring days that are too narrow for a marker each. */
export interface PlacedMarker {
  /** The buckets that it stands for; it is drawn above the first. */
  first: number;
  last: number;
  /** The place of each event in the model. */
  events: number[];
}

/** Days narrower than this share a marker with their neighbors. */
const MIN_DAY_WIDTH = 14;
/** The width that a marker may be clicked on. */
export const TARGET = 24;

/** One marker for each bucket with events. In a narrow chart those that would cover each other are merged. */
export function placeMarkers(
  { events, buckets }: Pick<ChartModel, 'events' | 'buckets'>,
  slot: number,
): PlacedMarker[] {
  const byBucket = new Map<number, number[]>();
  events.forEach((event, place) => {
    const index = indexOf(buckets, event.date);
    if (index >= 0) byBucket.set(index, [...(byBucket.get(index) ?? []), place]);
  });
  const markers: PlacedMarker[] = [];
  for (const [index, places] of [...byBucket].sort(([a], [b]) => a - b)) {
    const before = markers.at(-1);
    const close = before && slot < MIN_DAY_WIDTH && (index - before.first) * slot < TARGET;
    if (close) {
      before.last = index;
      before.events.push(...places);
    } else markers.push({ first: index, last: index, events: places });
  }
  return markers;
}
