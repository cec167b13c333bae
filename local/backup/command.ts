import path from 'node:path';
import { isCancel, password } from '@clack/prompts';
import { isPassphrase, MIN_PASSPHRASE_LENGTH, readSettings } from '../settings.ts';
import type { Place } from './database.ts';
import type { Manifest } from './manifest.ts';

const settings = () => readSettings([], process.env);

/** The installation that `npm start` would open with the same environment. */
export function findPlace(): Place {
  const { dataDir, databaseUrls } = settings();
  return { dataDir: path.resolve(dataDir), databaseUrls };
}

/** The answer on the terminal; '' without a terminal. */
async function ask(message: string): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return '';
  const answer = await password({ message });
  if (isCancel(answer)) process.exit(130);
  return answer ?? '';
}

/** The passphrase that seals the key; undefined: the key gets a file of its own. Throws a sentence if it is too short. */
export async function choosePassphrase(): Promise<string | undefined> {
  const question = 'Passphrase for the key in the backup (empty: the key gets a file of its own)';
  const passphrase = settings().backupPassphrase || (await ask(question));
  if (passphrase === '') return undefined;
  if (isPassphrase(passphrase)) return passphrase;
  throw new Error(`The passphrase is too short: it needs ${MIN_PASSPHRASE_LENGTH} characters.`);
}

/** The passphrase that opens the key. Throws a sentence if there is none. */
export async function askPassphrase(): Promise<string> {
  const passphrase = settings().backupPassphrase || (await ask('Passphrase of the key in the backup'));
  if (passphrase !== '') return passphrase;
  throw new Error(`The key of the backup is under a passphrase: set BACKUP_PASSPHRASE.`);
}

const format = (value: number) => value.toLocaleString('en-GB');

/** What a backup holds, in words. */
export function describeContents({ tables }: Manifest): string {
  const rowsOf = (name: string) => tables.find((table) => table.name === name)?.rows ?? 0;
  const all = tables.reduce((sum, { rows }) => sum + rows, 0);
  return `${format(rowsOf('repository'))} repositories, ${format(rowsOf('traffic_day'))} traffic days, ${format(all)} rows in ${tables.length} tables`;
}

/** Runs a command. An expected failure is printed as a sentence. */
export function run(command: () => Promise<void>): void {
  command().catch((error: NodeJS.ErrnoException) => {
    const isExpected = error.constructor === Error || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(isExpected ? error.message : error);
    process.exit(1);
  });
}
