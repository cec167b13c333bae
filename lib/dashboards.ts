import type { Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import type { Dashboard, DashboardList } from './answers/dashboards.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Access } from './caller.ts';
import { builtInDashboards } from './dashboards/built-in.ts';
import type { Checked } from './dashboards/check.ts';
import { DashboardDocument } from './dashboards/document.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import { lockTenant } from './locks.ts';
import { isSameName } from './names.ts';
import { notFound, toId } from './request.ts';

/** A dashboard with its document. */
export type StoredDashboard = Omit<Dashboard, 'data'>;

/** Who is asking, and which tenant's dashboards they may use. */
export interface DashboardReader {
  db: Db;
  access: TenantAccess;
  hasRight: Access['hasRight'];
  by: Actor;
}

const mayChange = ({ hasRight }: DashboardReader) => hasRight('changeDashboards');

const unchangeable = { canned: true, version: 1, changedAt: null, changedBy: null, mayChange: false };

const nameTaken = (name: string) =>
  new Failure('dashboard_exists', `There already is a dashboard “${name}”. Choose another name.`);

/** The built-in dashboards, then the tenant's own by name, and whether the reader may create more. */
export async function listDashboards(reader: DashboardReader): Promise<DashboardList> {
  const may = await mayChange(reader);
  const rows = await reader.db
    .selectFrom('dashboard')
    .select(['dashboardId', 'name', 'version', 'changedAt', 'changedBy'])
    .where('tenantId', '=', reader.access.tenantId)
    .orderBy('name')
    .execute();
  const builtIn = Object.entries(builtInDashboards).map(([dashboardId, { name }]) => ({
    dashboardId,
    name,
    ...unchangeable,
  }));
  const own = rows.map((row) => ({
    ...row,
    dashboardId: String(row.dashboardId),
    canned: false,
    mayChange: may,
  }));
  return { dashboards: [...builtIn, ...own], mayCreate: may };
}

async function findRow(db: Db, tenantId: number, dashboardId: number | undefined) {
  if (dashboardId === undefined) return undefined;
  return db
    .selectFrom('dashboard')
    .select(['dashboardId', 'name', 'version', 'document', 'changedAt', 'changedBy'])
    .where('tenantId', '=', tenantId)
    .where('dashboardId', '=', dashboardId)
    .executeTakeFirst();
}

/** One dashboard, built-in or the tenant's own. Throws `dashboard_not_found`. */
export async function getDashboard(reader: DashboardReader, dashboardId: string): Promise<StoredDashboard> {
  const builtIn = Object.hasOwn(builtInDashboards, dashboardId) ? builtInDashboards[dashboardId] : undefined;
  if (builtIn)
    return {
      dashboardId,
      name: builtIn.name,
      ...unchangeable,
      document: builtIn,
      text: JSON.stringify(builtIn),
    };
  const row = await findRow(reader.db, reader.access.tenantId, toId(dashboardId));
  if (!row) throw notFound('dashboard');
  const { document: text, ...entry } = row;
  return {
    ...entry,
    dashboardId,
    document: toDocument(text),
    text,
    canned: false,
    mayChange: await mayChange(reader),
  };
}

/** The document that was checked: without what its schema ignores. */
function toDocument(text: string): DashboardDocument {
  const value = JSON.parse(text);
  const parsed = DashboardDocument.safeParse(value);
  return parsed.success ? parsed.data : value;
}

/** Stores a new dashboard and returns its id. Throws `dashboard_exists` if the tenant has one with that name. */
export async function createDashboard(
  { db, access: { tenantId }, by }: DashboardReader,
  { document: { name }, text }: Checked,
): Promise<string> {
  return inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await requireFreeName(trx, tenantId, name);
    return String(await insertDashboard(trx, tenantId, { name, text, importId: null }, by));
  });
}

/** Inserts a dashboard whose name is free, and returns its id. Lock the tenant before. `importId`: the import that makes it. */
export async function insertDashboard(
  trx: Transaction<Tables>,
  tenantId: number,
  { name, text, importId }: { name: string; text: string; importId: number | null },
  by: Actor,
): Promise<number> {
  const { dashboardId } = await trx
    .insertInto('dashboard')
    .values({
      tenantId,
      name,
      version: 1,
      document: text,
      changedAt: by.now.toISOString(),
      changedBy: by.email,
      importId,
    })
    .returning('dashboardId')
    .executeTakeFirstOrThrow();
  await recordAudit(trx, by, { tenantId, kind: 'dashboard_created', subject: name });
  return dashboardId;
}

/** Throws `dashboard_exists` if the tenant has another dashboard with this name, whatever its case. Lock the tenant before. */
async function requireFreeName(
  trx: Transaction<Tables>,
  tenantId: number,
  name: string,
  dashboardId?: number,
): Promise<void> {
  const dashboards = await trx
    .selectFrom('dashboard')
    .select(['dashboardId', 'name'])
    .where('tenantId', '=', tenantId)
    .execute();
  if (dashboards.some((one) => one.dashboardId !== dashboardId && isSameName(one.name, name)))
    throw nameTaken(name);
}

function requireOwn(dashboardId: string): number {
  if (Object.hasOwn(builtInDashboards, dashboardId)) throw new Failure('dashboard_canned');
  const id = toId(dashboardId);
  if (id === undefined) throw notFound('dashboard');
  return id;
}

/**
 * Replaces a dashboard that still has the version that the change is based on. Doing it again changes nothing. Throws
 * `dashboard_not_found`, `dashboard_canned`, `dashboard_exists`, and `dashboard_changed` if somebody else changed it in the
 * meantime.
 */
export async function changeDashboard(
  { db, access: { tenantId }, by }: DashboardReader,
  dashboardId: string,
  { version, document: { name }, text }: Checked & { version: number },
): Promise<void> {
  const id = requireOwn(dashboardId);
  const isChanged = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const current = await findRow(trx, tenantId, id);
    if (current?.version !== version) return false;
    await requireFreeName(trx, tenantId, name, id);
    await trx
      .updateTable('dashboard')
      .set({ name, version: version + 1, document: text, importId: null })
      .set({ changedAt: by.now.toISOString(), changedBy: by.email })
      .where('tenantId', '=', tenantId)
      .where('dashboardId', '=', id)
      .execute();
    await recordAudit(trx, by, { tenantId, kind: 'dashboard_changed', subject: name });
    return true;
  });
  if (isChanged) return;
  const row = await findRow(db, tenantId, id);
  if (!row) throw notFound('dashboard');
  if (row.document === text) return;
  const { changedAt, changedBy } = row;
  const message = `${changedBy} has changed this dashboard in the meantime. Reload it, or save yours as a copy.`;
  throw new Failure('dashboard_changed', message, { version: row.version, changedAt, changedBy });
}

/** Deletes a dashboard. Throws `dashboard_not_found` and `dashboard_canned`. */
export async function deleteDashboard(
  { db, access: { tenantId }, by }: DashboardReader,
  dashboardId: string,
): Promise<void> {
  const id = requireOwn(dashboardId);
  await inTransaction(db, async (trx) => {
    const row = await findRow(trx, tenantId, id);
    const { numDeletedRows } = await trx
      .deleteFrom('dashboard')
      .where('tenantId', '=', tenantId)
      .where('dashboardId', '=', id)
      .executeTakeFirst();
    if (!row || numDeletedRows === 0n) throw notFound('dashboard');
    await recordAudit(trx, by, { tenantId, kind: 'dashboard_deleted', subject: row.name });
  });
}
