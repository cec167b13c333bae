import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { Comparison } from '../../lib/answers/figures.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { type ChartView, type OpenDay, useChartActions } from '../charts/actions.ts';
import { ChartParts } from '../charts/chart.tsx';
import { formatCount } from '../format.ts';
import { go, replace, usePlace, withQuery } from '../location.ts';
import { Basis } from './basis.tsx';
import { DeltaButton } from './delta.tsx';
import { TILE_LABELS, TILE_METRICS, type Tile, type TileMetric, tileMetricOf } from './tiles.ts';

interface FiguresCardProps {
  /** What the figures are of, for screen readers. */
  label: string;
  /** Undefined while loading: their space is reserved. */
  tiles: Tile[] | undefined;
  comparison: Comparison | undefined;
  /** The chart of the figure that is chosen. */
  model: ChartModel | undefined;
  /** True while the figures are those of another range. */
  isStale: boolean;
  splits?: ChartView['split'][] | undefined;
  /** Instead of one chart, such as one for each repository. */
  instead?: ComponentChildren;
  /** What is known about the open day. With it, a click on a day opens it. */
  dayPanel?: ((open: OpenDay) => ComponentChildren) | undefined;
  /** More sentences about the figures, each in its own element. */
  notes?: ComponentChildren;
}

const KEYS = { log: 'L', table: 'V' };

const TERMS = {
  viewCount: 'views',
  viewUniques: 'visitors',
  cloneCount: 'clones',
  cloneUniques: 'cloners',
  stars: 'stars',
  downloads: 'downloads',
} as const;

/** What a figure's chart is called. */
function titleOf(metric: TileMetric, model: ChartModel | undefined): string {
  if (!model || (metric === 'stars' && model.kind === 'line')) return TILE_LABELS[metric];
  return `${metric === 'stars' ? 'Stars gained' : TILE_LABELS[metric]} by ${model.range.by}`;
}

/** Six figures that are the tabs of one chart. */
export function FiguresCard(props: FiguresCardProps) {
  const { label, tiles, comparison, model, isStale, splits, instead, dayPanel, notes } = props;
  const { query } = usePlace();
  const metric = tileMetricOf(query);
  const actions = useChartActions({ hasDayPanel: dayPanel !== undefined });
  const id = useId();
  return (
    <section
      class={isStale ? 'card figures stale' : 'card figures'}
      aria-label={label}
      aria-busy={isStale || !tiles}
    >
      <Tiles id={id} tiles={tiles} chosen={metric} comparison={comparison} />
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${metric}`}>
        <ChartParts
          title={titleOf(metric, model)}
          model={model}
          actions={actions}
          keys={KEYS}
          term={TERMS[metric]}
          splits={splits}
          instead={instead}
          dayPanel={dayPanel}
        />
      </div>
      {comparison ? <Basis comparison={comparison} notes={notes} /> : <div class="basis" />}
    </section>
  );
}

interface TilesProps {
  id: string;
  tiles: Tile[] | undefined;
  chosen: TileMetric;
  comparison: Comparison | undefined;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** The tabs, and above them the buttons of their changes: a tab cannot hold a button. */
function Tiles({ id, tiles, chosen, comparison }: TilesProps) {
  const place = usePlace();
  const list = useRef<HTMLDivElement>(null);
  const toHref = (metric: TileMetric) => withQuery(place, { metric: metric === 'viewCount' ? null : metric });

  function onKeyDown(event: KeyboardEvent) {
    const last = TILE_METRICS.length - 1;
    const ends: Record<string, number> = { Home: 0, End: last };
    const step = STEPS[event.key];
    const here = TILE_METRICS.indexOf(chosen);
    const next = step === undefined ? ends[event.key] : (here + step + last + 1) % (last + 1);
    const metric = next === undefined ? undefined : TILE_METRICS[next];
    if (!metric) return;
    event.preventDefault();
    replace(toHref(metric));
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next ?? 0]?.focus();
  }

  return (
    <div class="tiles">
      <div class="tile-grid" role="tablist" aria-label="Figures" ref={list} onKeyDown={onKeyDown}>
        {TILE_METRICS.map((metric) => (
          <button
            key={metric}
            type="button"
            class="tile"
            role="tab"
            id={`${id}-${metric}`}
            aria-selected={metric === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={metric === chosen ? 0 : -1}
            onClick={() => go(toHref(metric))}
          >
            <TileText metric={metric} tile={tiles?.find((tile) => tile.metric === metric)} />
          </button>
        ))}
      </div>
      {comparison && (
        <div class="tile-grid deltas">
          {TILE_METRICS.map((metric) => {
            const delta = tiles?.find((tile) => tile.metric === metric)?.delta;
            return (
              <div key={metric}>
                {delta && <DeltaButton label={TILE_LABELS[metric]} delta={delta} comparison={comparison} />}
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

function TileText({ metric, tile }: { metric: TileMetric; tile: Tile | undefined }) {
  return (
    <>
      <span class="tile-name">{TILE_LABELS[metric]}</span>
      {tile ? (
        <span class="tile-figure">
          {tile.least !== null && <small>at most </small>}
          {formatCount(tile.value)}
        </span>
      ) : (
        <span class="tile-figure bone" />
      )}
      {tile && tile.least === null && <span class="tile-note extra">{tile.note}</span>}
      {tile && tile.least !== null && (
        <>
          <span class="tile-note">at least {formatCount(tile.least)}</span>
          <Bounds least={tile.least} most={tile.value ?? tile.least} />
        </>
      )}
    </>
  );
}

/** How near the least is to the most. */
function Bounds({ least, most }: { least: number; most: number }) {
  return (
    <svg class="bounds" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="most" width="100" height="4" rx="2" />
      <rect class="least" width={((100 * least) / Math.max(1, most)).toFixed(1)} height="4" rx="2" />
    </svg>
  );
}
