import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { usePlace } from '../location.ts';
import { type ChartActions, chartViewOf, useChartActions } from './actions.ts';
import { Canvas } from './canvas.tsx';
import { ChartTable } from './chart-table.tsx';
import { Legend } from './legend.tsx';
import type { ChartModel } from './model.ts';
import type { ChartOptions } from './options.ts';
import { OptionsButton } from './options-button.tsx';
import { shownModel } from './shown.ts';
import { summarize } from './summary.ts';

interface ChartProps {
  title: string;
  /** Undefined while loading: its space is reserved. */
  model: ChartModel | undefined;
  note?: ComponentChildren;
  controls?: ComponentChildren;
  /** True while the figures are those of another range. */
  isStale?: boolean;
  /** The page shows what is known about a day that is clicked. */
  hasDayPanel?: boolean;
}

/** A chart in a card, with its legend, its options and the table behind it. */
export function Chart({ title, model, note, controls, isStale = false, hasDayPanel = false }: ChartProps) {
  const id = useId();
  const actions = useChartActions({ hasDayPanel });
  return (
    <section class="panel card chart" aria-labelledby={id} aria-busy={isStale}>
      <ChartParts titleId={id} title={title} model={model} actions={actions} controls={controls} />
      {note && <p class="chart-note">{note}</p>}
    </section>
  );
}

interface ChartPartsProps {
  title: string;
  titleId?: string;
  model: ChartModel | undefined;
  actions: ChartActions;
  /** In the head, before the options. */
  controls?: ComponentChildren;
  /** Between the chart and its legend. */
  below?: ComponentChildren;
  /** Ways to show the figures of several repositories. */
  splits?: ChartOptions['splits'];
  /** Instead of the chart, such as one chart for each repository. */
  instead?: ComponentChildren;
}

/** Head, chart and legend, for a card that has more than a chart. */
function ChartParts(props: ChartPartsProps) {
  const { title, titleId, model, actions, controls, below, splits, instead } = props;
  const { query } = usePlace();
  const view = chartViewOf(query);
  const { scale, average, events, line } = view;
  const [asTable, setAsTable] = useState(false);
  // Fetch the drawing code in parallel with the figures.
  useEffect(() => void import('./plot.ts'), []);
  const shown = useMemo(
    () => model && shownModel(model, { scale, average, events, line }),
    [model, scale, average, events, line],
  );
  const summary = useMemo(() => (model ? summarize(title, model) : ''), [title, model]);
  return (
    <>
      <header class="panel-head card-head">
        <h2 id={titleId}>{title}</h2>
        {controls}
        {shown && !asTable && !instead && <span class="chart-hint">Drag to zoom</span>}
        <OptionsButton
          title={title}
          options={shown && { model: shown, source: model ?? shown, view, splits, asTable, setAsTable }}
        />
      </header>
      {!shown && !instead && <ChartBones />}
      {instead}
      {shown && !asTable && !instead && (
        <Canvas title={title} model={shown} scale={scale} summary={summary} actions={actions} />
      )}
      {shown && asTable && !instead && <ChartTable title={title} model={shown} />}
      {below}
      {shown && !instead && <Legend model={shown} />}
      {!shown && <ul class="legend" />}
    </>
  );
}

const BONES = [36, 60, 60, 48, 24, 24, 60, 72, 60, 60, 24, 24, 96, 84, 60];

/** The chart's space before its figures are there. */
function ChartBones() {
  return (
    <div class="chart-box">
      <svg class="chart-bones" viewBox="0 0 300 100" preserveAspectRatio="none" aria-hidden="true">
        {BONES.map((height, index) => (
          <rect key={index} x={index * 20 + 2} y={100 - height} width="16" height={height} rx="2" />
        ))}
      </svg>
    </div>
  );
}
