import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChartModel } from '../../../lib/charts/model.ts';
import { summarize } from '../../../lib/charts/summary.ts';
import type { GallerySettings } from '../../../lib/dashboards/gallery-schema.ts';
import { addDays } from '../../../lib/day.ts';
import { chartViewOf, useChartActions } from '../../charts/actions.ts';
import { Canvas } from '../../charts/canvas.tsx';
import { ChartTable } from '../../charts/chart-table.tsx';
import { Legend } from '../../charts/legend.tsx';
import { shownModel } from '../../charts/shown.ts';
import { Menu, type MenuItem } from '../../controls/menu.tsx';
import { formatSpan, plural } from '../../format.ts';
import { go, usePlace } from '../../location.ts';
import { paths } from '../../routes.ts';
import { Calendar, CalendarTable } from './calendar.tsx';
import { FigureOf } from './figure.tsx';
import type { ScopedFigures, Shown } from './figures.ts';
import { toComparison, toTrend } from './models.ts';
import { Note } from './note.tsx';
import { Ranking } from './ranking.tsx';
import { Referrers } from './referrers.tsx';
import { titleOf } from './settings.ts';
import { RepositoriesTable } from './table.tsx';

interface GalleryWidgetProps {
  tenantId: number;
  title: string;
  settings: GallerySettings;
  shown: Shown | undefined;
  /** Beside the title: how it is moved. */
  handle?: ComponentChildren;
  /** In the menu, after what shows it as a table. */
  items?: MenuItem[];
  /** The groups' names, for a widget that has its own. */
  groupName?: string | undefined;
}

/** What a widget of the gallery shows, with its title and menu. */
export function GalleryWidget(props: GalleryWidgetProps) {
  const { tenantId, settings, shown, handle, items = [], groupName } = props;
  const [asTable, setAsTable] = useState(false);
  const title = props.title || titleOf(settings);
  const scoped = shown?.state === 'shown' || shown?.state === 'outdated' ? shown : undefined;
  const model = useModel(settings, scoped);
  const body = useRef<HTMLDivElement>(null);
  const isLarger = useIsLarger(body);
  const { scale } = chartViewOf(usePlace().query);
  const hasTable = model !== undefined || scoped?.figures.kind === 'calendar';
  const save = (format: 'png' | 'svg' | 'csv') => {
    if (model)
      void import('../../charts/export.ts').then(({ downloadChart }) =>
        downloadChart(format, title, model, scale),
      );
  };
  const own: MenuItem[] = [
    { label: asTable ? 'Show chart' : 'Show table', onPick: () => setAsTable(!asTable) },
    ...(model
      ? [
          { label: 'Save as PNG', onPick: () => save('png') },
          { label: 'Save as SVG', onPick: () => save('svg') },
          { label: 'Save as CSV', onPick: () => save('csv') },
        ]
      : []),
  ];
  const all = [...items, ...(hasTable ? own : [])];
  return (
    <>
      <header class="panel-head">
        {handle}
        <h2>{title}</h2>
        {all.length > 0 && <Menu label={`Menu of ${title}`} items={all} />}
      </header>
      <div
        class={shown?.state === 'outdated' ? 'widget-body outdated' : 'widget-body'}
        ref={body}
        tabIndex={isLarger ? 0 : undefined}
      >
        {settings.kind === 'text' && <Note text={settings.text} />}
        {shown?.state === 'loading' && <div class="widget-bones" />}
        {shown?.state === 'failed' && <p class="none">{shown.message}</p>}
        {model && asTable && <ChartTable title={title} model={model} />}
        {model && !asTable && (
          <WidgetChart tenantId={tenantId} title={title} model={model} settings={settings} />
        )}
        {scoped && !model && (
          <Content tenantId={tenantId} title={title} settings={settings} scoped={scoped} asTable={asTable} />
        )}
        {scoped?.figures.kind === 'comparison' && scoped.figures.otherCount > 0 && (
          <p class="rank-others">
            {plural(scoped.figures.otherCount, 'other repository', 'other repositories')} not drawn
          </p>
        )}
      </div>
      {scoped && <Basis scoped={scoped} groupName={groupName} />}
    </>
  );
}

/** Whether a box is smaller than what it holds. The keyboard scrolls it, so it takes the focus. */
function useIsLarger(box: RefObject<HTMLElement>): boolean {
  const [isLarger, setIsLarger] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setIsLarger(element.scrollHeight > element.clientHeight + 1);
    const sizes = new ResizeObserver(measure);
    const contents = new MutationObserver(measure);
    sizes.observe(element);
    contents.observe(element, { childList: true, subtree: true });
    return () => {
      sizes.disconnect();
      contents.disconnect();
    };
  }, [box]);
  return isLarger;
}

