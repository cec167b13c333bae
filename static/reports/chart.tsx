import { useRef } from 'preact/hooks';
import type { ChartModel } from '../../lib/charts/model.ts';
import { useSize } from '../charts/canvas.tsx';
import { SvgChart } from '../charts/svg-chart.tsx';

/** How large a chart is on a sheet of A4, in CSS pixels. */
const ON_PAPER = {
  whole: { width: 680, height: 232 },
  half: { width: 328, height: 150 },
};

interface ReportChartProps {
  title: string;
  model: ChartModel;
  /** How much of the sheet's width it takes. */
  takes: keyof typeof ON_PAPER;
}

/** A chart: on a screen as wide as there is room, on paper always the same. */
export function ReportChart({ title, model, takes }: ReportChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const { width, height } = ON_PAPER[takes];
  return (
    <>
      <div class={`report-chart on-screen report-${takes}`} ref={box}>
        {size && <SvgChart title={title} model={model} width={size.width} height={height} />}
      </div>
      <div class="report-chart on-paper">
        <SvgChart title={title} model={model} width={width} height={height} />
      </div>
    </>
  );
}
