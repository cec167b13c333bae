import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Database tests that do not run with the Db2 stand-in, and why. */
const WITHOUT_DB2: Record<string, string> = {
  'accounts.test.ts': 'Accounts of its own need PostgreSQL.',
  'backup.test.ts': 'Db2 has tools of its own for backups.',
  'operations.test.ts': 'It fills the disk of PostgreSQL, stops it and asks it with pg.',
  'proxies.test.ts': 'It tests the proxies in front of npm start, which no database changes.',
  'subscribers.test.ts': 'It sends to 5,000 subscriptions, which takes the stand-in too long.',
  'wide-rule.test.ts': 'It reads 20,000 repositories, which takes the stand-in too long.',
  'mail-servers.test.ts': 'It tests mail servers, which no database changes.',
  'cold-start.test.ts': 'It looks at what is loaded before the first answer, whatever the database.',
  'collecting-statements.test.ts': 'It counts what PostgreSQL is sent.',
  'db2-sql.test.ts': 'It writes down the statements for Db2 and asks no database.',
  'demo.test.ts': 'It lives through 400 days, which takes the stand-in too long.',
  'major-upgrade.test.ts': 'It moves files of PostgreSQL.',
  'upgrade-6e4146a.test.ts': 'It starts on files of PostgreSQL.',
  'metrics.test.ts': 'It makes three thousand repositories with a statement of PostgreSQL.',
  'large-group.test.ts': 'It makes fifty thousand days with a statement of PostgreSQL.',
  'large-tenant.test.ts': 'It makes ten thousand rows with a statement of PostgreSQL.',
};

const usesDatabase = (file: string) =>
  /from '\.\.?\/(installation|database|collecting)\.ts'/.test(
    readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8'),
  );

const listTests = (folder: string) =>
  readdirSync(path.join(import.meta.dirname, '../..', folder)).map((name) => `${folder}/${name}`);

/** All other database tests in test/ and test/ci/. They run with Db2's dialect too. */
export const DB2_TESTS = [...listTests('test'), ...listTests('test/ci')].filter(
  (file) => file.endsWith('.test.ts') && !(path.basename(file) in WITHOUT_DB2) && usesDatabase(file),
);
