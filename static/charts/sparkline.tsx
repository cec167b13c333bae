const WIDTH = 120;
const HEIGHT = 24;

interface SparklineProps {
  values: (number | null)[];
  metric: 'views' | 'clones';
}

/** A small chart for a table row. Unknown values are gaps. The row's figures say the same as text. */
export function Sparkline({ values, metric }: SparklineProps) {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? (WIDTH - 4) / (values.length - 1) : 0;
  const point = (value: number, index: number) =>
    `${(2 + index * step).toFixed(1)} ${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`;
  const line = values
    .map((value, index) =>
      value === null ? '' : `${isGap(values, index) ? 'M' : 'L'}${point(value, index)}h.01`,
    )
    .join('');
  return (
    <svg
      class={`spark ${metric}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}

const isGap = (values: (number | null)[], index: number) => index === 0 || values[index - 1] === null;
