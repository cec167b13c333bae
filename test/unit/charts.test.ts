import { expect, test } from 'vitest';
import { layoutOf, pushApart, xLabelsOf } from '../../lib/charts/layout.ts';
import { placeMarkers } from '../../lib/charts/markers.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { pictureOf } from '../../lib/charts/picture.ts';
import { sceneOf } from '../../lib/charts/scene.ts';
import { toSvg } from '../../lib/charts/svg.ts';
import { addDays, daysFrom } from '../../lib/day.ts';
import { trailingAverage } from '../../static/charts/average.ts';
import { chartCsv } from '../../static/charts/csv.ts';
import { fileNameOf } from '../../static/charts/export.ts';
import { shownModel, tipOf } from '../../static/charts/shown.ts';

const FIRST = '2026-10-27';
const SIZE = { width: 1200, height: 310 };
const everything = { scale: 'linear', average: false, events: true, line: true } as const;

function modelOf(values: (number | null)[], more: Partial<ChartModel> = {}): ChartModel {
  const buckets = daysFrom(FIRST, addDays(FIRST, values.length - 1));
  return {
    kind: 'nested',
    range: { from: FIRST, to: buckets.at(-1) ?? FIRST, by: 'day' },
    buckets,
    layers: [{ label: 'Views', color: '--views', values }],
    marks: buckets.map(() => 'known'),
    events: [],
    ...more,
  };
}

const eventOn = (date: string, title = `event of ${date}`) => ({ date, to: date, kind: 'release', title });
const textsOf = (model: ChartModel, size = SIZE) =>
  sceneOf(model, layoutOf(model, { ...size, scale: 'linear' }), null).flatMap((shape) =>
    shape.kind === 'text' ? [shape.text] : [],
  );

test('the average of seven days begins on the seventh, and is unknown as long as one of its days is', () => {
  const average = trailingAverage([7, 0, 0, 0, 0, 0, 0, 7, null, 1, 1, 1, 1, 1, 1, 1]);
  expect(average).toEqual([...Array(6).fill(null), 1, 1, ...Array(7).fill(null), 1]);
});

test('labels are days, Mondays, the 1st and 15th, months or years, whichever fit', () => {
  const labelsOf = (count: number, slot: number, from = FIRST) =>
    xLabelsOf(daysFrom(from, addDays(from, count - 1)), 'day', slot).map(({ text }) => text);
  expect(labelsOf(4, 100)).toEqual(['27 Oct', '28 Oct', '29 Oct', '30 Oct']);
  expect(labelsOf(30, 40)).toEqual(['2 Nov', '9 Nov', '16 Nov', '23 Nov']);
  expect(labelsOf(90, 13, '2026-02-20')).toEqual(['1 Mar', '15 Mar', '1 Apr', '15 Apr', '1 May', '15 May']);
  expect(labelsOf(200, 5, '2026-05-10').slice(0, 3)).toEqual(['Jun 2026', 'Jul', 'Aug']);
  const years = labelsOf(3000, 0.4, '2018-09-10');
  expect(years).toContain('Jan 2020');
  expect(years.length).toBeLessThan(20);
});

test('no label comes within 12 pixels of the one before, however narrow the chart is', () => {
  for (const count of [1, 2, 8, 31, 46, 100, 365, 3000])
    for (const width of [120, 300, 1200]) {
      const labels = xLabelsOf(daysFrom(FIRST, addDays(FIRST, count - 1)), 'day', width / count);
      expect(labels.length).toBeGreaterThan(0);
      labels.slice(1).forEach(({ index, text }, place) => {
        const before = labels[place];
        const between = ((index - (before?.index ?? 0)) * width) / count;
        expect(between).toBeGreaterThanOrEqual(((text.length + (before?.text.length ?? 0)) * 6.7) / 2 + 12);
      });
    }
});

