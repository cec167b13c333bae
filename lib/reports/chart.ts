import type { Report } from '../answers/reports.ts';
import type { ChartModel } from '../charts/model.ts';
import { pictureOf } from '../charts/picture.ts';
import { summarize } from '../charts/summary.ts';
import { type ColorOf, toSvg } from '../charts/svg.ts';
import { trafficModel } from '../charts/traffic-model.ts';
import type { EventKind } from '../events/kinds.ts';

/** The width of the chart in a mail, in CSS pixels: what a mail of 600 has besides its margins. */
export const CHART_WIDTH = 536;

/** What is marked in the chart: too many marks would hide each other. */
const MARKED: readonly EventKind[] = [
  'annotation',
  'alert',
  'release',
  'lost',
  'renamed',
  'transferred',
  'visibility',
];

/** The views of a report, with the period before as a line: weekdays are aligned. */
export function reportChart(report: Report): ChartModel {
  const { comparisons, comparisonSeries, events } = report;
  return {
    ...trafficModel(report, 'viewCount'),
    before: comparisonSeries
      ? {
          label: `${comparisons.previous.label}, weekdays aligned`,
          values: comparisonSeries.viewCount,
          buckets: comparisonSeries.dates,
        }
      : undefined,
    events: events.filter(({ kind }) => MARKED.includes(kind)),
  };
}

/** Such as 'Views by day'. */
export const chartTitle = ({ range }: Pick<Report, 'range'>): string => `Views by ${range.by}`;

/** The size of the chart's plot, in CSS pixels. */
const HEIGHT = 200;

/** The report's chart with its title and legend, as shapes. */
export function reportPicture(report: Report, width: number) {
  return pictureOf(chartTitle(report), reportChart(report), { width, height: HEIGHT, scale: 'linear' });
}

/** What the chart shows, in words. */
export const describeChart = (report: Report): string => summarize(chartTitle(report), reportChart(report));

/** The chart as an SVG document that needs nothing else. */
export function toChartSvg(report: Report, { width, colorOf }: { width: number; colorOf: ColorOf }): string {
  const { shapes, height } = reportPicture(report, width);
  const texts = { title: chartTitle(report), description: describeChart(report) };
  return toSvg(shapes, { width, height, ...texts }, colorOf);
}
