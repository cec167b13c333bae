import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Tests that work on a database, but not with Db2's stand-in, and why. */
const WITHOUT_DB2: Record<string, string> = {
  'campaign.test.ts': 'It kills and restarts PostgreSQL.',
  'cold-start.test.ts': 'It looks at what is loaded before the first answer, whatever the database.',
  'db2-sql.test.ts': 'It writes down the statements for Db2 and asks no database.',
  'demo.test.ts': 'It lives through 400 days, which takes the stand-in too long.',
  'large-tenant.test.ts': 'It makes ten thousand rows with a statement of PostgreSQL.',
};

const FOLDER = path.join(import.meta.dirname, '..');
const usesDatabase = (file: string) =>
  /from '\.\/(installation|database|collecting)\.ts'/.test(readFileSync(path.join(FOLDER, file), 'utf8'));

/** All tests in test/ that work on a database, but those above: they run with Db2's dialect too. */
export const DB2_TESTS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.test.ts') && !(file in WITHOUT_DB2) && usesDatabase(file))
  .map((file) => `test/${file}`);