test('a day has one marker, and neighbors share one only where days are narrower than 14 pixels', () => {
  const events = [eventOn('2026-10-28'), eventOn('2026-10-28', 'another'), eventOn('2026-10-29')];
  const model = modelOf([1, 2, 3, 4], { events });
  expect(placeMarkers(model, 20)).toEqual([
    { first: 1, last: 1, events: [0, 1] },
    { first: 2, last: 2, events: [2] },
  ]);
  expect(placeMarkers(model, 10)).toEqual([{ first: 1, last: 2, events: [0, 1, 2] }]);
  expect(placeMarkers(modelOf([1], { events: [eventOn('2020-01-01')] }), 20)).toEqual([]);
});

test('names at the ends of lines are 17 pixels apart and stay within the plot', () => {
  const placed = pushApart([100, 101, 102, 290], 30, 280);
  const sorted = placed.toSorted((a, b) => a - b);
  for (const [place, y] of sorted.slice(1).entries())
    expect(y - (sorted[place] ?? 0)).toBeGreaterThanOrEqual(17);
  expect(Math.max(...placed)).toBeLessThanOrEqual(280);
  expect(placed[0]).toBeLessThan(placed[1] ?? 0);
});

test('up to 62 days are bars from zero, and more, or a logarithmic scale, a line', () => {
  const many = Array.from({ length: 63 }, (_, day) => day + 1000);
  expect(layoutOf(modelOf(many.slice(1)), { ...SIZE, scale: 'linear' })).toMatchObject({
    bars: true,
    fromZero: true,
  });
  expect(layoutOf(modelOf(many), { ...SIZE, scale: 'linear' }).bars).toBe(false);
  expect(layoutOf(modelOf(many.slice(1)), { ...SIZE, scale: 'log' })).toMatchObject({
    bars: false,
    fromZero: false,
  });
});

test('a logarithmic scale shows a spike and the everyday together, and zero on a line of its own', () => {
  const layout = layoutOf(modelOf([0, 20, 22, 19, 24_000]), { ...SIZE, scale: 'log' });
  const heights = [0, 19, 24, 24_000].map(layout.y);
  expect(heights[0]).toBe(layout.bottom);
  for (const [place, y] of heights.slice(1).entries()) expect(y).toBeLessThan(heights[place] ?? 0);
  expect(layout.y(24) - layout.y(24_000)).toBeLessThan((layout.bottom - layout.top) * 0.9);
  expect(layout.yLabels.map(({ text }) => text)[0]).toBe('0');
  expect(layout.yLabels.length).toBeLessThanOrEqual(5);
});

test('the vertical axis has three to five ticks', () => {
  for (const top of [0, 1, 3, 7, 47, 99, 101, 2570, 9999, 1_234_567]) {
    const layout = layoutOf(modelOf([0, top]), { ...SIZE, scale: 'linear' });
    expect(layout.yLabels.length).toBeGreaterThanOrEqual(3);
    expect(layout.yLabels.length).toBeLessThanOrEqual(5);
    expect(layout.y(top)).toBeGreaterThanOrEqual(layout.top);
  }
});

test('lost neighbors are one hatched span with its name, if there is room', () => {
  const marks: Mark[] = ['known', 'lost', 'lost', 'known', 'lost'];
  const model = modelOf([1, null, null, 1, null], { marks });
  expect(textsOf(model).filter((text) => text === 'lost')).toHaveLength(2);
  expect(textsOf(model, { width: 100, height: 200 })).not.toContain('lost');
});

test('a tip has the total of stacked figures and the comparison with its own date', () => {
  const layers = [
    { label: 'burrow', color: '--series-1', values: [3] },
    { label: 'harbor', color: '--series-2', values: [4] },
    { label: 'quiet', color: '--series-3', values: [0] },
  ];
  const before = { label: '22 Sep – 21 Oct', values: [5], buckets: ['2026-08-22'] };
  const tip = tipOf(modelOf([3], { kind: 'stacked', layers, before }), 0);
  expect(tip?.title).toBe('Tue 27 Oct 2026');
  expect(tip?.rows.map(({ label, value }) => `${label}: ${value}`)).toEqual([
    'burrow: 3',
    'harbor: 4',
    'Total: 7',
    'Total, 22 Aug: 5',
  ]);
});