/** The chart of a trend or a comparison, as the reader wants charts. */
function useModel(settings: GallerySettings, scoped: ScopedFigures | undefined): ChartModel | undefined {
  const { scale, average, events, line } = chartViewOf(usePlace().query);
  const key = JSON.stringify(settings);
  const { figures, scope } = scoped ?? {};
  const made = useMemo((): ChartModel | undefined => {
    if (!figures || !scope) return undefined;
    if (settings.kind === 'trend' && figures.kind === 'trend') return toTrend(scope, figures, settings);
    return settings.kind === 'comparison' && figures.kind === 'comparison'
      ? toComparison(scope, figures, settings.metric)
      : undefined;
  }, [key, figures, scope]);
  return useMemo(
    () => made && shownModel(made, { scale, average, events, line }),
    [made, scale, average, events, line],
  );
}

interface WidgetChartProps {
  tenantId: number;
  title: string;
  model: ChartModel;
  settings: GallerySettings;
}

/** A day that is clicked opens on the overview, which says what is known about it. */
function WidgetChart({ tenantId, title, model, settings }: WidgetChartProps) {
  const zoom = useChartActions({ hasDayPanel: false });
  const { from, to } = model.range;
  const actions = {
    ...zoom,
    onDay: (day: string) => go(overviewHref(tenantId, settings, { from, to, day })),
  };
  const { scale } = chartViewOf(usePlace().query);
  const summary = useMemo(() => summarize(title, model), [title, model]);
  return (
    <>
      <Canvas title={title} model={model} scale={scale} summary={summary} actions={actions} />
      <Legend model={model} />
    </>
  );
}

/** The overview of a widget's days and repositories. */
function overviewHref(tenantId: number, settings: GallerySettings, days: Record<string, string>): string {
  const query = new URLSearchParams(days);
  if (
    settings.kind !== 'text' &&
    typeof settings.repositories === 'object' &&
    'group' in settings.repositories
  )
    query.set('group', String(settings.repositories.group));
  return paths.overviewOfDay(tenantId, query);
}

const DAYS_BESIDE = 14;

/** Some weeks of a calendar, for a chart by day. */
function daysAround(day: string, { from, to }: { from: string; to: string }) {
  const first = addDays(day, -DAYS_BESIDE);
  const last = addDays(day, DAYS_BESIDE);
  return { from: first < from ? from : first, to: last > to ? to : last };
}

interface ContentProps {
  tenantId: number;
  title: string;
  settings: GallerySettings;
  scoped: ScopedFigures;
  asTable: boolean;
}

function Content({ tenantId, title, settings, scoped: { figures, scope }, asTable }: ContentProps) {
  if (settings.kind === 'figure') return <FigureOf scope={scope} settings={settings} />;
  if (settings.kind === 'ranking' && figures.kind === 'ranking')
    return <Ranking tenantId={tenantId} figures={figures} settings={settings} />;
  if (settings.kind === 'table' && figures.kind === 'table')
    return <RepositoriesTable tenantId={tenantId} title={title} figures={figures} settings={settings} />;
  if (settings.kind === 'referrers' && figures.kind === 'referrers') return <Referrers figures={figures} />;
  if (settings.kind !== 'calendar' || figures.kind !== 'calendar') return null;
  const props = {
    title,
    figures,
    metric: settings.metric,
    hrefOf: (day: string) => overviewHref(tenantId, settings, { ...daysAround(day, figures), day }),
  };
  return asTable ? <CalendarTable {...props} /> : <Calendar {...props} />;
}

/** What the figures are of: days, repositories, and what is missing. */
function Basis({
  scoped: { figures, scope },
  groupName,
}: {
  scoped: ScopedFigures;
  groupName: string | undefined;
}) {
  const { from, to } = figures.kind === 'calendar' ? figures : scope.range;
  const { lostDays } = scope.totals;
  const parts = [
    formatSpan(from, to),
    groupName ?? plural(scope.repositoryCount, 'repository', 'repositories'),
    lostDays > 0 &&
      `${plural(lostDays, 'day')} lost${scope.repositoryCount > 1 ? ', over all repositories' : ''}`,
  ];
  return <p class="widget-basis">{parts.filter(Boolean).join(' · ')}</p>;
}
