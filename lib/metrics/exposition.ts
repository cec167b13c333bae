/** A value with its labels. */
interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/** A gauge with all of its samples. */
export interface MetricFamily {
  name: string;
  /** A sentence without quotation marks, backslashes and line ends, which the two formats escape differently. */
  help: string;
  samples: readonly Sample[];
}

const OPEN_METRICS = 'application/openmetrics-text';

/** The media types that metrics are answered as, OpenMetrics first. */
export const METRIC_TYPES = [OPEN_METRICS, 'text/plain'] as const;

/** The content type for whoever accepts these: OpenMetrics 1.0 if it is named, else Prometheus' text format 0.0.4. */
export function toMetricsType(accept: string | null): string {
  return accept?.includes(OPEN_METRICS)
    ? `${OPEN_METRICS}; version=1.0.0; charset=utf-8`
    : 'text/plain; version=0.0.4; charset=utf-8';
}

/**
 * Gauges as text that is both OpenMetrics 1.0 and Prometheus' text format 0.0.4, where the last line is a comment. Families
 * without samples are left out. https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function toExposition(families: readonly MetricFamily[]): string {
  const lines: string[] = [];
  for (const { name, help, samples } of families) {
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const { labels = {}, value } of samples) lines.push(`${name}${toLabels(labels)} ${value}`);
  }
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

function toLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

const escapeText = (text: string) => text.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? '');
