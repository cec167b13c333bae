import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { choosePassphrase, describeContents, findPlace, run } from './backup/command.ts';
import { createBackup, keyFileOf } from './backup/create.ts';
import { connect, openForBackup } from './backup/database.ts';
import { readKey } from './backup/key.ts';

/** Ctrl-C and the like leave no half file. */
function abortOnSignal(): AbortSignal {
  const leaving = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => leaving.abort(new Error('The backup was stopped: there is none.')));
  return leaving.signal;
}

/** `npm run backup -- FILE` */
async function backUp(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0)
    throw new Error('Into which file? For example: npm run backup -- traffic.tar.gz');
  const file = path.resolve(name);
  const place = findPlace();
  const signal = abortOnSignal();
  const database = await openForBackup(place);
  try {
    const passphrase = await choosePassphrase();
    const options = { file, key: readKey(place.dataDir), passphrase, now: new Date(), signal };
    const manifest = await connect(database.urls.admin, (client) => createBackup(client, options));
    const size = (statSync(file).size / 1e6).toFixed(1);
    console.log(`${file} is complete: ${describeContents(manifest)}, ${size} MB.`);
    if (passphrase === undefined)
      console.log(
        `Its key is in ${keyFileOf(file)}. Keep it in another place than the backup: whoever has both can use the stored tokens, and without it they are lost.`,
      );
  } finally {
    await database.close();
  }
}

run(backUp);
