import { byDetector, byNaiveRule, type Rule, type Score, score } from './alerts/score.ts';
import { type SimulatedRepository, simulate, type TrueEvent } from './alerts/simulate.ts';
import { printTable } from './table.ts';

/** The rules of the detector were chosen with these. What is printed comes from others, which nobody had looked at before. */
const TUNING_SEEDS = '1–3, 11–14, 21, 22, 31–34, 41–44, 51–54, 61–64 and 101–160';
const PRINTED_SEEDS = [65, 66, 67, 68];
const REPOSITORIES = 30;
const YEARS = 3;

const SIZES: [from: number, to: number][] = [
  [1.5, 2],
  [2, 3],
  [3, 5],
  [5, 10],
  [10, Number.POSITIVE_INFINITY],
];
const LARGE = 3;

const RULES: { name: string; rule: Rule }[] = [
  { name: 'detector', rule: byDetector },
  { name: 'naive, newest days', rule: byNaiveRule('newest') },
  { name: 'naive, final days', rule: byNaiveRule('final') },
];

/** Precision and recall of alerts on simulated years, beside the naive rule. */
export async function benchAlerts(): Promise<void> {
  const repositories = PRINTED_SEEDS.flatMap((seed) =>
    simulate({ seed, repositories: REPOSITORIES, years: YEARS }),
  );
  console.log(
    `${repositories.length} repositories × ${YEARS} years, seeds ${PRINTED_SEEDS.join(', ')}; tuned with ${TUNING_SEEDS}`,
  );
  const rows = RULES.map(({ name, rule }) => ({
    name,
    score: scoreAll(rule, repositories),
  }));
  printTable(
    'Recall of events ≥ 3 ×, and precision of alarms',
    ['rule', 'what', 'recall', 'of alarms ≥ 3 ×', 'of all alarms', 'repeated', 'wrong', 'of missing data'],
    rows.flatMap(({ name, score }) =>
      [...listKinds(), null].map((kind) => {
        const ofKind = onlyOf(score, kind);
        const { alarms } = ofKind;
        const count = (verdict: string) => alarms.filter((one) => one.verdict === verdict).length;
        const large = alarms.filter(({ alarm }) => alarm.factor >= LARGE);
        return [
          name,
          kind ? `${kind.kind} of ${kind.metric}` : 'all',
          toRecall(ofKind, [LARGE, Number.POSITIVE_INFINITY]),
          toShare(large.filter(({ verdict }) => verdict === 'right').length, large.length),
          toShare(count('right'), alarms.length),
          count('repeated'),
          count('wrong'),
          alarms.filter(({ isOfMissingData }) => isOfMissingData).length,
        ];
      }),
    ),
  );
  printTable(
    'Recall by true size, all kinds',
    [
      'rule',
      ...SIZES.map(([from, to]) => (to === Number.POSITIVE_INFINITY ? `≥ ${from} ×` : `${from}–${to} ×`)),
    ],
    rows.map(({ name, score }) => [name, ...SIZES.map((size) => toRecall(score, size))]),
  );
}

type Kind = Pick<TrueEvent, 'kind' | 'metric'>;

function listKinds(): Kind[] {
  return (['views', 'clones'] as const).flatMap((metric) =>
    (['spike', 'drop'] as const).map((kind) => ({ kind, metric })),
  );
}

function scoreAll(rule: Rule, repositories: readonly SimulatedRepository[]): Score {
  const scores = repositories.map((repository) => score(rule, repository));
  return { events: scores.flatMap(({ events }) => events), alarms: scores.flatMap(({ alarms }) => alarms) };
}

/** The events and alarms of a kind; all of them for null. */
function onlyOf({ events, alarms }: Score, kind: Kind | null): Score {
  if (kind === null) return { events, alarms };
  const isOfKind = (one: Kind) => one.kind === kind.kind && one.metric === kind.metric;
  return {
    events: events.filter(({ event }) => isOfKind(event)),
    alarms: alarms.filter(({ alarm }) => isOfKind(alarm)),
  };
}

function toRecall({ events }: Score, [from, to]: readonly [number, number]): string {
  const counted = events.filter(
    ({ event, isCounted }) => isCounted && event.factor >= from && event.factor < to,
  );
  return toShare(counted.filter(({ isTold }) => isTold).length, counted.length);
}

function toShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(part / whole).toFixed(3)} (${part}/${whole})`;
}
