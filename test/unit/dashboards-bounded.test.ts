import { expect, test } from 'vitest';
import { heldRows } from '../../static/dashboards/worker/budget.ts';
import { evaluateWidget } from '../../static/dashboards/worker/evaluate.ts';
import { bounded } from '../freezing-dashboards.ts';

const DAY_MS = 86_400_000;

const totals = Array.from({ length: 60 }, (_, day) => ({
  RID: null,
  ORGNAME: null,
  REPONAME: null,
  TDATE: new Date(Date.UTC(2026, 0, 14) - day * DAY_MS),
  VIEWCOUNT: (day * 17) % 97,
  VUNIQUES: day % 40,
  CLONECOUNT: day % 20,
  CUNIQUES: day % 7,
}));

const evaluate = (spec: Record<string, unknown>) =>
  evaluateWidget({
    spec,
    rows: JSON.stringify(spec.data).includes('totals') ? { totals } : {},
    size: { width: 600, height: 300 },
    theme: {},
  });

test.each(bounded)('a widget with $name is not drawn', async ({ spec, code }) => {
  const outcome = await evaluate(spec).then(
    () => 'drawn',
    (error: Error) => error,
  );
  expect(outcome).toMatchObject({ name: 'WidgetError', code });
});

test('what a widget holds counts all that it made, by the memory that it takes', async () => {
  const values = Array.from({ length: 500 }, (_, a) => ({ a }));
  const list = `[${Array.from({ length: 100 }, (_, item) => item).join(',')}]`;
  const columns = Array.from({ length: 60 }, (_, index) => ({ op: 'row_number', as: `c${index}` }));
  const held = async (...transform: object[]) => {
    const encoding = { x: { aggregate: 'count' } };
    const { view } = await evaluate({ data: { values }, transform, mark: 'bar', encoding });
    view.finalize();
    return heldRows();
  };
  const plain = await held();
  expect(plain).toBeGreaterThanOrEqual(values.length);
  const made = {
    rows: await held({ calculate: '[1,2,3,4,5,6,7,8,9,10]', as: 'l' }, { flatten: ['l'] }),
    values: await held({ window: columns }),
    texts: await held({ calculate: `'${'x'.repeat(1200)}' + datum.a`, as: 't' }),
    lists: await held({ calculate: list, as: 'l' }),
  };
  const least = { rows: 5000, values: 10_000, texts: 10_000, lists: 10_000 };
  for (const [what, rows] of Object.entries(made))
    expect(rows - plain, what).toBeGreaterThanOrEqual(least[what as keyof typeof least]);
});

test('what a usual widget does stays within the bounds', async () => {
  const x = {
    field: 'TDATE',
    type: 'temporal',
    axis: { format: '%d %b %Y', tickCount: { interval: 'week', step: 2 } },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    axis: { format: ',.2f', tickCount: { expr: 'ceil(height / 40)' } },
  };
  const made = await evaluate({
    data: { name: 'totals' },
    params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
    transform: [
      { fold: ['VIEWCOUNT', 'CLONECOUNT'] },
      { calculate: "upper(datum.key) + ': ' + format(datum.value, '8,d')", as: 'label' },
      { calculate: "join([datum.key, utcFormat(datum.TDATE, '%Y-%m-%d')], ' ')", as: 'id' },
      { window: [{ op: 'mean', field: 'value', as: 'mean' }], frame: [-6, 0], groupby: ['key'] },
      { impute: 'value', key: 'TDATE', groupby: ['key'], value: 0 },
    ],
    mark: { type: 'bar', tooltip: { content: 'data' } },
    encoding: { x, y, color: { field: 'key' } },
  });
  expect(made.view.data('totals').length).toBeGreaterThan(0);
  made.view.finalize();
});
