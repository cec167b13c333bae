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
import { GroupMenu } from '../groups/group-menu.tsx';
import { usePlace, withQuery } from '../location.ts';
import { FiguresTable } from './figures-table.tsx';
import { absoluteModel, hollowIds, indexedModel, METRICS, metricOf, multiplesOf, namesOf } from './model.ts';
import { Picker } from './picker.tsx';
import { comparedIds, MAX_COMPARED, rankedBy, seriesRead, withIds } from './view.ts';

/** Two to six repositories in one chart. */
export function Compare({ tenantId }: { tenantId: number }) {
  const { query } = usePlace();
  const read = seriesRead(tenantId, query);
  const series = useAnswer(read);
  const answer = read ? series.answer : undefined;
  const named = comparedIds(query);
  const isOfGroup = named.length === 0 && read !== null;
  const ids = isOfGroup ? (answer?.repositories.map(({ repositoryId }) => repositoryId) ?? []) : named;
  const isChoosing = ids.length < 2 && (answer !== undefined || !isOfGroup);
  return (
    <div class="page" aria-busy={read !== null && series.loading}>
      <TitleRow
        title="Compare"
        shown={answer?.range}
        beside={<GroupMenu tenantId={tenantId} groups={null} changes={withIds([])} />}
      />
      <Chips tenantId={tenantId} ids={ids} answer={answer} isOfGroup={isOfGroup} />
      {isChoosing && (
        <section class="card" aria-labelledby="choose">
          <div class="card-head">
            <h2 id="choose">
              {ids.length === 0 ? 'Choose two to six repositories' : 'Choose another repository'}
            </h2>
          </div>
          <Picker tenantId={tenantId} ids={ids} />
        </section>
      )}
      {read && series.error && <Failure error={series.error} retry={series.reload} />}
      {read && !series.error && answer?.repositories.length !== 0 && (
        <>
          <Comparison answer={answer} isStale={series.loading} />
          {answer && <Happened tenantId={tenantId} answer={answer} onChanged={series.reload} />}
        </>
      )}
    </div>
  );
}

const RANKED = { viewCount: 'views', viewUniques: 'visitors', cloneCount: 'clones', cloneUniques: 'cloners' };

interface ChipsProps {
  tenantId: number;
  ids: number[];
  answer: TrafficSeries | undefined;
  /** They were not chosen one by one: they are the largest ones of a group. */
  isOfGroup: boolean;
}

/** The repositories that are compared, each with a way to remove it. */
function Chips({ tenantId, ids, answer, isOfGroup }: ChipsProps) {
  const place = usePlace();
  if (isOfGroup && !answer) return <p class="picks muted">…</p>;
  if (ids.length === 0) return null;
  const hollow = answer ? hollowIds(answer) : new Set();
  const names = answer ? namesOf(answer) : new Map<number, string>();
  return (
    <ul class="picks" aria-label="Compared repositories">
      {ids.map((id) => {
        const color = answer?.repositories.find(({ repositoryId }) => repositoryId === id)?.colorIndex;
        const name = names.get(id) ?? '…';
        const rest = ids.filter((other) => other !== id);
        return (
          <li key={id} class="pick">
            <span
              class={color === undefined ? 'dot' : `dot c${color + 1}${hollow.has(id) ? ' hollow' : ''}`}
            />
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
      <li class="muted small">
        {isOfGroup ? `most ${RANKED[rankedBy(place.query)]} in the group` : 'up to six'}
      </li>
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
