import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

function makeMissing(folder: string): void {
  if (existsSync(folder)) return;
  makeMissing(path.dirname(folder));
  mkdirSync(folder);
}

/**
 * Creates the data folder and the folders above it. Throws a sentence if that fails. It creates one folder at a time,
 * because Node's recursive mkdir never returns below /proc.
 */
export function makeFolder(folder: string): void {
  try {
    makeMissing(path.resolve(folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The data folder ${folder} cannot be created (${code}): choose another with DATA_DIR.`);
  }
}
