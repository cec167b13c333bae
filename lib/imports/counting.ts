import type { JoinBuilder } from 'kysely';
import type { Tables } from '../db/tables.ts';

/** A statement about what imports say of repositories, which are `d`. */
type Said = Tables & { d: Tables['importedDay' | 'importedItem']; r: Tables['importRepository'] };

/**
 * Joins `importRepository as r` with what imports say of repositories, `d`, and keeps what counts: that of imports which are
 * applied to the repository.
 */
export function whereCounting<Database, Names extends keyof Database>(
  join: JoinBuilder<Database, Names>,
): JoinBuilder<Database, Names> {
  const said = join as unknown as JoinBuilder<Said, 'd' | 'r'>;
  return said
    .onRef('r.tenantId', '=', 'd.tenantId')
    .onRef('r.importId', '=', 'd.importId')
    .onRef('r.repositoryId', '=', 'd.repositoryId')
    .on('r.appliedAt', 'is not', null) as unknown as JoinBuilder<Database, Names>;
}
