import { useMemo } from 'preact/hooks';
import type { TrafficSeries } from '../../lib/answers/stats.ts';
import { addDays } from '../../lib/day.ts';
import { useAnswer } from '../answers.ts';
import { Chart } from '../charts/chart.tsx';
import { Multiples } from '../charts/multiples.tsx';
import { Icon } from '../controls/icon.tsx';
import { Failure } from '../controls/notice.tsx';
import { Popover } from '../controls/popover.tsx';
import { Segments } from '../controls/segments.tsx';
import { TitleRow } from '../controls/title-row.tsx';
import { Happened } from '../events/happened.tsx';
import { formatShortDay } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';
import { FiguresTable } from './figures-table.tsx';
import { absoluteModel, indexedModel, METRICS, metricOf, multiplesOf, namesOf } from './model.ts';
import { Picker } from './picker.tsx';
import { comparedIds, MAX_COMPARED, seriesRead, withIds } from './view.ts';

/** Two to six repositories in one chart. */
export function Compare({ tenantId }: { tenantId: number }) {
  const { query } = usePlace();
  const ids = comparedIds(query);
  const series = useAnswer(ids.length > 0 ? seriesRead(tenantId, query) : null);
  const answer = ids.length > 0 ? series.answer : undefined;
  return (
    <div class="page" aria-busy={ids.length > 0 && series.loading}>
      <TitleRow title="Compare" shown={answer?.range} incomparable />
      <Chips tenantId={tenantId} ids={ids} answer={answer} />
      {ids.length < 2 && (
        <section class="card" aria-labelledby="choose">
          <div class="card-head">
            <h2 id="choose">
              {ids.length === 0 ? 'Choose two to six repositories' : 'Choose another repository'}
            </h2>
          </div>
          <Picker tenantId={tenantId} ids={ids} />
        </section>
      )}
      {ids.length > 0 && series.error && <Failure error={series.error} retry={series.reload} />}
      {ids.length > 0 && !series.error && (
        <>
          <Comparison answer={answer} isStale={series.loading} />
          {answer && <Happened tenantId={tenantId} answer={answer} onChanged={series.reload} />}
        </>
      )}
    </div>
  );
}

interface ChipsProps {
  tenantId: number;
  ids: number[];
  answer: TrafficSeries | undefined;
}

/** The repositories that are compared, each with a way to remove it. */
function Chips({ tenantId, ids, answer }: ChipsProps) {
  const place = usePlace();
  if (ids.length === 0) return null;
  const names = answer ? namesOf(answer) : new Map<number, string>();
  return (
    <ul class="picks" aria-label="Compared repositories">
      {ids.map((id) => {
        const color = answer?.repositories.find(({ repositoryId }) => repositoryId === id)?.colorIndex;
        const name = names.get(id) ?? '…';
        const rest = ids.filter((other) => other !== id);
        return (
          <li key={id} class="pick">
            <span class={color === undefined ? 'dot' : `dot c${color + 1}`} />
            {name}
            <a class="iconbtn" href={withQuery(place, withIds(rest))} aria-label={`Remove ${name}`}>
              <Icon name="close" />
            </a>
          </li>
        );
      })}
      {ids.length > 1 && ids.length < MAX_COMPARED && (
        <li>
          <Popover
            label="Add a repository"
            class="button plain"
            controls
            content={
              <>
                <Icon name="plus" /> Add repository
              </>
            }
          >
            {() => <Picker tenantId={tenantId} ids={ids} />}
          </Popover>
        </li>
      )}
      <li class="muted small">up to six</li>
    </ul>
  );
}

function Comparison({ answer, isStale }: { answer: TrafficSeries | undefined; isStale: boolean }) {
  const { query } = usePlace();
  const { metric, label } = metricOf(query);
  const isIndexed = query.get('as') === 'index';
  const indexed = useMemo(
    () => (answer && isIndexed ? indexedModel(answer, metric) : null),
    [answer, metric, isIndexed],
  );
  const model = useMemo(
    () => indexed?.model ?? (answer && absoluteModel(answer, metric)),
    [answer, metric, indexed],
  );
  return (
    <>
      <Chart
        title={isIndexed ? `${label}, indexed` : label}
        model={model}
        isStale={isStale && answer !== undefined}
        note={indexed && answer ? <IndexNote answer={answer} indexed={indexed} /> : undefined}
        controls={
          <>
            <Segments
              label="Figure"
              current={metric}
              segments={METRICS.map((one, place) => ({
                value: one.metric,
                label: one.label,
                changes: { metric: place === 0 ? null : one.metric },
              }))}
            />
            <Segments
              label="Scale"
              current={isIndexed ? 'index' : ''}
              segments={[
                { value: '', label: 'Absolute', changes: { as: null } },
                { value: 'index', label: 'Indexed', changes: { as: 'index' } },
              ]}
            />
          </>
        }
      />
      {answer && <FiguresTable answer={answer} metric={metric} label={label} />}
      {answer && answer.repositories.length > 1 && (
        <details class="card" open>
          <summary class="card-head">
            <h2>Side by side</h2>
            <span class="muted small">
              same scale, {label.toLowerCase()}
              {metric === 'stars' ? '' : ` by ${answer.range.by}`}
            </span>
            <Icon name="down" />
          </summary>
          <Multiples items={multiplesOf(answer, metric)} />
        </details>
      )}
    </>
  );
}

interface IndexNoteProps {
  answer: TrafficSeries;
  indexed: ReturnType<typeof indexedModel>;
}

/** What 100 is, and the repositories whose first day is another one. */
function IndexNote({ answer, indexed: { bases, isAverage } }: IndexNoteProps) {
  const names = namesOf(answer);
  const known = bases.filter((base) => base !== null).sort();
  const [first] = known;
  if (first === undefined) return <>No figures to index.</>;
  const others = answer.repositories.flatMap(({ repositoryId }, place) => {
    const base = bases[place] ?? null;
    const name = names.get(repositoryId);
    if (base === first) return [];
    return [base === null ? `${name} has no figures` : `${name} is 100 on ${formatShortDay(base)}`];
  });
  return (
    <>
      {isAverage ? `${formatShortDay(addDays(first, -6))} – ${formatShortDay(first)}` : formatShortDay(first)}{' '}
      = 100{isAverage ? ', 7-day average' : ''}. {others.length > 0 && `${others.join('; ')}.`}
    </>
  );
}
