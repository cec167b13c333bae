import type { Column } from './columns.ts';
import { alertTables } from './tables/alerts.ts';
import { annotationTables } from './tables/annotations.ts';
import { auditTables } from './tables/audit.ts';
import { channelTables } from './tables/channels.ts';
import { deliveryTables } from './tables/deliveries.ts';
import { githubTables } from './tables/github.ts';
import { groupTables } from './tables/groups.ts';
import { importTables } from './tables/imports.ts';
import { installationTables } from './tables/installation.ts';
import { keyTables } from './tables/keys.ts';
import { mailTables } from './tables/mail.ts';
import { repositoryTables } from './tables/repositories.ts';
import { runTables } from './tables/runs.ts';
import { shareTables } from './tables/shares.ts';
import { tenantTables } from './tables/tenants.ts';
import { trackingTables } from './tables/tracking.ts';
import { trafficTables } from './tables/traffic.ts';

/** The tables of sql/ with their columns, in camelCase. A test compares them with the scripts of both dialects. */
export const TABLES = {
  ...installationTables,
  ...githubTables,
  ...tenantTables,
  ...keyTables,
  ...repositoryTables,
  ...trackingTables,
  ...groupTables,
  ...trafficTables,
  ...annotationTables,
  ...importTables,
  ...runTables,
  ...channelTables,
  ...mailTables,
  ...deliveryTables,
  ...auditTables,
  ...shareTables,
  ...alertTables,
};

type Row<Columns> = { [Name in keyof Columns]: Columns[Name] extends Column<infer Value> ? Value : never };

/** The rows of each table. Days are 'YYYY-MM-DD', instants ISO strings, every number a number. */
export type Tables = { [Name in keyof typeof TABLES]: Row<(typeof TABLES)[Name]> };

/** How many characters a column holds. Longer text is cut or refused before it is stored. Throws if it has no width. */
export function widthOf<Name extends keyof Tables>(table: Name, name: keyof Tables[Name]): number {
  const columns: Record<PropertyKey, Column<unknown>> = TABLES[table];
  const width = columns[name]?.width;
  if (width == null) throw new Error(`${table}.${String(name)} has no width.`);
  return width;
}

/** The words that a column may hold. Throws if it may hold others. */
export function choicesOf<Name extends keyof Tables, Column extends keyof Tables[Name]>(
  table: Name,
  name: Column,
): readonly Extract<Tables[Name][Column], string>[] {
  const columns: Record<PropertyKey, { values: readonly string[] | null }> = TABLES[table];
  const values = columns[name]?.values;
  if (values == null) throw new Error(`${table}.${String(name)} may hold anything.`);
  return values as readonly Extract<Tables[Name][Column], string>[];
}
