import type { Config } from 'vega-lite';

const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';

/** Vega-Lite's configuration in the colors of the current theme. */
export function themeConfig(): Config {
  const tokens = getComputedStyle(document.documentElement);
  const color = (name: string) => tokens.getPropertyValue(`--${name}`).trim();
  const series = [1, 2, 3, 4, 5, 6, 7].map((number) => color(`series-${number}`));
  const ramp = [color('selected'), color('views'), color('views-inner')];
  const text = { labelFont: FONT, titleFont: FONT, labelFontSize: 12, titleFontSize: 12 };
  return {
    font: FONT,
    background: color('surface'),
    view: { stroke: null },
    mark: { color: color('series-1'), tooltip: true },
    text: { color: color('ink') },
    rule: { color: color('line-strong') },
    axis: {
      ...text,
      labelColor: color('ink-2'),
      titleColor: color('ink-2'),
      titleFontWeight: 'normal',
      gridColor: color('line'),
      domainColor: color('line-strong'),
      tickColor: color('line-strong'),
      labelLimit: 220,
    },
    axisTemporal: { grid: false },
    legend: {
      ...text,
      labelColor: color('ink'),
      titleColor: color('ink-2'),
      titleFontWeight: 'normal',
      labelLimit: 220,
    },
    header: { ...text, labelColor: color('ink'), titleColor: color('ink-2') },
    title: { font: FONT, color: color('ink'), subtitleColor: color('ink-2'), fontSize: 13, fontWeight: 600 },
    range: {
      category: [...series, color('clones-inner'), color('series-other')],
      ramp,
      heatmap: ramp,
      ordinal: ramp,
    },
  };
}
