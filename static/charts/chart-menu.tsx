import { useState } from 'preact/hooks';
import type { ChartModel } from '../../lib/charts/model.ts';
import { Icon } from '../controls/icon.tsx';
import { Menu, type MenuSection } from '../controls/menu.tsx';
import { replace, usePlace, withQuery } from '../location.ts';
import { useShortcut } from '../shortcuts.ts';
import type { ChartView } from './actions.ts';

interface ChartMenuProps {
  title: string;
  /** The chart as it is shown. */
  model: ChartModel;
  /** The chart with everything that can be shown. */
  source: ChartModel;
  view: ChartView;
  /** Ways to show several repositories; absent if the chart has one way only. */
  splits?: ChartView['split'][] | undefined;
  asTable: boolean;
  setAsTable: (asTable: boolean) => void;
  /** Keys of the page's main chart. */
  keys?: { log: string; table: string } | undefined;
}

const SPLITS: Record<ChartView['split'], string> = {
  total: 'Total',
  stacked: 'By repository, stacked',
  multiples: 'By repository, side by side',
};

/** How a chart is shown, its table, and its files. */
export function ChartMenu(props: ChartMenuProps) {
  const { title, model, source, view, splits, asTable, setAsTable, keys } = props;
  const place = usePlace();
  const [failure, setFailure] = useState<string>();
  const set = (name: string, value: string | null) => replace(withQuery(place, { [name]: value }));
  const isLog = view.scale === 'log';
  useShortcut(keys?.log, () => set('scale', isLog ? null : 'log'));
  useShortcut(keys?.table, () => setAsTable(!asTable));

  function download(format: 'png' | 'svg' | 'csv') {
    setFailure(undefined);
    import('./export.ts')
      .then(({ downloadChart }) => downloadChart(format, title, model, view.scale))
      .catch((error: Error) => setFailure(error.message));
  }

  const sections = (): MenuSection[] => [
    {
      label: 'Scale',
      choice: true,
      items: [
        { label: 'Linear', current: !isLog, onPick: () => set('scale', null) },
        { label: 'Logarithmic', current: isLog, shortcut: keys?.log, onPick: () => set('scale', 'log') },
      ],
    },
    { items: linesOf({ source, view, set }) },
    ...(splits
      ? [
          {
            label: 'Split',
            choice: true,
            items: splits.map((split) => ({
              label: SPLITS[split],
              current: view.split === split,
              onPick: () => set('split', split === 'total' ? null : split),
            })),
          },
        ]
      : []),
    {
      items: [
        {
          label: asTable ? 'Show as chart' : 'Show as table',
          shortcut: keys?.table,
          onPick: () => setAsTable(!asTable),
        },
        { label: 'Download PNG', onPick: () => download('png') },
        { label: 'Download SVG', onPick: () => download('svg') },
        { label: 'Download CSV', onPick: () => download('csv') },
      ],
    },
  ];
  return (
    <>
      <Menu
        label={`Chart options of ${title}`}
        class="button small plain"
        align="end"
        sections={sections}
        content={
          <>
            <Icon name="options" />
            <span class="chart-menu-label">Chart options</span>
            <span class="unseen"> of {title}</span>
          </>
        }
      />
      {failure && (
        <span class="field-error" role="alert">
          {failure}
        </span>
      )}
    </>
  );
}

interface LinesProps {
  source: ChartModel;
  view: ChartView;
  set: (name: string, value: string | null) => void;
}

/** The lines and markers that can be switched on and off. */
function linesOf({ source, view, set }: LinesProps): MenuSection['items'] {
  const average = {
    label: '7-day average',
    note: 'with the six days before',
    checked: view.average,
    onPick: () => set('average', view.average ? null : '7'),
  };
  const line = {
    label: 'Comparison line',
    checked: view.line,
    onPick: () => set('line', view.line ? 'off' : null),
  };
  const events = {
    label: 'Events',
    checked: view.events,
    onPick: () => set('events', view.events ? 'off' : null),
  };
  return [
    ...(source.range.by === 'day' && !source.averaged ? [average] : []),
    ...(source.before ? [line] : []),
    events,
  ];
}
