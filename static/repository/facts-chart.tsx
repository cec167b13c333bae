import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { Chart } from '../charts/chart.tsx';
import { CsvButton } from '../controls/download.tsx';
import { Segments } from '../controls/segments.tsx';
import { formatDay } from '../format.ts';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';

const FACTS = [
  { value: 'stars', label: 'Stars', color: '--stars' },
  { value: 'starsGained', label: 'Stars gained', color: '--stars' },
  { value: 'forks', label: 'Forks', color: '--series-2' },
  { value: 'subscribers', label: 'Subscribers', color: '--series-4' },
  { value: 'openIssues', label: 'Open issues', color: '--series-3' },
] as const;

/** Stars, forks, subscribers and open issues on the days that were collected. */
export function FactsChart({ answer }: { answer: RepositoryStats }) {
  const place = usePlace();
  const fact = FACTS.find(({ value }) => value === place.query.get('fact')) ?? FACTS[0];
  const model = useMemo<ChartModel>(
    () => ({
      kind: 'line',
      range: answer.range,
      buckets: answer.buckets,
      layers: [{ label: fact.label, color: fact.color, values: answer.facts[fact.value] }],
      marks: answer.buckets.map(() => 'known'),
      events: [],
    }),
    [answer, fact],
  );
  const controls = (
    <Segments
      label="Fact"
      current={fact.value}
      segments={FACTS.map(({ value, label }) => ({
        value,
        label,
        changes: { fact: value === 'stars' ? null : value },
      }))}
    />
  );
  if (fact.value === 'stars' || fact.value === 'starsGained')
    return <StarChart answer={answer} of={fact.value} controls={controls} />;
  return (
    <Chart
      title={fact.label}
      model={model}
      note={fact.value === 'openIssues' ? 'GitHub counts open pull requests among open issues.' : undefined}
      controls={controls}
    />
  );
}

interface StarChartProps {
  answer: RepositoryStats;
  of: 'stars' | 'starsGained';
  /** Which fact is shown. */
  controls: ComponentChildren;
}

/** The number of stars, or those gained per day, week or month: in the range, or in all years. */
function StarChart({ answer, of, controls }: StarChartProps) {
  const place = usePlace();
  const { starHistory, facts, range, buckets } = answer;
  const years = starHistory && place.query.get('stars') === 'all' ? starHistory : null;
  const shown = useMemo(
    () => years ?? { range, buckets, stars: facts.stars, starsGained: facts.starsGained },
    [years, range, buckets, facts],
  );
  const isTotal = of === 'stars';
  const title = isTotal ? 'Stars' : 'Stars gained';
  const model = useMemo(
    () => toStarModel(shown, isTotal ? 'line' : 'nested', title, shown[of]),
    [shown, isTotal, title, of],
  );
  const file = reads.repositoryStats(answer.tenantId, answer.repository.repositoryId, {
    of: 'stars',
    by: shown.range.by,
  });
  return (
    <Chart
      title={title}
      model={model}
      note={isTotal ? standingNote(starHistory) : 'Removed stars stay counted.'}
      controls={
        <>
          {controls}
          {starHistory && (
            <Segments
              label="Years of stars"
              current={years ? 'all' : 'range'}
              segments={[
                { value: 'range', label: 'In the range', changes: { stars: null } },
                { value: 'all', label: 'All years', changes: { stars: 'all' } },
              ]}
            />
          )}
          <CsvButton read={file} label="CSV of stars" fileName={`stars-${answer.repository.name}.csv`} />
        </>
      }
    />
  );
}

/** How complete the years before the first collection are. */
function standingNote(history: RepositoryStats['starHistory']): string {
  if (!history) return 'Earlier years appear after the next collection.';
  if (history.problem) return `${history.problem.message} It is retried the next day.`;
  if (!history.complete) return 'Older years are still being collected, a part each day.';
  return `Complete since ${formatDay(history.range.from)}. Days before the first collection count only stars that were not removed.`;
}

interface Shown {
  range: RepositoryStats['range'];
  buckets: string[];
}

function toStarModel(
  { range, buckets }: Shown,
  kind: ChartModel['kind'],
  label: string,
  values: (number | null)[],
): ChartModel {
  const marks = buckets.map(() => 'known' as const);
  return { kind, range, buckets, layers: [{ label, color: '--stars', values }], marks, events: [] };
}
