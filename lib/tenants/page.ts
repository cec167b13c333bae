import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import { parseCursor, toCursor } from '../cursor.ts';
import type { Db } from '../db/database.ts';
import { sqlContains } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';

/** Which part of a list of tenants you ask for. */
export interface TenantPageRequest {
  /** A part of the name. Ignores case. */
  q?: string | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
  limit: number;
}

/** One page of a list of tenants. */
export interface TenantPage {
  /** By name, and by id where names are the same. */
  tenantIds: number[];
  nextCursor: string | null;
}

const toPosition = () => z.tuple([z.string(), z.int()]).transform(([name, tenantId]) => ({ name, tenantId }));
type Position = z.infer<ReturnType<typeof toPosition>>;

/**
 * A page of the tenants that meet a condition (null: all), by name. It begins after the tenant that the cursor names, whether
 * that still exists or not. Throws `invalid_input` for an unknown cursor.
 */
export async function readTenantPage(
  db: Db,
  isListed: Expression<SqlBool> | null,
  { q = '', cursor, limit }: TenantPageRequest,
): Promise<TenantPage> {
  const after = parseCursor(cursor, toPosition);
  const sought = q.trim();
  let query = db.selectFrom('tenant').select(['tenantId', 'name']);
  if (isListed) query = query.where(isListed);
  if (sought !== '') query = query.where(sqlContains('name', sought));
  if (after) query = query.where(isAfter(after));
  const rows = await query
    .orderBy('name')
    .orderBy('tenantId')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    tenantIds: shown.map(({ tenantId }) => tenantId),
    nextCursor: rows.length > limit && last ? toCursor([last.name, last.tenantId]) : null,
  };
}

/** The first condition lets the database begin in the index at the name. */
function isAfter({ name, tenantId }: Position): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'tenant'>();
  return eb.and([eb('name', '>=', name), eb.or([eb('name', '>', name), eb('tenantId', '>', tenantId)])]);
}
