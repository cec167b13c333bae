import * as z from 'zod';
import { Events } from './events.ts';
import { ColorIndex, Count, Day, Figure, NoChangeReason, Totals } from './figures.ts';
import { GroupChoice } from './groups.ts';
import { Overview } from './stats.ts';

/** What the widgets of a dashboard show. */

/** Some repositories in a range, all together, as in an overview. */
const Scope = Overview.pick({
  range: true,
  buckets: true,
  series: true,
  totals: true,
  comparison: true,
  comparisonSeries: true,
  stars: true,
  downloads: true,
  repositoryCount: true,
});

/** The place of the widget's scope in the list of scopes. */
const scope = Count;

const Named = {
  repositoryId: z.int(),
  fullName: z.string(),
  colorIndex: ColorIndex,
};

const Row = z.object({
  ...Named,
  archived: z.boolean(),
  totals: Totals,
  /** In the range; null if they were never read. */
  starsGained: Figure,
  /** Of the widget's figure, as a fraction; null with the reason why not. */
  change: z.number().nullable(),
  reason: NoChangeReason.nullable(),
});

const Listed = {
  scope,
  rows: z.array(Row),
  /** The repositories that are not listed, and their sum of the widget's figure; null if it is unknown or there are none. */
  others: z.object({ count: Count, value: Figure }),
};

/**
 * The figures of one widget. `failed`: there are none, because its group was deleted, for example. Uniques are sums over days
 * and repositories, upper bounds.
 */
const WidgetFigures = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('figure'), scope }),
  z.object({ kind: z.literal('trend'), scope, events: Events.shape.events }),
  z.object({
    kind: z.literal('comparison'),
    scope,
    lines: z.array(
      z.object({
        ...Named,
        /** The widget's figure per bucket of the scope. */
        values: z.array(Figure),
      }),
    ),
    /** How many repositories have no line. */
    otherCount: Count,
  }),
  z.object({ kind: z.literal('ranking'), ...Listed }),
  z.object({ kind: z.literal('table'), ...Listed }),
  z.object({
    kind: z.literal('calendar'),
    scope,
    /** At most 371 days, the last ones of the range. */
    from: Day,
    to: Day,
    /** The widget's figure per day, and how many repositories' days are lost, not final, suspect or still to come. */
    values: z.array(Figure),
    lostDays: z.array(Count),
    provisionalDays: z.array(Count),
    suspectDays: z.array(Count),
    pendingDays: z.array(Count),
  }),
  z.object({
    kind: z.literal('referrers'),
    scope,
    /** By their peak in the range. */
    referrers: z.array(
      z.object({
        referrer: z.string(),
        /** The most views in 14 days, of all repositories together, and the last of these days. */
        peak: Count,
        peakDate: Day,
        /** Views in the newest 14 days; null if no list names it any more. */
        viewCount: Figure,
        repositoryCount: Count,
        /** The most views of 14 days in each bucket of the scope; null where no list names it. */
        values: z.array(Figure),
      }),
    ),
  }),
  z.object({ kind: z.literal('failed'), code: z.string(), message: z.string() }),
]);

/** The figures of several widgets, in the order of the request. Widgets of the same days and repositories share a scope. */
export const WidgetsAnswer = z.object({
  tenantId: z.int(),
  scopes: z.array(Scope),
  widgets: z.array(WidgetFigures),
  /** The groups that you see, by name. */
  groups: z.array(GroupChoice),
});
export type WidgetsAnswer = z.infer<typeof WidgetsAnswer>;
export type WidgetScope = WidgetsAnswer['scopes'][number];
export type WidgetFigures = WidgetsAnswer['widgets'][number];
