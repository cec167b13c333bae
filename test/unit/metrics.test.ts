import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toExposition, toMetricsType } from '../../lib/metrics/exposition.ts';
import { readGrafanaDashboard } from '../grafana.ts';

test('a family has its help and type before its samples, and one without samples is left out', () => {
  const text = toExposition([
    { name: 'views', help: 'Views.', samples: [{ value: 3 }, { labels: { repository: 'a/b' }, value: 0 }] },
    { name: 'nothing', help: 'None.', samples: [] },
  ]);
  expect(text).toBe('# HELP views Views.\n# TYPE views gauge\nviews 3\nviews{repository="a/b"} 0\n# EOF\n');
});

test('quotation marks, backslashes and line ends in labels are escaped', () => {
  const text = toExposition([
    { name: 'x', help: 'X.', samples: [{ labels: { repository: 'a"b\\c\nd' }, value: 1 }] },
  ]);
  expect(text.split('\n')).toEqual([
    '# HELP x X.',
    '# TYPE x gauge',
    'x{repository="a\\"b\\\\c\\nd"} 1',
    '# EOF',
    '',
  ]);
});

test('OpenMetrics is answered to whoever names it, and Prometheus’ own format to all others', () => {
  expect(toMetricsType('application/openmetrics-text;version=1.0.0;q=0.5,text/plain')).toContain(
    'openmetrics',
  );
  for (const accept of [null, '*/*', 'text/plain;version=0.0.4'])
    expect(toMetricsType(accept)).toBe('text/plain; version=0.0.4; charset=utf-8');
});

const root = path.join(import.meta.dirname, '../..');
const metrics = new Set(
  readFileSync(path.join(root, 'lib/metrics.ts'), 'utf8').match(/(?<=')github_traffic_\w+/g) ?? [],
);

test('the documents name every metric, and the dashboard no other', () => {
  expect(metrics.size).toBe(16);
  const documented = readFileSync(path.join(root, 'docs/grafana.md'), 'utf8');
  for (const name of metrics) {
    const isNamed =
      documented.includes(name) || documented.includes(`…${name.replace('github_traffic', '')}`);
    expect(isNamed, name).toBe(true);
  }
  const used = JSON.stringify(readGrafanaDashboard()).match(/github_traffic_\w+/g) ?? [];
  expect([...new Set(used)].filter((name) => !metrics.has(name))).toEqual([]);
});

/** The fields that a new dashboard has, by Grafana's description of the classic model. */
const FIELDS =
  'annotations editable graphTooltip id links panels refresh schemaVersion tags templating time timepicker timezone title uid version';

test('the dashboard is one as Grafana describes them', () => {
  const dashboard = readGrafanaDashboard();
  expect(Object.keys(dashboard)).toEqual(expect.arrayContaining(FIELDS.split(' ')));
  // Grafana numbers a dashboard when it is saved.
  expect(dashboard.id).toBeNull();
  expect(dashboard.uid).toMatch(/^[\w-]{8,40}$/);
  const { panels, templating } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { title, type, gridPos, datasource, targets } of panels) {
    expect(['stat', 'timeseries', 'bargauge', 'table'], title).toContain(type);
    expect(datasource).toEqual({ type: 'prometheus', uid: '$' + '{datasource}' });
    expect(targets.map(({ refId }) => refId)).toEqual(['A']);
    // The grid has 24 columns.
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`), title).toBe(false);
        taken.add(`${x} ${y}`);
      }
  }
  const variables = new Set(templating.list.map(({ name }) => name));
  for (const [, name = ''] of JSON.stringify(panels).matchAll(/\$\{?(\w+)/g))
    expect(variables.has(name), name).toBe(true);
});
