import { createHash } from 'node:crypto';
import type { ImportRequest } from '../../actions/imports.ts';
import type { ImportDetail, ImportPartStored, ImportProgress } from '../../lib/answers/imports.ts';
import type { PlannedPart } from '../../lib/imports/parts.ts';
import type { ReadFile, ReadRepository, ReadTenant } from '../../lib/imports/read.ts';
import type { Client } from '../client.ts';
import type { Destinations } from './destinations.ts';

/** The files that an import may name, within the size of a call. */
const MAX_FILES = 3000;
const MAX_PATH = 250;

/** A UUID of what is sent: the same files, answers and destinations continue the same import. */
function keyOf(
  request: Omit<ImportRequest, 'key'>,
  parts: readonly PlannedPart[],
  tenantId: number,
  again: number,
): string {
  const hash = createHash('sha256').update(JSON.stringify([tenantId, again, request]));
  for (const part of parts) hash.update(JSON.stringify(part.body()));
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface ToSend {
  files: readonly ReadFile[];
  repositories: readonly ReadRepository[];
  tenants: readonly ReadTenant[];
  destinations: Destinations;
  parts: readonly PlannedPart[];
}

function toRequest({
  files,
  repositories,
  tenants,
  destinations,
  parts,
}: ToSend): Omit<ImportRequest, 'key'> {
  const going = repositories.filter(({ key }) => destinations.has(key));
  const used = new Set([...tenants, ...going].flatMap((one) => one.files));
  const named = files.filter(({ path, sha256 }) => used.has(path) && sha256 !== '').slice(0, MAX_FILES);
  const places = new Map(named.map(({ path }, place) => [path, place]));
  const targets = [...new Set(going.flatMap(({ key }) => destinations.get(key) ?? []))].sort(
    (one, other) => one - other,
  );
  return {
    files: named.map(({ path, size, sha256, tool }) => ({ path: path.slice(-MAX_PATH), size, sha256, tool })),
    repositories: targets.map((repositoryId) => {
      const own = going
        .filter(({ key }) => destinations.get(key) === repositoryId)
        .flatMap((one) => one.files);
      return { repositoryId, files: [...new Set(own)].flatMap((path) => places.get(path) ?? []) };
    }),
    partCount: parts.length,
  };
}

export interface Sending {
  client: Client;
  tenantId: number;
  onProgress: (share: number, last: string) => void;
}

/** `known`: the same import is complete already, so that nothing was sent. */
export interface Sent {
  importId: number;
  outcome: 'imported' | 'known';
  /** What became of groups and dashboards. */
  settings: ImportProgress['settings'];
}

/** So often can the same files be imported and taken back. */
const MAX_AGAIN = 50;

/**
 * Sends what has not arrived yet, then has it counted. Can be repeated after any failure: it goes on where it stopped. An import
 * that was taken back is not continued; a new one begins.
 */
export async function sendImport(toSend: ToSend, { client, tenantId, onProgress }: Sending): Promise<Sent> {
  const request = toRequest(toSend);
  const { parts } = toSend;
  for (let again = 0; again < MAX_AGAIN; again++) {
    const body: ImportRequest = { ...request, key: keyOf(request, parts, tenantId, again) };
    const begun = await client.call<ImportDetail>('POST', `/imports/${tenantId}`, body);
    const { importId, status } = begun;
    if (status === 'complete') return { importId, outcome: 'known', settings: begun.settings };
    if (status === 'taken back' || status === 'taking back') continue;
    const route = `/imports/${tenantId}/${importId}`;
    const missing = new Set(begun.missingParts);
    let done = parts.length - missing.size;
    for (const part of parts.filter(({ number }) => missing.has(number))) {
      await client.call<ImportPartStored>('PUT', `${route}/parts/${part.number}`, part.body());
      done++;
      onProgress(done / (parts.length + 1), `part ${done} of ${parts.length}`);
    }
    for (;;) {
      const progress = await client.call<ImportProgress>('POST', `${route}/complete`);
      if (progress.done) return { importId, outcome: 'imported', settings: progress.settings };
      onProgress(parts.length / (parts.length + 1), `${progress.repositoriesLeft} repositories left`);
    }
  }
  throw new Error('These files were imported and taken back too often.');
}
