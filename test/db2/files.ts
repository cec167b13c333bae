/** Tests in test/ that run with Db2's dialect too: all that work on a database, but those below. */
export const WITH_DB2 = [
  ...['access', 'app-id', 'auth', 'bad-input', 'channels', 'collecting-days', 'collecting-failures'],
  ...['collecting-lists', 'collecting-runs', 'collecting-unchanged', 'dashboards', 'data-token', 'db'],
  ...['fan-out', 'init', 'members', 'outage', 'providers', 'repositories', 'runs', 'schedule', 'servers'],
  ...['stars', 'stats', 'tenants'],
];

/** Tests that work on a database, but not on Db2's stand-in, and why. */
export const WITHOUT_DB2: Record<string, string> = {
  'cold-start': 'It measures what is loaded before the first answer, whatever the database.',
  'db2-sql': 'It writes down the statements for Db2 and asks no database.',
  demo: 'It lives through 400 days, which takes the stand-in too long.',
};
