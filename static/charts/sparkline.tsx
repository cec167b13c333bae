const WIDTH = 120;
const HEIGHT = 28;
const EDGE = 2;

interface SparklineProps {
  values: readonly (number | null)[];
  colorIndex: number;
}

/** A small chart in a table's row. Unknown values are gaps. The row's figures say the same as text. */
export function Sparkline({ values, colorIndex }: SparklineProps) {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? (WIDTH - 2 * EDGE) / (values.length - 1) : 0;
  const x = (index: number) => (EDGE + index * step).toFixed(1);
  const y = (value: number) => (HEIGHT - EDGE - (value / top) * (HEIGHT - 3 * EDGE)).toFixed(1);
  const spans = toSpans(values);
  const points = (span: Span) => span.values.map((value, place) => `${x(span.from + place)} ${y(value)}`);
  const last = spans.at(-1);
  const end = last && last.from + last.values.length - 1;
  const bottom = HEIGHT - EDGE;
  return (
    <svg
      class={`spark c${colorIndex + 1}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      {spans.map((span) => (
        <path
          key={span.from}
          class="spark-area"
          d={`M${x(span.from)} ${bottom}L${points(span).join('L')}L${x(span.from + span.values.length - 1)} ${bottom}z`}
        />
      ))}
      {spans.map((span) => (
        // A point alone is a dot, as long as the line is wide.
        <path
          key={span.from}
          class="spark-line"
          d={`M${points(span).join('L')}${span.values.length === 1 ? 'h.01' : ''}`}
        />
      ))}
      {last && end !== undefined && (
        <circle class="spark-end" cx={x(end)} cy={y(last.values.at(-1) ?? 0)} r="2.5" />
      )}
    </svg>
  );
}

interface Span {
  from: number;
  values: number[];
}

/** The spans between the gaps. */
function toSpans(values: readonly (number | null)[]): Span[] {
  const spans: Span[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const last = spans.at(-1);
    if (last && last.from + last.values.length === index) last.values.push(value);
    else spans.push({ from: index, values: [value] });
  }
  return spans;
}
