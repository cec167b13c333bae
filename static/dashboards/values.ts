import type { Mark, Spec, View } from 'vega';

type Value = string | number | boolean | Date | null;

/** What a widget shows, as columns and rows. */
export interface Values {
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

/** The table behind the first mark: what the transforms made of the traffic. */
export function valuesOf(view: View, spec: Spec): Values {
  const source = sourceOf(spec.marks ?? [], new Set((spec.data ?? []).map(({ name }) => name)));
  const data = source ? (view.data(source) as Record<string, unknown>[]) : [];
  const fields = fieldsOf(data[0] ?? {}, JSON.stringify(spec.marks ?? []));
  return {
    columns: fields.map((field) => ({ field, label: labelOf(field) })),
    rows: data.map((row) => fields.map((field) => toValue(row[field]))),
  };
}

function sourceOf(marks: Mark[], known: Set<string>): string | undefined {
  for (const mark of marks) {
    const from = mark.from as { data?: string; facet?: { data?: string } } | undefined;
    const name = from?.facet?.data ?? from?.data;
    if (name !== undefined && known.has(name) && !name.endsWith('_domain')) return name;
    const inside = 'marks' in mark ? sourceOf(mark.marks ?? [], known) : undefined;
    if (inside) return inside;
  }
  return undefined;
}

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

/** A file of the table; text that a spreadsheet would run as a formula begins with an apostrophe. */
export function toCsv({ columns, rows }: Values): string {
  const cell = (value: Value) => {
    if (value === null) return '';
    if (value instanceof Date) return toDay(value);
    if (typeof value !== 'string') return String(value);
    const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  const lines = [columns.map(({ field }) => cell(field)), ...rows.map((row) => row.map(cell))];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}
