import { useId, useMemo, useState } from 'preact/hooks';
import type { ListHistory, RepositoryStats } from '../../lib/answers/stats.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { daysFrom } from '../../lib/day.ts';
import { useChartActions } from '../charts/actions.ts';
import { ChartParts } from '../charts/chart.tsx';
import { CsvButton } from '../controls/download.tsx';
import { formatCount, formatShortDay, plural } from '../format.ts';
import { reads } from '../reads.ts';

type Ranked = Omit<RepositoryStats['referrers'][number], 'referrer'>;

interface Row extends Ranked {
  name: string;
  title: string;
}

interface ListCardProps {
  answer: RepositoryStats;
  isStale: boolean;
}

/** Where visitors came from. */
export function ReferrersCard({ answer, isStale }: ListCardProps) {
  const rows = answer.referrers.map(({ referrer, ...row }) => ({ ...row, name: referrer, title: '' }));
  const list = { of: 'referrers', title: 'Referrers', head: 'Site', one: 'referrer' } as const;
  return (
    <ListCard answer={answer} isStale={isStale} list={list} rows={rows} history={answer.referrerHistory} />
  );
}

/** What visitors looked at. */
export function PathsCard({ answer, isStale }: ListCardProps) {
  const rows = answer.paths.map(({ path, ...row }) => ({ ...row, name: path }));
  const list = { of: 'paths', title: 'Paths', head: 'Path', one: 'path' } as const;
  return <ListCard answer={answer} isStale={isStale} list={list} rows={rows} history={answer.pathHistory} />;
}

interface List {
  of: 'referrers' | 'paths';
  title: string;
  /** Above the names. */
  head: string;
  one: string;
}

/** Rows that are shown before the others are asked for: those with a line, and one more. */
const SHOWN = 7;

/** Lines of names, GitHub's views of 14 days by the day they were read, and the list of all names. */
function ListCard({
  answer,
  isStale,
  list,
  rows,
  history,
}: ListCardProps & { list: List; rows: Row[]; history: ListHistory }) {
  const id = useId();
  const actions = useChartActions({ hasDayPanel: false });
  const model = useMemo(() => toModel(history, rows, answer), [history, answer]);
  const isSteep = isUnequal(history);
  const note = `rolling 14 days${isSteep ? ', log scale' : ''}`;
  if (rows.length === 0)
    return (
      <section class="card panel" aria-labelledby={id}>
        <header class="panel-head">
          <h2 id={id}>{list.title}</h2>
        </header>
        <p class="none">No {list.title.toLowerCase()} in this period.</p>
      </section>
    );
  return (
    <section class={isStale ? 'card panel stale' : 'card panel'} aria-labelledby={id} aria-busy={isStale}>
      <ChartParts
        titleId={id}
        title={list.title}
        model={model}
        actions={actions}
        controls={<span class="muted small">{note}</span>}
        fixedScale={isSteep ? 'log' : undefined}
        legend={<Names list={list} rows={rows} answer={answer} />}
      />
    </section>
  );
}

/** If the first name is this much larger than the last line, the others would lie on the axis. */
const STEEP = 8;

function isUnequal({ series }: ListHistory): boolean {
  const peaks = series.map(({ values }) => Math.max(0, ...values.map((value) => value ?? 0)));
  const first = peaks[0] ?? 0;
  const last = peaks.at(-1) ?? 0;
  return peaks.length > 1 && first > STEEP * Math.max(1, last);
}

/** The peaks that are labelled. */
const LABELLED = 3;

function toModel(history: ListHistory, rows: readonly Row[], { range }: RepositoryStats): ChartModel {
  const { dates, series, by } = history;
  const isDaily = by === 'day';
  const buckets = isDaily ? daysFrom(dates[0] ?? range.from, dates.at(-1) ?? range.from) : dates;
  const places = new Map(dates.map((date, place) => [date, place]));
  const layers = series.map(({ name, values }, index) => ({
    label: name,
    color: colorOf(index),
    // A day on which nobody read the lists is bridged, as is one without the name.
    values: buckets.map((day) => values[places.get(day) ?? -1] ?? null),
  }));
  const points = layers.slice(0, LABELLED).flatMap(({ values }, layer) => {
    const row = rows.find(({ name }) => name === series[layer]?.name);
    const top = Math.max(0, ...values.map((value) => value ?? 0));
    const index = values.indexOf(top);
    if (!row || index < 0) return [];
    return [{ layer, index, text: `${formatCount(top)} · ${formatShortDay(row.peak.date)}` }];
  });
  return {
    kind: 'line',
    range: { from: buckets[0] ?? range.from, to: buckets.at(-1) ?? range.to, by },
    buckets,
    layers,
    points,
    marks: buckets.map(() => 'known'),
    events: [],
  };
}

/** A name's color: its line's, or that of all without one. */
const colorOf = (index: number) => (index < 6 ? `--series-${index + 1}` : '--series-other');

function Names({ list, rows, answer }: { list: List; rows: Row[]; answer: RepositoryStats }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN);
  const { tenantId, repository, range } = answer;
  const { from, to } = range;
  // Every name of the first list would be new otherwise.
  const since = (list.of === 'referrers' ? answer.referrerHistory : answer.pathHistory).dates[0] ?? from;
  return (
    <>
      <table class="ranks">
        <caption class="unseen">{list.title}</caption>
        <thead>
          <tr>
            <th scope="col">{list.head}</th>
            <th scope="col" class="number" colSpan={2}>
              Peak
            </th>
            <th scope="col" class="number">
              Now
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <NameRow key={row.name} row={row} color={colorOf(index)} since={since} />
          ))}
        </tbody>
      </table>
      <div class="basis">
        {rows.length > SHOWN && (
          <button type="button" class="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `First ${SHOWN} only` : `All ${plural(rows.length, list.one)}`}
          </button>
        )}
        <span class="grow" />
        <CsvButton
          label={`CSV of ${list.of}`}
          read={reads.repositoryStats(tenantId, repository.repositoryId, { of: list.of, from, to })}
          fileName={`${list.of}-${repository.name}-${from}-${to}.csv`}
        />
      </div>
    </>
  );
}

interface NameRowProps {
  row: Row;
  color: string;
  /** The first list of the range. Later names entered in it. */
  since: string;
}

function NameRow({ row, color, since }: NameRowProps) {
  const { name, title, peak, current, viewCount, rank, previousRank, bestRank } = row;
  return (
    <tr>
      <th scope="row">
        <span class="dot" style={{ '--c': `var(${color})` }} />
        <span class="ell" title={title || name}>
          {name}
        </span>{' '}
        {row.leftDate && <span class="tag">left {formatShortDay(row.leftDate)}</span>}
        {!row.leftDate && row.firstSeen > since && (
          <span class="tag info">since {formatShortDay(row.firstSeen)}</span>
        )}
        {title && <span class="path-title">{title}</span>}
        <span class="unseen">
          {' '}
          Best rank {bestRank}
          {current &&
            `, now ${rank}${previousRank === null ? ', not in the list before' : `, before ${previousRank}`}`}
        </span>
      </th>
      <td class="number strong">{formatCount(peak.viewCount)}</td>
      <td class="when">{formatShortDay(peak.date)}</td>
      <td class="number">{current ? formatCount(viewCount) : '–'}</td>
    </tr>
  );
}
