import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A stored file with the headers that it is served with. */
export interface KeptFile {
  headers: Record<string, string>;
  body: Buffer;
}

/** Files by key, such as shared/NAME/data.json. */
export interface Folder {
  /** Whether a key can be stored: nothing that leaves the folder, or that a file system does not hold. */
  accepts(key: string): boolean;
  put(key: string, file: KeptFile): Promise<void>;
  get(key: string): Promise<KeptFile | null>;
  remove(key: string): Promise<void>;
  /** The keys in their order, with the time of the last change. */
  list(): Promise<{ key: string; modified: Date }[]>;
}

const KEY = /^[A-Za-z0-9_-][\w.-]*(\/[A-Za-z0-9_-][\w.-]*)*$/;
const TEMPORARY = '.new-';

/** Keeps files below a folder, each with its headers in the first line. A file is replaced as a whole. */
export function openFolder(root: string): Folder {
  const fileOf = (key: string) => path.join(root, ...key.split('/'));
  return {
    accepts: (key) => key.length <= 200 && KEY.test(key),
    async put(key, { headers, body }) {
      const file = fileOf(key);
      const folder = path.dirname(file);
      await mkdir(folder, { recursive: true });
      const temporary = path.join(folder, `${TEMPORARY}${randomBytes(6).toString('hex')}`);
      try {
        await writeFile(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(headers)}\n`), body]));
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async get(key) {
      const content = await readFile(fileOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(error.code ?? '')) return null;
        throw error;
      });
      if (content === null) return null;
      const end = content.indexOf('\n');
      return { headers: JSON.parse(content.subarray(0, end).toString()), body: content.subarray(end + 1) };
    },
    async remove(key) {
      const file = fileOf(key);
      await rm(file, { force: true });
      const folder = path.dirname(file);
      const others = folder === root ? [''] : await readdir(folder).catch(() => ['']);
      if (others.length === 0) await rm(folder, { recursive: true, force: true });
    },
    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(TEMPORARY));
      const listed = await Promise.all(
        files.map(async (entry) => {
          const file = path.join(entry.parentPath, entry.name);
          const found = await stat(file).catch(() => null);
          return found && { key: path.relative(root, file).split(path.sep).join('/'), modified: found.mtime };
        }),
      );
      return listed.filter((one) => one !== null).sort((one, other) => (one.key < other.key ? -1 : 1));
    },
  };
}
