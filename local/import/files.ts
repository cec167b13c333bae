import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenFile } from '../../lib/imports/read.ts';

/** Folders that hold no history, and many files. */
const SKIPPED = new Set(['.git', 'node_modules']);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(file);
    return entry.isFile() ? [file] : [];
  });
}

/** The folders that a path was given with are kept, because they may name a repository; those outside are nobody's business. */
function nameOf(file: string, given: string): string {
  const inside = path.relative(process.cwd(), file);
  const isInside = !inside.startsWith('..') && !path.isAbsolute(inside);
  const name = isInside ? inside : path.relative(path.dirname(given), file);
  return name.split(path.sep).join('/');
}

/** The files of the paths: files, ZIP archives, and folders with all that is in them. Throws a sentence if a path does not exist. */
export function findFiles(paths: readonly string[]): GivenFile[] {
  return paths.flatMap((name) => {
    const given = path.resolve(name);
    if (!existsSync(given)) throw new Error(`There is no file or folder ${name}.`);
    const files = statSync(given).isDirectory() ? filesIn(given) : [given];
    return files.map((file) => ({
      path: nameOf(file, given),
      size: statSync(file).size,
      bytes: async () => new Uint8Array(await readFile(file)),
    }));
  });
}
