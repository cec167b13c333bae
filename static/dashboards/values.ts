import type { Mark, Spec, View } from 'vega';
import { toCsv } from '../../lib/csv.ts';

type Value = string | number | boolean | Date | null;

/** What a widget draws from one source, as columns and rows. */
export interface Values {
  /** The marks drawn from it, such as "bar" or "line and point". */
  marks: string;
  columns: { field: string; label: string }[];
  rows: Value[][];
}

const LABELS: Record<string, string> = {
  RID: 'ID',
  ORGNAME: 'Owner',
  REPONAME: 'Repository',
  TDATE: 'Day',
  VIEWCOUNT: 'Views',
  VUNIQUES: 'Unique visitors',
  CLONECOUNT: 'Clones',
  CUNIQUES: 'Unique cloners',
  STEP: 'Step',
  TEND: 'Until',
};
const MAX_COLUMNS = 20;
const MAX_TABLES = 20;

/**
 * The tables behind the marks, after all transforms, for each layer and view. `spec` is the Vega-Lite specification, which
 * gives them their titles; `compiled` is the Vega specification made from it.
 */
export function valuesOf(view: View, spec: unknown, compiled: Spec): Values[] {
  const titles = titlesOf(spec);
  const sources = new Map<string, Mark[]>();
  collectSources(compiled.marks ?? [], new Set((compiled.data ?? []).map(({ name }) => name)), sources);
  const tables = [...sources].slice(0, MAX_TABLES).map(([source, marks]) => {
    const data = view.data(source) as Record<string, unknown>[];
    const fields = fieldsOf(data[0] ?? {}, JSON.stringify(marks, withoutOrder));
    return {
      marks: [...new Set(marks.flatMap(typesOf))].join(' and '),
      columns: fields.map((field) => ({ field, label: labelOf(field, titles) })),
      rows: data.map((row) => fields.map((field) => toValue(row[field]))),
    };
  });
  return tables.filter(({ columns }) => columns.length > 0);
}

/** By name, in drawing order. */
function collectSources(marks: Mark[], known: Set<string>, sources: Map<string, Mark[]>): void {
  for (const mark of marks) {
    const from = mark.from as { data?: string; facet?: { data?: string } } | undefined;
    const name = from?.facet?.data ?? from?.data;
    if (name?.endsWith('_domain')) continue;
    if (name !== undefined && known.has(name)) sources.set(name, [...(sources.get(name) ?? []), mark]);
    if ('marks' in mark) collectSources(mark.marks ?? [], known, sources);
  }
}

const typesOf = (mark: Mark): string[] =>
  'marks' in mark ? (mark.marks ?? []).flatMap(typesOf) : [[mark.style].flat()[0] ?? mark.type];

/** The fields that the marks name, without those that stacking and Vega-Lite add. */
function fieldsOf(row: Record<string, unknown>, marks: string): string[] {
  const fields = Object.keys(row).filter((field) => !/_(start|end)$|^__|_store$/.test(field));
  const named = fields.filter((field) => marks.includes(`"${field}"`) || marks.includes(`\\"${field}\\"`));
  return (named.length > 0 ? named : fields).slice(0, MAX_COLUMNS);
}

/** A field that only sorts is no column, although the mark's description names it. */
const withoutOrder = (key: string, value: unknown) =>
  key === 'sort' || key === 'description' ? undefined : value;

/** The titles of encodings by field; the first one counts. */
function titlesOf(spec: unknown, titles = new Map<string, string>()): Map<string, string> {
  if (typeof spec !== 'object' || spec === null) return titles;
  const { field, title } = spec as { field?: unknown; title?: unknown };
  if (typeof field === 'string' && typeof title === 'string' && title !== '' && !titles.has(field))
    titles.set(field, `${title.charAt(0).toUpperCase()}${title.slice(1)}`);
  for (const part of Object.values(spec)) titlesOf(part, titles);
  return titles;
}

function labelOf(field: string, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(field);
  if (title) return title;
  const [, step, name] = /^(?:utc)?(\w+)_(TDATE)$/.exec(field) ?? [];
  if (name) return step?.startsWith('yearmonthdate') ? 'Day' : (step ?? field);
  const [, how, column] = /^(sum|mean|median|max|min)_(\w+)$/.exec(field) ?? [];
  if (column && LABELS[column]) return how === 'sum' ? LABELS[column] : `${LABELS[column]} (${how})`;
  return LABELS[field] ?? field;
}

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Date || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const isMidnight = (day: Date) => day.getTime() % 86_400_000 === 0;

export function formatValue(value: Value): string {
  if (value === null) return '–';
  if (value instanceof Date) return formatDate(value);
  return typeof value === 'number' ? number.format(value) : String(value);
}

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });

/** Always in UTC, even if a specification uses local time units. */
function formatDate(value: Date): string {
  if (Number.isNaN(value.getTime())) return '–';
  return isMidnight(value) ? value.toISOString().slice(0, 10) : value.toISOString();
}

/** The tables as one CSV file, separated by empty lines. */
export function toFile(tables: Values[]): string {
  const files = tables.map(({ columns, rows }) =>
    toCsv(
      columns.map(({ field }) => field),
      rows.map((row) => row.map(toCsvValue)),
    ),
  );
  return files.join('\r\n');
}

function toCsvValue(value: Value): string | number | null {
  if (value instanceof Date) return formatDate(value);
  return typeof value === 'boolean' ? String(value) : value;
}