test('what the reader switches off is not shown, and an average is a line over the bars', () => {
  const before = { label: 'before', values: Array(8).fill(1), buckets: daysFrom('2026-09-01', '2026-09-08') };
  const model = modelOf([1, 2, 3, 4, 5, 6, 7, 8], { before, events: [eventOn(FIRST)] });
  expect(shownModel(model, { ...everything, events: false, line: false })).toMatchObject({ events: [] });
  expect(shownModel(model, { ...everything, line: false }).before).toBeUndefined();
  const [line] = shownModel(model, { ...everything, average: true }).lines ?? [];
  expect(line).toMatchObject({ label: '7-day average (trailing)', values: [...Array(6).fill(null), 4, 5] });
});

test('an SVG has title, range, legend and the texts of the chart, and escapes what others wrote', () => {
  const hostile = '<script>alert(1)</script> & "burrow"';
  const model = modelOf([1, 2], { layers: [{ label: hostile, color: '--views', values: [1, 2] }] });
  const { shapes, height } = pictureOf('Views by day', model, { width: 1200, height: 420, scale: 'linear' });
  const svg = toSvg(shapes, { width: 1200, height, title: hostile }, (name) => `color-of${name}`);
  expect(svg).toContain('>Views by day</text>');
  expect(svg).toContain('27 Oct 2026 – 28 Oct 2026');
  expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;burrow&quot;');
  expect(svg).not.toMatch(/<script|<image|href|style=|NaN|undefined/);
});

test('a file name has the range, and a CSV the dates of the comparison, the states and the events', () => {
  const before = { label: 'before', values: [9, null], buckets: ['2026-09-22', '2026-09-23'] };
  const model = modelOf([1, null], {
    marks: ['known', 'lost'],
    before,
    events: [eventOn('2026-10-28', '=HYPERLINK("x")')],
  });
  expect(fileNameOf('Views by day', model.range, 'svg')).toBe('views-by-day-2026-10-27-to-2026-10-28.svg');
  expect(chartCsv(model).split('\r\n')).toEqual([
    'date,Views,compared with,before,state,events',
    '2026-10-27,1,2026-09-22,9,known,',
    `2026-10-28,,2026-09-23,,lost,"'=HYPERLINK(""x"")"`,
    '',
  ]);
});

test('a chart of 3,000 days is laid out and drawn as shapes', () => {
  const values = Array.from({ length: 3000 }, (_, day) => (day % 97 === 0 ? null : (day * 7919) % 1000));
  const marks = values.map((value): Mark => (value === null ? 'lost' : 'known'));
  const events = values.flatMap((_, day) => (day % 50 === 0 ? [eventOn(addDays(FIRST, day))] : []));
  const model = modelOf(values, { marks, events });
  const shapes = sceneOf(model, layoutOf(model, { ...SIZE, scale: 'linear' }), null);
  expect(shapes.length).toBeLessThan(400);
  expect(JSON.stringify(shapes)).not.toContain('NaN');
});

test('a spike of the time before does not flatten the bars: its line is cut, and says how high it was', () => {
  const buckets = daysFrom('2026-09-27', '2026-09-30');
  const withBefore = (values: number[]) =>
    modelOf([10, 12, 11, 9], { before: { label: 'before', values, buckets } });
  const cut = textsOf(withBefore([10, 5_000, 11, 9]));
  expect(cut).toContain('5,000');
  expect(cut).toContain('15');
  const whole = textsOf(withBefore([10, 20, 11, 9]));
  expect(whole).toContain('20');
  expect(layoutOf(withBefore([10, 5_000, 11, 9]), { ...SIZE, scale: 'log' }).y(5_000)).toBeGreaterThan(0);
});
