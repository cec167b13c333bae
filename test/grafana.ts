import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What Grafana's classic dashboard model says of a panel: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource: { type: string; uid: string };
  targets: { refId: string; expr: string }[];
}

interface Variable {
  name: string;
  type: string;
  query: string | { query: string };
}

interface GrafanaDashboard extends Record<string, unknown> {
  id: null;
  uid: string;
  panels: Panel[];
  templating: { list: Variable[] };
  schemaVersion: number;
}

const DOCS = path.join(import.meta.dirname, '../docs');

export const readGrafanaDashboard = (): GrafanaDashboard =>
  JSON.parse(readFileSync(path.join(DOCS, 'grafana/github-traffic.json'), 'utf8'));

/** The block of YAML in docs/grafana.md that begins with a key. */
export function readGrafanaYaml(key: string): string {
  const text = readFileSync(path.join(DOCS, 'grafana.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.find((block) => block.startsWith(`${key}:`)) ?? '';
}
