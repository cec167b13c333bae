import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { Failure } from '../failure.ts';
import { notFound } from '../request.ts';

/** Every table that holds a tenant's rows besides `tenant`, those that refer to others first. */
const TENANT_TABLES = [
  ...(['trafficDay', 'trafficRevision', 'trafficWeek', 'trafficWindow', 'referrerSnapshot'] as const),
  ...(['pathSnapshot', 'repositoryFact', 'repositoryEvent', 'githubAnswer'] as const),
  ...(['repositoryExtra', 'starDay', 'releaseDownload', 'releaseAsset', 'workflowDay'] as const),
  ...(['runRepository', 'runDifference', 'collectionRun'] as const),
  ...(['problemNotice', 'problem', 'reportSending'] as const),
  ...(['memberRepository', 'member', 'repository', 'dashboard', 'channel', 'tenantInstallation'] as const),
];

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
export async function deleteTenant(db: Db, tenantId: number, confirmName: string): Promise<DeletedRows> {
  return inTransaction(db, async (trx) => {
    const tenant = await trx
      .selectFrom('tenant')
      .select('name')
      .where('tenantId', '=', tenantId)
      .forUpdate()
      .executeTakeFirst();
    if (!tenant) throw notFound('tenant');
    if (tenant.name !== confirmName.trim())
      throw new Failure('confirmation_wrong', 'Type the tenant’s name exactly to delete it.');
    // What collections are storing is deleted with the rest: each holds its repository first, and waits for this one.
    await trx
      .selectFrom('repository')
      .select('repositoryId')
      .where('tenantId', '=', tenantId)
      .forUpdate()
      .execute();
    const counts = new Map<string, number>();
    for (const table of TENANT_TABLES) {
      const [result] = await trx.deleteFrom(table).where('tenantId', '=', tenantId).execute();
      counts.set(table, Number(result?.numDeletedRows ?? 0));
    }
    await trx.deleteFrom('tenant').where('tenantId', '=', tenantId).execute();
    const of = (table: string) => counts.get(table) ?? 0;
    return { repositories: of('repository'), trafficDays: of('trafficDay'), members: of('member') };
  });
}
