import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { Chart } from '../charts/chart.tsx';
import type { ChartModel } from '../charts/model.ts';
import { Segments } from '../controls/segments.tsx';
import { usePlace } from '../location.ts';
import { StarCharts } from './star-charts.tsx';

const FACTS = [
  { value: 'stars', label: 'Stars', color: '--series-1' },
  { value: 'forks', label: 'Forks', color: '--series-2' },
  { value: 'subscribers', label: 'Subscribers', color: '--series-4' },
  { value: 'openIssues', label: 'Open issues', color: '--series-3' },
] as const;

/** Stars and what else GitHub says about a repository, as it was on the days that were collected. */
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
  if (fact.value === 'stars') return <StarCharts answer={answer} controls={controls} />;
  return (
    <Chart
      title={fact.label}
      model={model}
      note={fact.value === 'openIssues' ? 'GitHub counts open pull requests among open issues.' : undefined}
      controls={controls}
    />
  );
}
