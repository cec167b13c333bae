import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Root runs PostgreSQL as another user, who must be able to pass through to its files. */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700;

function makeMissing(folder: string): void {
  if (existsSync(folder)) return;
  makeMissing(path.dirname(folder));
  mkdirSync(folder, { mode: MODE });
}

/**
 * Creates the data folder and the folders above it, so that no other user can list them. Throws a sentence if that fails.
 * It creates one folder at a time, because Node's recursive mkdir never returns below /proc.
 */
export function makeFolder(folder: string): void {
  try {
    makeMissing(path.resolve(folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The data folder ${folder} cannot be created (${code}): choose another with DATA_DIR.`);
  }
}

/** Makes a file, or the names in a folder, outlast a power cut. */
export function sync(name: string): void {
  const descriptor = openSync(name, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/**
 * Writes a file that only this user can read. After a crash or a power cut it has its old content or the new one, never a
 * part.
 */
export function writeDurably(file: string, text: string): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, text, { mode: 0o600, flush: true });
  renameSync(unfinished, file);
  if (process.platform !== 'win32') sync(path.dirname(file));
}
