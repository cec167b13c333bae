import * as z from 'zod';
import { EVENT_KINDS } from '../events/kinds.ts';
import { Count, Day } from './figures.ts';

/**
 * `annotation`: a person wrote it. `alert`: a spike, a drop, a new referrer or a round number, on its first day. `lost`: days that were not collected before GitHub deleted them. `visibility`: the repository
 * became public, private or internal. `tracking`: collection began. `referrer`: a site appeared in the referrers for the first time.
 */
const EventKind = z.enum(EVENT_KINDS);

/** Something that happened on a day, or in a span of days. */
export const ChartEvent = z.object({
  date: Day,
  /** The last day; the same day unless it is a span. */
  to: Day,
  kind: EventKind,
  /** Null if it is about several repositories. */
  repositoryId: z.int().nullable(),
  fullName: z.string().nullable(),
  /** What happened, as a sentence without the repository's name. An annotation's is its text. */
  title: z.string(),
  /** What the title begins with, to stand out: a tag, a referrer, or what an alert is called. Null for other kinds. */
  subject: z.string().nullable(),
  detail: z.string().nullable(),
  url: z.string().nullable(),
  /** Of an annotation: its id, and the name of the person who wrote it. */
  annotationId: z.int().nullable(),
  author: z.string().nullable(),
  alertId: z.int().nullable(),
});
export type ChartEvent = z.infer<typeof ChartEvent>;

/** What happened in a range. */
export const Events = z.object({
  /** Newest first, at most 150. If there are more, of each kind the newest. */
  events: z.array(ChartEvent),
  /** How many there are of each kind that has any. */
  eventCounts: z.array(z.object({ kind: EventKind, count: Count })),
});
export type Events = z.infer<typeof Events>;
