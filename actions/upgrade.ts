import { serveJob } from '../lib/app.ts';
import { upgradeInstallation } from '../lib/upgrade.ts';

/** Not a web action. It needs the namespace's key, which `deploy.sh` has. */
export const main = serveJob(async (services) => ({ ...(await upgradeInstallation(services)) }));
