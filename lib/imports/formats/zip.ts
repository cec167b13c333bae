import { type UnzipFileInfo, unzipSync } from 'fflate';
import type { GivenFile } from '../history.ts';

/** In bytes: what one file may have, and all the files of a reading together. More does not fit into a browser's memory. */
export const MAX_FILE = 256 * 1024 * 1024;
const MAX_UNPACKED = 1024 * 1024 * 1024;
const MAX_ENTRIES = 200_000;
/** Files are unpacked so many bytes at a time. */
const BATCH = 32 * 1024 * 1024;
const BATCH_FILES = 500;

export class ZipError extends Error {
  readonly code: 'zip_too_large' | 'zip_broken';

  constructor(code: 'zip_too_large' | 'zip_broken') {
    super(code);
    this.code = code;
  }
}

export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    (bytes[2] === 3 || bytes[2] === 5) &&
    (bytes[3] === 4 || bytes[3] === 6)
  );
}

interface Entry {
  index: number;
  name: string;
  size: number;
}

/** Unpacks the entries that `isWanted`, by their numbers in the archive. */
function unpack(
  bytes: Uint8Array,
  isWanted: (index: number, info: UnzipFileInfo) => boolean,
): Map<string, Uint8Array> {
  let index = -1;
  const filter = (info: UnzipFileInfo) => {
    index++;
    return isWanted(index, info);
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError('zip_broken');
  }
}

/** Folders, and what macOS adds to archives. */
const isNoFile = (name: string) =>
  name.endsWith('/') || name.startsWith('__MACOSX/') || name.endsWith('.DS_Store');

/**
 * The files of a ZIP archive, with its path in front. The archive says how large they are: nothing is unpacked if that is too much,
 * and never more than it says. Throws a `ZipError`.
 */
export function filesOfZip(path: string, bytes: Uint8Array): GivenFile[] {
  const entries: Entry[] = [];
  let total = 0;
  unpack(bytes, (index, { name, originalSize }) => {
    total += originalSize;
    if (total > MAX_UNPACKED || index >= MAX_ENTRIES || originalSize > MAX_FILE)
      throw new ZipError('zip_too_large');
    if (!isNoFile(name)) entries.push({ index, name, size: originalSize });
    return false;
  });
  const unpacked = new Map<number, Uint8Array>();
  return entries.map((entry, place) => ({
    path: `${path}/${entry.name}`,
    size: entry.size,
    async bytes() {
      const known = unpacked.get(entry.index);
      if (known) return known;
      unpacked.clear();
      for (const [index, content] of unpackBatch(bytes, entries.slice(place, place + BATCH_FILES)))
        unpacked.set(index, content);
      return unpacked.get(entry.index) ?? new Uint8Array();
    },
  }));
}

function unpackBatch(bytes: Uint8Array, next: readonly Entry[]): Map<number, Uint8Array> {
  let size = 0;
  const batch = next.filter((entry, place) => {
    size += entry.size;
    return place === 0 || size <= BATCH;
  });
  const wanted = new Set(batch.map(({ index }) => index));
  // Two entries may have the same name: the last one counts, as in every other program.
  const contents = unpack(bytes, (index) => wanted.has(index));
  const found = new Map<number, Uint8Array>();
  for (const { index, name } of batch) {
    const content = contents.get(name);
    if (content) found.set(index, content);
  }
  return found;
}
