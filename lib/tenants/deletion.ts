import { type Actor, recordAudit } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { Failure } from '../failure.ts';
import { plural } from '../number-format.ts';
import { notFound } from '../request.ts';

/** What was deleted with a tenant. */
export interface DeletedRows {
  repositories: number;
  trafficDays: number;
  members: number;
}

/**
 * Deletes a tenant with everything that was collected for it. Throws `tenant_not_found`, and `confirmation_wrong` when
 * `confirmName` is not its name.
 */
export async function deleteTenant(
  db: Db,
  tenantId: number,
  confirmName: string,
  by: Actor,
): Promise<DeletedRows> {
  return inTransaction(db, async (trx) => {
    const tenant = await trx
      .selectFrom('tenant')
      .select('name')
      .where('tenantId', '=', tenantId)
      .forUpdate()
      .executeTakeFirst();
    if (!tenant) throw notFound('tenant');
    if (tenant.name !== confirmName.trim())
      throw new Failure(
        'confirmation_wrong',
        'This is not the tenant’s name. Type it exactly to delete the tenant.',
      );
    // A collection locks its repository first. What it is storing now is deleted with the rest; a later one waits.
    await trx
      .selectFrom('repository')
      .select('repositoryId')
      .where('tenantId', '=', tenantId)
      .forUpdate()
      .execute();
    const countRows = async (table: 'repository' | 'trafficDay' | 'member') => {
      const row = await trx
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('tenantId', '=', tenantId)
        .executeTakeFirstOrThrow();
      return row.count;
    };
    const deleted = {
      repositories: await countRows('repository'),
      trafficDays: await countRows('trafficDay'),
      members: await countRows('member'),
    };
    const { repositories, trafficDays, members } = deleted;
    const days = plural(trafficDays, 'traffic day');
    const detail = `${plural(repositories, 'repository', 'repositories')}, ${days} and ${plural(members, 'member')}`;
    await recordAudit(trx, by, { tenantId, kind: 'tenant_deleted', subject: tenant.name, detail });
    // All tables of a tenant refer to it, and their rows go with it.
    await trx.deleteFrom('tenant').where('tenantId', '=', tenantId).execute();
    return deleted;
  });
}
