import { Failure } from '../failure.ts';

interface DriverError {
  /** SQLSTATE from PostgreSQL, a system error's name from Node. */
  code?: unknown;
  /** SQLSTATE from ibm_db. */
  sqlstate?: unknown;
}

function sqlState(error: DriverError & Error): string {
  return String(error.code || error.sqlstate || /SQLSTATE=(\w{5})/.exec(error.message)?.[1] || '');
}

/** SQLSTATE classes 08 (connection), 57P (operator intervention), 53 (too many connections); Db2 58 (system). */
const UNAVAILABLE =
  /^(08...|57P..|53300|57019|57033|58004|58009|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|28P01|28000|3D000)$/;

/** pg's message, without a code, when a connection ends unexpectedly. */
const LOST =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Client was closed)/;

/** True if a row with the same key exists already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && sqlState(error) === '23505';
}

/** True if an inserted row refers to one that does not exist, for example one deleted just now. */
export function isOrphan(error: unknown): boolean {
  return error instanceof Error && sqlState(error) === '23503';
}

/** True if a row cannot be deleted because others refer to it (PostgreSQL 23503, Db2 23504). */
export function isReferenced(error: unknown): boolean {
  return error instanceof Error && /^2350[34]$/.test(sqlState(error));
}

/**
 * True if the transaction may succeed when retried: two writers met, one deleted a row that the other refers to, or both
 * created the schema (42710). Db2 reports a deadlock or lock timeout as 40001 (SQL0911N) or 57033 (SQL0913N).
 */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof Error && /^(2350[345]|40001|40P01|42710|57033)$/.test(sqlState(error));
}

/** True if a table does not exist: the database was never migrated. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof Error && /^(42P01|42704)$/.test(sqlState(error));
}

type StateCode = 'database_timeout' | 'database_full' | 'database_out_of_memory' | 'database_read_only';

/** SQLSTATEs with a failure of their own. 57014: the statement took too long, or waited too long for a lock. */
const FAILURE_OF = new Map<string, StateCode>([
  ['57014', 'database_timeout'],
  ['53100', 'database_full'],
  ['53200', 'database_out_of_memory'],
  ['25006', 'database_read_only'],
]);

/**
 * `database_unavailable` for a refused or lost connection, `database_timeout` for a statement that was stopped,
 * `database_full`, `database_out_of_memory` and `database_read_only` for a server in such a state, `misconfigured` for a missing
 * privilege, undefined for any other error.
 */
export function toDatabaseFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = FAILURE_OF.get(sqlState(error));
  if (code) return new Failure(code);
  // What a policy refuses has the same SQLSTATE, and is a defect.
  if (sqlState(error) === '42501' && error.message.startsWith('permission denied'))
    return new Failure(
      'misconfigured',
      `The database denies a privilege to the role of this action (${error.message}). Run ./deploy.sh, or npm start: the upgrade grants what is missing.`,
    );
  const inner = error instanceof AggregateError ? error.errors : [error];
  const lost = inner.some(
    (one: DriverError & Error) => UNAVAILABLE.test(sqlState(one)) || LOST.test(one.message),
  );
  if (!lost) return undefined;
  return new Failure('database_unavailable');
}
