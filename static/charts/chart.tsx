import type { ComponentChildren } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import { type ChartModel, isEmpty } from '../../lib/charts/model.ts';
import { summarize } from '../../lib/charts/summary.ts';
import { Explain } from '../controls/explain.tsx';
import type { TermName } from '../glossary.ts';
import { usePlace, withQuery } from '../location.ts';
import { type ChartActions, type ChartView, chartViewOf, type OpenDay, useChartActions } from './actions.ts';
import { Canvas } from './canvas.tsx';
import { ChartMenu } from './chart-menu.tsx';
import { ChartTable } from './chart-table.tsx';
import { Legend } from './legend.tsx';
import { shownModel } from './shown.ts';

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
    <section class={isStale ? 'card chart stale' : 'card chart'} aria-labelledby={id} aria-busy={isStale}>
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
  /** What is known about the open day: between the chart and its legend. */
  dayPanel?: ((open: OpenDay) => ComponentChildren) | undefined;
  /** Ways to show the figures of several repositories. */
  splits?: ChartView['split'][] | undefined;
  /** Keys of the page's main chart. */
  keys?: { log: string; table: string };
  /** What the figure means. */
  term?: TermName;
  /** Instead of the chart, such as one chart for each repository. */
  instead?: ComponentChildren;
  /** Instead of the legend. */
  legend?: ComponentChildren;
  /** A scale that suits the figures, whatever the address says. */
  fixedScale?: 'log' | undefined;
}

/** Head, chart and legend, for a card that has more than a chart. */
export function ChartParts(props: ChartPartsProps) {
  const { title, titleId, model, actions, controls, dayPanel, splits, keys, term, instead, legend } = props;
  const { query } = usePlace();
  const asked = chartViewOf(query);
  const view = { ...asked, scale: props.fixedScale ?? asked.scale };
  const { scale, average, events, line } = view;
  const [asTable, setAsTable] = useState(false);
  const shown = useMemo(
    () => model && shownModel(model, { scale, average, events, line }),
    [model, scale, average, events, line],
  );
  const summary = useMemo(() => (model ? summarize(title, model) : ''), [title, model]);
  return (
    <>
      <header class="card-head">
        <div class="chart-title">
          <h2 id={titleId}>{title}</h2>
          {term && <Explain term={term} />}
        </div>
        {controls}
        {shown && !asTable && !instead && <span class="chart-hint">Drag to zoom</span>}
        {shown && model && (
          <ChartMenu
            title={title}
            model={shown}
            source={model}
            view={view}
            splits={splits}
            asTable={asTable}
            setAsTable={setAsTable}
            keys={keys}
          />
        )}
      </header>
      {!shown && !instead && <ChartBones />}
      {!shown && actions.openDay !== null && dayPanel?.({ day: actions.openDay, left: null })}
      {!asTable && instead}
      {shown && !asTable && !instead && isEmpty(shown) && <NothingKnown />}
      {shown && !asTable && !instead && !isEmpty(shown) && (
        <Canvas
          title={title}
          model={shown}
          scale={scale}
          summary={summary}
          actions={actions}
          dayPanel={dayPanel}
        />
      )}
      {shown && asTable && <ChartTable title={title} model={shown} />}
      {(asTable || instead) && actions.openDay !== null && dayPanel?.({ day: actions.openDay, left: null })}
      {shown && (asTable || !instead) && (legend ?? <Legend model={shown} />)}
      {!shown && <ul class="legend" />}
    </>
  );
}

/** A range without any figure, and the way to one that has some. */
function NothingKnown() {
  const place = usePlace();
  return (
    <div class="chart-box chart-empty">
      <p>No days in this range</p>
      <a
        class="button small"
        href={withQuery(place, { range: null, from: null, to: null, by: null, day: null })}
      >
        Show last 30 days
      </a>
    </div>
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
