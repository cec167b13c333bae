import type { ExportPlan } from '../answers/exports.ts';
import {
  columnsOf,
  EXPORT_FORMAT,
  EXPORT_TABLE_NAMES,
  EXPORT_TABLES,
  EXPORT_VERSION,
  type ExportTable,
  LEFT_OUT,
} from './format.ts';

/** The kinds of files that an export can have. */
export type FileKind = 'csv' | 'parquet';

/** The name of a table's file. Dashboards are JSON, so that their documents can be read. */
export function fileOf(table: ExportTable, kind: FileKind): string {
  return table === 'dashboards' && kind === 'csv' ? 'dashboards.json' : `${table}.${kind}`;
}

/** The name of an export's folder in its ZIP, and of the ZIP without its ending. */
export function folderNameOf({ tenant, exportedAt }: ExportPlan): string {
  const name = tenant.name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
  return `traffic-${name || tenant.tenantId}-${exportedAt.slice(0, 10)}`;
}

/** What rows take in the ZIP, in bytes: rather more than `npm run bench -- exports` measures. */
const ROW_BYTES: Record<FileKind, Partial<Record<ExportTable, number>> & { others: number }> = {
  csv: { 'traffic-days': 10, referrers: 5, paths: 6, others: 8 },
  parquet: { 'traffic-days': 8, referrers: 4, paths: 4, others: 8 },
};
/** README, manifest, and the frames of the files. */
const FRAME_BYTES = 15_000;

/** About how large a ZIP of so many rows is. */
export function estimateBytes(tables: ExportPlan['tables'], kind: FileKind): number {
  const sizes: Record<string, number> = ROW_BYTES[kind];
  return tables.reduce(
    (sum, { table, rows }) => sum + rows * (sizes[table] ?? ROW_BYTES[kind].others),
    FRAME_BYTES,
  );
}

/** A written table. */
export interface WrittenTable {
  table: ExportTable;
  rows: number;
}

const FIELD_TYPES = { integer: 'integer', text: 'string', day: 'date', instant: 'datetime' } as const;

/**
 * The text of `datapackage.json`, in the format of https://datapackage.org: what the export is, its files with their rows, and
 * the meaning of each column.
 */
export function toManifest(
  plan: ExportPlan,
  { tables, kind, finishedAt }: { tables: readonly WrittenTable[]; kind: FileKind; finishedAt: string },
): string {
  const resources = tables.map(({ table, rows }) => {
    const path = fileOf(table, kind);
    const isCsv = path.endsWith('.csv');
    return {
      name: table,
      type: path.endsWith('.json') ? 'json' : 'table',
      path,
      description: EXPORT_TABLES[table].meaning,
      rows,
      ...(isCsv && { format: 'csv', mediatype: 'text/csv', encoding: 'utf-8' }),
      schema: { fields: columnsOf(table).map(toField), missingValues: [''] },
    };
  });
  const content = {
    name: 'github-traffic-export',
    format: EXPORT_FORMAT,
    formatVersion: EXPORT_VERSION,
    title: `Export of ${plan.tenant.name}`,
    created: plan.exportedAt,
    finished: finishedAt,
    tenant: plan.tenant.name,
    server: plan.server,
    leftOut: LEFT_OUT,
    resources,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function toField({ name, type, isOptional, meaning }: ReturnType<typeof columnsOf>[number]) {
  return {
    name,
    type: FIELD_TYPES[type],
    description: meaning,
    ...(!isOptional && { constraints: { required: true } }),
  };
}

const KINDS = {
  integer: 'whole number',
  text: 'text',
  day: 'day, `YYYY-MM-DD`',
  instant: 'instant, ISO 8601 in UTC with milliseconds',
} as const;

/** What each file holds, in Markdown: for the documentation, and for the file `README.md` of an export. */
export function describeFormat(): string {
  const tables = EXPORT_TABLE_NAMES.map((table) => {
    const rows = columnsOf(table).map(({ name, type, isOptional, isReadBack, meaning }) => {
      const kind = `${KINDS[type]}${isOptional ? ', may be empty' : ''}`;
      return `| \`${name}\` | ${kind} | ${meaning} | ${isReadBack ? 'yes' : 'no'} |`;
    });
    const head = '| column | type | meaning | read back |\n| --- | --- | --- | --- |';
    return `### ${table}\n\n${EXPORT_TABLES[table].meaning}\n\n${head}\n${rows.join('\n')}\n`;
  });
  const leftOut = LEFT_OUT.map((one) => `- ${one}`).join('\n');
  return `${tables.join('\n')}\n### Left out\n\n${leftOut}\n`;
}
