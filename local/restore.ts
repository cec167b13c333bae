import { existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toActingUsers } from '../lib/db/isolation.ts';
import { askPassphrase, describeContents, findPlace, run } from './backup/command.ts';
import {
  connect,
  isNew,
  openForCheck,
  openForRestore,
  type Place,
  requireStopped,
} from './backup/database.ts';
import { type Key, writeKey } from './backup/key.ts';
import {
  type CheckedBackup,
  checkBackup,
  checkEmpty,
  requireKey,
  restoreDatabase,
} from './backup/restore.ts';
import { SCHEMAS } from './backup/schemas.ts';
import { makeFolder } from './folder.ts';
import { ensureKept } from './installation/kept.ts';

interface Restoring {
  backup: CheckedBackup;
  /** Undefined: a new one is made. */
  key: Key | undefined;
  place: Place;
}

/** Puts the key into the data folder. Another installation's key is kept under another name. */
function placeKey({ key, place: { dataDir } }: Restoring): void {
  makeFolder(dataDir);
  if (!key) {
    ensureKept(dataDir, new Date().toISOString().slice(0, 10));
    return;
  }
  const file = path.join(dataDir, 'installation.json');
  const name = 'installation.json';
  if (existsSync(file) && readFileSync(file, 'utf8') !== key.files[name]) {
    const kept = `${file}.${new Date().toISOString().replaceAll(':', '-')}`;
    renameSync(file, kept);
    console.log(`The folder had another key: it is now ${kept}.`);
  }
  writeKey(dataDir, key);
}

function describe({ manifest, file }: CheckedBackup): string {
  const stored = SCHEMAS.filter(({ name }) => manifest.schemas[name] !== undefined);
  const versions = stored.map(({ name, version }) => `${name} ${manifest.schemas[name]} → ${version}`);
  return `${file} is whole: ${describeContents(manifest)}, made ${manifest.createdAt} by version ${manifest.productVersion} on ${manifest.database}; schema ${versions.join(', ')}.`;
}

/** Throws a sentence unless the place can be filled. */
async function checkPlace(place: Place): Promise<void> {
  const database = await openForCheck(place);
  if (database) await connect(database.urls.owner, checkEmpty).finally(database.close);
}

async function fill(restoring: Restoring): Promise<void> {
  const { backup, place } = restoring;
  // A fresh folder gets its key before its database, which could not be started without.
  if (isNew(place)) placeKey(restoring);
  const database = await openForRestore(place);
  try {
    const options = { users: toActingUsers(database.urls), now: new Date() };
    await connect(database.urls.owner, async (client) => {
      await checkEmpty(client);
      placeKey(restoring);
      await restoreDatabase(client, backup, options);
    });
  } finally {
    await database.close();
  }
}

/** `npm run restore -- FILE` */
async function restore(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      'without-key': { type: 'boolean', default: false },
    },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0)
    throw new Error('From which file? For example: npm run restore -- traffic.tar.gz');
  const place = findPlace();
  requireStopped(place);
  const backup = await checkBackup(path.resolve(name));
  const key = values['without-key'] ? undefined : await requireKey(backup, { askPassphrase });
  const target = place.databaseUrls ? 'the database of DATABASE_URL' : place.dataDir;
  console.log(describe(backup));
  if (values.check) {
    await checkPlace(place);
    console.log(`It can be restored into ${target}, which is empty. Nothing was written.`);
    return;
  }
  await fill({ backup, key, place });
  console.log(`It is restored into ${target}. Start with: npm start`);
  if (!key) console.log('Its key is a new one: give every GitHub token, app key and channel address again.');
}

run(restore);
