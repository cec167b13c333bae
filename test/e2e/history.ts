import { copyDatabase } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { getHistory } from '../on-demand.ts';
import { changeGitHub, LAST_INSTANT } from './make-history.ts';

/** An installation on the last day of the history that `makeHistory` makes once for all files. Close it when done. */
export async function openHistory(): Promise<TestInstallation> {
  const { database, folder } = await getHistory();
  const databaseUrls = await copyDatabase(database);
  const installation = await openTestInstallation({
    demo: true,
    now: LAST_INSTANT,
    databaseUrls,
    kept: folder,
  });
  changeGitHub(installation);
  return installation;
}
