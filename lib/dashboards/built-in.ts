import type { DashboardDocument } from './document.ts';
import type { WidgetMetric } from './gallery.ts';

type Widget = DashboardDocument['tabs'][number]['widgets'][number];
type Place = Pick<Widget, 'title' | 'x' | 'y' | 'w' | 'h'>;

/** All of them follow the days and repositories of the page. */
const SAME = { repositories: 'dashboard', range: 'dashboard' } as const;

const figure = (metric: WidgetMetric, place: Place): Widget => ({
  kind: 'figure',
  ...place,
  metric,
  change: true,
  ...SAME,
});

const trend = (metric: WidgetMetric, place: Place): Widget => ({
  kind: 'trend',
  ...place,
  metric,
  change: true,
  ...SAME,
});

type Counted = 'viewCount' | 'cloneCount';

const ranking = (metric: Counted, place: Place): Widget => ({
  kind: 'ranking',
  ...place,
  metric,
  count: 8,
  change: true,
  ...SAME,
});

const comparison = (metric: Counted, place: Place): Widget => ({
  kind: 'comparison',
  ...place,
  metric,
  count: 6,
  ...SAME,
});

const calendar = (metric: Counted, place: Place): Widget => ({ kind: 'calendar', ...place, metric, ...SAME });

const trafficByDay: DashboardDocument = {
  name: 'Traffic by day',
  range: '30',
  tabs: [
    {
      title: 'Views and clones',
      widgets: [
        trend('viewCount', { title: 'Views', x: 0, y: 0, w: 12, h: 5 }),
        trend('cloneCount', { title: 'Clones', x: 0, y: 5, w: 12, h: 5 }),
      ],
    },
    {
      title: 'Largest repositories',
      widgets: [
        comparison('viewCount', { title: 'Views', x: 0, y: 0, w: 12, h: 5 }),
        comparison('cloneCount', { title: 'Clones', x: 0, y: 5, w: 12, h: 5 }),
      ],
    },
  ],
};

const portfolio: DashboardDocument = {
  name: 'Portfolio',
  range: '365',
  tabs: [
    {
      title: 'Totals',
      widgets: [
        figure('viewCount', { title: '', x: 0, y: 0, w: 3, h: 3 }),
        figure('viewUniques', { title: '', x: 3, y: 0, w: 3, h: 3 }),
        figure('cloneCount', { title: '', x: 6, y: 0, w: 3, h: 3 }),
        figure('stars', { title: '', x: 9, y: 0, w: 3, h: 3 }),
        ranking('viewCount', { title: '', x: 0, y: 3, w: 6, h: 5 }),
        ranking('cloneCount', { title: '', x: 6, y: 3, w: 6, h: 5 }),
      ],
    },
    {
      title: 'Trend',
      widgets: [
        trend('viewCount', { title: 'Views', x: 0, y: 0, w: 6, h: 5 }),
        trend('cloneCount', { title: 'Clones', x: 6, y: 0, w: 6, h: 5 }),
        comparison('viewCount', { title: 'Views of the largest', x: 0, y: 5, w: 12, h: 5 }),
      ],
    },
    {
      title: 'Calendar',
      widgets: [
        calendar('viewCount', { title: 'Calendar of views', x: 0, y: 0, w: 12, h: 4 }),
        calendar('cloneCount', { title: 'Calendar of clones', x: 0, y: 4, w: 12, h: 4 }),
      ],
    },
    {
      title: 'Sources',
      widgets: [
        { kind: 'referrers', title: '', x: 0, y: 0, w: 5, h: 7, count: 12, ...SAME },
        {
          kind: 'table',
          title: '',
          x: 5,
          y: 0,
          w: 7,
          h: 7,
          metric: 'viewCount',
          count: 25,
          change: true,
          ...SAME,
        },
      ],
    },
  ],
};

/** The built-in dashboards by id. You can copy them, but not change them. */
export const builtInDashboards: Record<string, DashboardDocument> = {
  'traffic-by-day': trafficByDay,
  portfolio,
};
