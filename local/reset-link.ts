import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseEmail } from '../lib/email.ts';
import { openSignInDatabase } from './accounts/database.ts';
import { openLinks } from './accounts/links.ts';
import { openAccountStore } from './accounts/store.ts';
import { ACCOUNTS_PATH } from './accounts.ts';
import { findPlace, run } from './backup/command.ts';
import { openForBackup } from './backup/database.ts';

/** Makes a reset link for an account of the installation in `databaseUrl`. Throws a sentence if it has no such account. */
async function makeResetLink(databaseUrl: string, email: string, url: string): Promise<string> {
  const database = await openSignInDatabase(databaseUrl);
  try {
    if (!(await openAccountStore(database).findByEmail(email)))
      throw new Error(`There is no account with the address ${email}.`);
    const { secret } = await openLinks(database).make({
      kind: 'reset',
      email,
      tenantId: null,
      byAdministrator: true,
      madeBy: 'npm run reset-link',
    });
    return `${url}${ACCOUNTS_PATH}/join#reset=${secret}`;
  } finally {
    await database.close();
  }
}

/** `npm run reset-link -- EMAIL`: for whoever runs the machine, if no administrator can sign in. */
async function printResetLink(): Promise<void> {
  const [typed = ''] = parseArgs({ allowPositionals: true }).positionals;
  const email = parseEmail(typed);
  if (!email) throw new Error('For which account? For example: npm run reset-link -- ada@example.com');
  const place = findPlace();
  const database = await openForBackup(place);
  try {
    const url = readFileSync(path.join(place.dataDir, 'url'), 'utf8');
    console.log(await makeResetLink(database.urls.owner, email, url));
  } finally {
    await database.close();
  }
}

run(printResetLink);
