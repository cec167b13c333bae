import { type Actor, recordAudit } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { given, inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import { ALERT_KINDS, type AlertKind } from '../db/tables/alerts.ts';
import { lockTenant } from '../locks.ts';
import { ALERT_TITLES } from './titles.ts';

const settings: Merge<'alertSetting'> = {
  into: 'alertSetting',
  key: ['tenantId'],
  update: { kinds: given('kinds') },
};

/** The kinds of alerts that a tenant wants: all of them, unless somebody said otherwise. */
export async function readAlertKinds(db: Db, tenantId: number): Promise<AlertKind[]> {
  const row = await db
    .selectFrom('alertSetting')
    .select('kinds')
    .where('tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!row) return [...ALERT_KINDS];
  const wanted = row.kinds.split(' ');
  return ALERT_KINDS.filter((kind) => wanted.includes(kind));
}

/** Sets the kinds of alerts that a tenant wants from now on; those that are open stay. Throws `tenant_not_found`. */
export async function saveAlertKinds(
  db: Db,
  { tenantId, by }: { tenantId: number; by: Actor },
  kinds: readonly AlertKind[],
): Promise<AlertKind[]> {
  const chosen = ALERT_KINDS.filter((kind) => kinds.includes(kind));
  const words = chosen.map((kind) => ALERT_TITLES[kind]).join(', ') || 'nothing';
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await mergeRows(trx, settings, [{ tenantId, kinds: chosen.join(' ') }]);
    await recordAudit(trx, by, { tenantId, kind: 'alerts_set', subject: words });
  });
  return chosen;
}
