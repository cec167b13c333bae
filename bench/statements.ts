import { Kysely } from 'kysely';
import type { Db } from '../lib/db/database.ts';
import { Names } from '../lib/db/names.ts';
import { postgresDialects } from '../lib/db/postgres.ts';
import type { Tables } from '../lib/db/tables.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

/** The statements that the work sends. */
export async function captureStatements(
  url: string,
  work: (db: Db) => Promise<unknown>,
): Promise<Statement[]> {
  const statements: Statement[] = [];
  const db = new Kysely<Tables>({
    dialect: postgresDialects(url)('all tenants'),
    plugins: [new Names()],
    log: ({ query }) => void statements.push({ text: query.sql, values: [...query.parameters] }),
  });
  await work(db);
  await db.destroy();
  return statements;
}
