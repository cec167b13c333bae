import type { Mark, Spec, View } from 'vega';

type Value = string | number | boolean | Date | null;

/** What a widget draws from one source, as columns and rows. */
export interface Values {
  /** The marks that are drawn from it, such as "bar" or "line and point". */
  marks: string;
  columns: { field: string; label: string }[];
  rows: Value[][];
}

const LABELS: Record<string, string> = {
  RID: 'Identifier',
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
const COLUMNS = 20;

const TABLES = 20;

/** The tables behind the marks: what the transforms made of the traffic, of each layer and of each view. */
export function valuesOf(view: View, spec: Spec): Values[] {
  const sources = new Map<string, Mark[]>();
  collectSources(spec.marks ?? [], new Set((spec.data ?? []).map(({ name }) => name)), sources);
  const tables = [...sources].slice(0, TABLES).map(([source, marks]) => {
    const data = view.data(source) as Record<string, unknown>[];
    const fields = fieldsOf(data[0] ?? {}, JSON.stringify(marks));
    return {
      marks: [...new Set(marks.flatMap(typesOf))].join(' and '),
      columns: fields.map((field) => ({ field, label: labelOf(field) })),
      rows: data.map((row) => fields.map((field) => toValue(row[field]))),
    };
  });
  return tables.filter(({ columns }) => columns.length > 0);
}

/** By name, in the order in which they are drawn. */
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

/** Those that the marks name, without the ends that stacking adds and what Vega-Lite keeps for itself. */
function fieldsOf(row: Record<string, unknown>, marks: string): string[] {
  const fields = Object.keys(row).filter((field) => !/_(start|end)$|^__|_store$/.test(field));
  const named = fields.filter((field) => marks.includes(`"${field}"`) || marks.includes(`\\"${field}\\"`));
  return (named.length > 0 ? named : fields).slice(0, COLUMNS);
}

function labelOf(field: string): string {
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

export function toText(value: Value): string {
  if (value === null) return '–';
  if (value instanceof Date) return toDay(value);
  return typeof value === 'number' ? number.format(value) : String(value);
}

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });

/** Days are UTC; parts of days that a specification counts in the reader's own zone are too. */
function toDay(value: Date): string {
  if (Number.isNaN(value.getTime())) return '–';
  return isMidnight(value) ? value.toISOString().slice(0, 10) : value.toISOString();
}

/** A file of the tables, an empty line between two; text that a spreadsheet would run as a formula begins with an apostrophe. */
export function toCsv(tables: Values[]): string {
  const cell = (value: Value) => {
    if (value === null) return '';
    if (value instanceof Date) return toDay(value);
    if (typeof value !== 'string') return String(value);
    const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  const files = tables.map(({ columns, rows }) => {
    const lines = [columns.map(({ field }) => cell(field)), ...rows.map((row) => row.map(cell))];
    return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
  });
  return files.join('\r\n');
}
