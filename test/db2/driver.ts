import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const cache = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'),
  'github-traffic-analytics',
);

/** Folders of packages, outside the checkout, in which `ibm_db` is built: against unixODBC, and with IBM's own driver. */
export const PACKAGES = {
  unixodbc: path.join(cache, 'db2-unixodbc/node_modules'),
  clidriver: path.join(cache, 'db2-clidriver/node_modules'),
};

/** Builds `ibm_db` into a folder of PACKAGES unless it is there. */
export async function ensureDriver(driver: keyof typeof PACKAGES): Promise<void> {
  const script = path.join(import.meta.dirname, 'tools.sh');
  await promisify(execFile)('bash', [script, driver, path.dirname(PACKAGES[driver])], { maxBuffer: 2 ** 26 });
}
