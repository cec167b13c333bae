import { serveJob } from '../lib/app.ts';
import { upgradeInstallation } from '../lib/upgrade.ts';

/** Not a web action: whoever holds the namespace's key, as deploy.sh does, may start it. */
export const main = serveJob(async (services) => ({ ...(await upgradeInstallation(services)) }));
