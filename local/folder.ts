import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

function makeMissing(folder: string): void {
  if (existsSync(folder)) return;
  makeMissing(path.dirname(folder));
  mkdirSync(folder);
}

/**
 * Makes the data folder and the folders above it where they are missing. Throws a sentence when that cannot be done; one
 * folder at a time, because Node's own way tries for ever below /proc.
 */
export function makeFolder(folder: string): void {
  try {
    makeMissing(path.resolve(folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The data folder ${folder} cannot be made (${code}): choose another with DATA_DIR.`);
  }
}
