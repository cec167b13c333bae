import { sql, type Transaction } from 'kysely';
import db2001 from '../../sql/db2/001-schema.sql';
import db2002 from '../../sql/db2/002-dashboards.sql';
import db2003 from '../../sql/db2/003-channels.sql';
import db2004 from '../../sql/db2/004-github-answers.sql';
import db2005 from '../../sql/db2/005-star-history.sql';
import db2006 from '../../sql/db2/006-refusals.sql';
import db2007 from '../../sql/db2/007-verification.sql';
import db2008 from '../../sql/db2/008-problems.sql';
import db2009 from '../../sql/db2/009-token-use.sql';
import db2010 from '../../sql/db2/010-releases-and-runs.sql';
import db2011 from '../../sql/db2/011-reports.sql';
import db2012 from '../../sql/db2/012-github-apps.sql';
import db2013 from '../../sql/db2/013-ended-week.sql';
import postgres001 from '../../sql/postgres/001-schema.sql';
import postgres002 from '../../sql/postgres/002-dashboards.sql';
import postgres003 from '../../sql/postgres/003-channels.sql';
import postgres004 from '../../sql/postgres/004-github-answers.sql';
import postgres005 from '../../sql/postgres/005-star-history.sql';
import postgres006 from '../../sql/postgres/006-refusals.sql';
import postgres007 from '../../sql/postgres/007-verification.sql';
import postgres008 from '../../sql/postgres/008-problems.sql';
import postgres009 from '../../sql/postgres/009-token-use.sql';
import postgres010 from '../../sql/postgres/010-releases-and-runs.sql';
import postgres011 from '../../sql/postgres/011-reports.sql';
import postgres012 from '../../sql/postgres/012-github-apps.sql';
import postgres013 from '../../sql/postgres/013-ended-week.sql';
import type { Instant } from '../instant.ts';
import type { DialectName } from './database.ts';
import { requireVersion } from './schema.ts';
import type { Tables } from './tables.ts';

const scripts: Record<DialectName, string[]> = {
  postgres: [
    postgres001,
    postgres002,
    postgres003,
    postgres004,
    postgres005,
    postgres006,
    postgres007,
    postgres008,
    postgres009,
    postgres010,
    postgres011,
    postgres012,
    postgres013,
  ],
  db2: [
    db2001,
    db2002,
    db2003,
    db2004,
    db2005,
    db2006,
    db2007,
    db2008,
    db2009,
    db2010,
    db2011,
    db2012,
    db2013,
  ],
};

/** Any number that nobody else takes. Db2 needs none: its catalog lets one of two create a table, the other repeats. */
const LOCK = 1_684_950_117;

/**
 * Brings the schema to the version that this code needs, within the transaction: all of it or nothing. Of two that
 * migrate at once within `inTransaction`, one waits for the other. Doing it again changes nothing. Throws
 * `schema_mismatch` when the stored schema is newer than the code.
 */
export async function migrate(trx: Transaction<Tables>, dialect: DialectName, now: Instant): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
  const stored = await storedVersion(trx);
  for (const [index, script] of scripts[dialect].entries()) {
    const version = index + 1;
    if (version <= stored) continue;
    for (const statement of toStatements(script)) await sql.raw(statement).execute(trx);
    await trx.insertInto('schemaVersion').values({ version, appliedAt: now }).execute();
  }
  requireVersion(Math.max(stored, scripts[dialect].length));
}

/** Drops every table of the schema, with all that is in it. Doing it again changes nothing. */
export async function dropSchema(trx: Transaction<Tables>, dialect: DialectName): Promise<void> {
  const there = new Set((await trx.introspection.getTables()).map(({ name }) => name));
  const created = scripts[dialect]
    .flatMap(toStatements)
    .flatMap((statement) => /^create table (\w+)/i.exec(statement)?.[1] ?? []);
  for (const name of created.reverse()) if (there.has(name)) await sql.raw(`drop table ${name}`).execute(trx);
}

/** 0 when there is no schema. */
async function storedVersion(trx: Transaction<Tables>): Promise<number> {
  const tables = await trx.introspection.getTables();
  if (!tables.some(({ name }) => name === 'schema_version')) return 0;
  const row = await trx
    .selectFrom('schemaVersion')
    .select(({ fn }) => fn.max('version').as('stored'))
    .executeTakeFirst();
  return row?.stored ?? 0;
}

/** The scripts' statements end with a semicolon at the end of a line and hold none elsewhere. */
function toStatements(script: string): string[] {
  return script
    .replace(/--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
