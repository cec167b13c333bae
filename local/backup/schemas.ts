import { SCHEMA_VERSION } from 'virtual:schema-scripts';
import { sql, type Transaction } from 'kysely';
import type pg from 'pg';
import type { ActingUsers } from '../../lib/db/isolation.ts';
import { createTables, migrate } from '../../lib/db/migrate.ts';
import type { Tables } from '../../lib/db/tables.ts';
import {
  applySignInScripts,
  findSignInVersion,
  migrateSignIn,
  SIGN_IN_VERSION,
  SIGN_IN_VERSIONS,
} from '../accounts/database.ts';

/** A set of tables with numbered scripts of its own. */
interface Schema {
  /** What a backup calls it. */
  name: string;
  /** The version that this code needs. */
  version: number;
  /** The table of the versions that were applied, as SQL names it. */
  versions: string;
  create(trx: Transaction<Tables>, version: number, now: string): Promise<void>;
  /** Brings its rows and tables to the version that this code needs. */
  upgrade(trx: Transaction<Tables>, users: ActingUsers, now: string): Promise<void>;
}

const runIn = (trx: Transaction<Tables>) => (text: string) => sql.raw(text).execute(trx);

/** All schemas of the product. */
export const SCHEMAS: Schema[] = [
  {
    name: 'traffic',
    version: SCHEMA_VERSION,
    versions: 'schema_version',
    create: (trx, version, now) => createTables(trx, 'postgres', { version, now }),
    upgrade: (trx, users, now) => migrate(trx, 'postgres', now, users),
  },
  {
    name: 'sign_in',
    version: SIGN_IN_VERSION,
    versions: SIGN_IN_VERSIONS,
    create: (trx, version) => applySignInScripts(runIn(trx), { after: 0, through: version }),
    // An installation without accounts has no such schema.
    async upgrade(trx) {
      const run = runIn(trx);
      if ((await findSignInVersion(run)) > 0) await migrateSignIn(run);
    },
  },
];

/** The stored version of each schema that is there. */
export async function readVersions(client: pg.ClientBase): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, versions } of SCHEMAS) {
    const there = await client.query('select to_regclass($1) is not null as there', [versions]);
    if (!there.rows[0].there) continue;
    const { rows } = await client.query(`select max(version)::integer as version from ${versions}`);
    if (rows[0].version !== null) found[name] = rows[0].version;
  }
  return found;
}

/** What is newer than this code, in words; undefined if nothing is. */
export function findNewer(versions: Record<string, number>): string | undefined {
  for (const [name, version] of Object.entries(versions)) {
    const known = SCHEMAS.find((schema) => schema.name === name)?.version ?? 0;
    if (version > known)
      return `version ${version} of the schema "${name}", and this version of the product knows ${known || 'none'}`;
  }
  return undefined;
}
