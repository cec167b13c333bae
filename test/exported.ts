import { unzipSync } from 'fflate';
import type { FileKind } from '../lib/exports/description.ts';
import { type ReadExport, readExport } from '../lib/exports/reader.ts';
import {
  type ExportOptions,
  type ExportSource,
  type WrittenExport,
  writeExport,
} from '../lib/exports/writer.ts';
import type { Call } from './installation.ts';

/** The API's routes for an export, as somebody calls them. Throws if an answer is none of success. */
export function sourceOf(call: Call, tenantId: number): ExportSource {
  const read = async (path: string) => {
    const { status, body } = await call('GET', path);
    if (status !== 200) throw new Error(body.error.code);
    return body;
  };
  return {
    plan: () => read(`/exports/${tenantId}`),
    part: (table, cursor) => read(`/exports/${tenantId}/${table}?cursor=${encodeURIComponent(cursor)}`),
  };
}

/** The files of a whole export, by their names, and what was written. */
export async function exportFiles(
  source: ExportSource,
  kind: FileKind = 'csv',
  options: Partial<ExportOptions> = {},
): Promise<{ files: Map<string, Uint8Array>; written: WrittenExport }> {
  const { zip, written } = await exportZip(source, kind, options);
  return { files: filesOf(zip), written };
}

/** The ZIP of a whole export, and what was written. */
export async function exportZip(
  source: ExportSource,
  kind: FileKind = 'csv',
  options: Partial<ExportOptions> = {},
): Promise<{ zip: Uint8Array; written: WrittenExport }> {
  const chunks: Uint8Array[] = [];
  const written = await writeExport(source, { kind, write: (chunk) => void chunks.push(chunk), ...options });
  return { zip: new Uint8Array(Buffer.concat(chunks)), written };
}

/** The files in the folder of an export's ZIP, by their names. */
export function filesOf(zip: Uint8Array): Map<string, Uint8Array> {
  const entries = Object.entries(unzipSync(zip));
  return new Map(entries.map(([path, bytes]) => [path.replace(/^[^/]+\//, ''), bytes]));
}

/** What the files of an export say. Throws if they are none. */
export async function readFiles(files: ReadonlyMap<string, Uint8Array>): Promise<ReadExport> {
  const read = await readExport([...files].map(([path, bytes]) => ({ path, bytes: async () => bytes })));
  if (!read) throw new Error('These files are no export.');
  return read;
}
