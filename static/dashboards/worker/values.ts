import type { Mark, Spec, View } from 'vega';
import { toCsv } from '../../../lib/csv.ts';
import type { Value, Values } from '../protocol.ts';
import { formatDate } from '../values.ts';
import { WidgetError } from '../widget-error.ts';

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
/** Of one table, and of all tables together, on the page. */
const MAX_SHOWN_ROWS = 300;
const MAX_SHOWN_CELLS = 20_000;
const MAX_SHOWN_LENGTH = 500;
/** Characters. */
const MAX_FILE_LENGTH = 50_000_000;

interface Source {
  marks: string;
  columns: { field: string; label: string }[];
  data: Record<string, unknown>[];
}

/** The specification and what Vega made of it. */
export interface Shown {
  view: View;
  /** The Vega-Lite specification: gives columns their titles. */
  spec: unknown;
  compiled: Spec;
}

/** The tables behind the marks, after all transforms, for each layer and view. */
function listSources({ view, spec, compiled }: Shown): Source[] {
  const titles = titlesOf(spec);
  const sources = new Map<string, Mark[]>();
  collectSources(compiled.marks ?? [], new Set((compiled.data ?? []).map(({ name }) => name)), sources);
  const tables = [...sources].slice(0, MAX_TABLES).map(([source, marks]) => {
    const data = view.data(source) as Record<string, unknown>[];
    const fields = fieldsOf(data[0] ?? {}, JSON.stringify(marks, withoutOrder));
    return {
      marks: [...new Set(marks.flatMap(typesOf))].join(' and '),
      columns: fields.map((field) => ({ field, label: labelOf(field, titles) })),
      data,
    };
  });
  return tables.filter(({ columns }) => columns.length > 0);
}

/** The tables with as many rows as a page shows. */
export function valuesOf(shown: Shown): Values[] {
  const sources = listSources(shown);
  const width = sources.reduce((sum, { columns }) => sum + columns.length, 0);
  const most = Math.min(MAX_SHOWN_ROWS, Math.ceil(MAX_SHOWN_CELLS / Math.max(1, width)));
  return sources.map(({ marks, columns, data }) => ({
    marks,
    columns,
    count: data.length,
    rows: data.slice(0, most).map((row) => columns.map(({ field }) => shorten(toValue(row[field])))),
  }));
}

/** The tables as one CSV file, separated by empty lines. Throws a `WidgetError` if it would be too long. */
export function toFile(shown: Shown): string {
  let left = MAX_FILE_LENGTH;
  const files = listSources(shown).map(({ columns, data }) => {
    const rows = data.map((row) =>
      columns.map(({ field }) => {
        const cell = toCsvValue(toValue(row[field]));
        left -= typeof cell === 'string' ? cell.length + 1 : 1;
        if (left < 0)
          throw new WidgetError('too_large', `The file would have more than ${MAX_FILE_LENGTH} characters.`);
        return cell;
      }),
    );
    return toCsv(
      columns.map(({ field }) => field),
      rows,
    );
  });
  return files.join('\r\n');
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
  return typeof value === 'string' ? value : toJson(value);
}

/** An object may hold another one many times: as text it would grow without end. */
function toJson(value: unknown): string {
  let left = MAX_SHOWN_LENGTH;
  return JSON.stringify(value, (_, part) => {
    left -= typeof part === 'string' ? part.length : 1;
    return left < 0 ? undefined : part;
  });
}

const shorten = (value: Value) =>
  typeof value === 'string' && value.length > MAX_SHOWN_LENGTH
    ? `${value.slice(0, MAX_SHOWN_LENGTH)}…`
    : value;

function toCsvValue(value: Value): string | number | null {
  if (value instanceof Date) return formatDate(value);
  return typeof value === 'boolean' ? String(value) : value;
}
