import { layoutOf } from '../../lib/charts/layout.ts';
import { legendOf } from '../../lib/charts/legend.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { endLabelsWidth, hasEndLabels, type Shape, sceneOf } from '../../lib/charts/scene.ts';
import { summarize } from '../../lib/charts/summary.ts';

interface SvgChartProps {
  title: string;
  model: ChartModel;
  width: number;
  height: number;
}

/** A chart to look at, and to print. CSS gives its colors. */
export function SvgChart({ title, model, width, height }: SvgChartProps) {
  const endLabels = hasEndLabels(model, width) ? endLabelsWidth(model.layers) : 0;
  const layout = layoutOf(model, { width, height, scale: 'linear', endLabels });
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={summarize(title, model)}
    >
      {sceneOf(model, layout, null).map((shape, place) => (
        <Drawn key={place} shape={shape} />
      ))}
    </svg>
  );
}

const colorOf = (name: string | undefined) => (name === undefined ? 'none' : `var(${name})`);

function Drawn({ shape }: { shape: Shape }) {
  if (shape.kind === 'text')
    return (
      <text
        x={shape.x}
        y={shape.y}
        text-anchor={shape.anchor}
        fill={colorOf(shape.fill)}
        font-weight={shape.bold ? 600 : 400}
      >
        {shape.text}
      </text>
    );
  const { at } = shape;
  return (
    <path
      d={shape.d}
      fill={colorOf(shape.fill)}
      stroke={colorOf(shape.stroke)}
      stroke-width={shape.width ?? 1}
      stroke-dasharray={shape.dash?.join(' ')}
      opacity={shape.alpha}
      transform={at && `translate(${at.x} ${at.y}) scale(${at.scale})`}
    />
  );
}

/** What the colors of a chart mean, as items of a list. */
export function SvgLegend({ model }: { model: ChartModel }) {
  return (
    <>
      {legendOf(model).map(({ label, color, shape }) => (
        <li key={label}>
          <svg viewBox="0 0 12 12" aria-hidden="true">
            <rect
              width="11"
              height={shape === 'line' ? 2 : 11}
              y={shape === 'line' ? 5 : 0.5}
              x="0.5"
              rx="2"
              fill={shape === 'box' || shape === 'line' ? `var(${color})` : 'none'}
              stroke={shape === 'box' || shape === 'line' ? 'none' : `var(${color})`}
              stroke-dasharray="2 2"
            />
          </svg>
          {label}
        </li>
      ))}
    </>
  );
}
