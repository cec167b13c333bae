import type { ImportDetail, ImportProgress } from '../../lib/answers/imports.ts';
import type { Api } from '../api.ts';
import { type Calls, openCalls } from './calls.ts';
import { type KeptImport, readPart, removeKept, removePart } from './kept.ts';

/** How far an import is. */
export interface SendingProgress {
  step: 'sending' | 'applying';
  done: number;
  of: number;
}

/** What was imported. */
export type SentImport = Pick<ImportDetail, 'repositories' | 'settings'>;

/** The text of a part; undefined if it is not there any more. */
export type PartSource = (number: number) => Promise<string | undefined>;

const LOST =
  'This browser no longer has everything that it read. Discard this import, then import the same files again. What has already arrived is not stored twice.';

/**
 * Sends what is missing of an import, then has it applied. Doing it again continues where it stopped. Rejects if a part is not
 * there any more.
 */
export async function sendImport(
  calls: Calls,
  kept: KeptImport,
  source: PartSource,
  onProgress: (progress: SendingProgress) => void,
): Promise<SentImport> {
  const { tenantId, key, request } = kept;
  const begun = await calls.send<ImportDetail>('POST', `imports/${tenantId}`, request);
  const path = `imports/${tenantId}/${begun.importId}`;
  const of = request.partCount;
  let missing = begun.missingParts.length;
  onProgress({ step: 'sending', done: of - missing, of });
  for (const number of begun.missingParts) {
    const text = await source(number);
    if (text === undefined) throw new Error(LOST);
    await calls.send('PUT', `${path}/parts/${number}`, JSON.parse(text));
    await removePart(key, number).catch(() => undefined);
    missing--;
    onProgress({ step: 'sending', done: of - missing, of });
  }
  const repositories = request.repositories.length;
  for (;;) {
    const { done, repositoriesLeft, settings } = await calls.send<ImportProgress>('POST', `${path}/complete`);
    onProgress({ step: 'applying', done: repositories - repositoriesLeft, of: repositories });
    if (!done) continue;
    await removeKept(key).catch(() => undefined);
    return { repositories: begun.repositories, settings };
  }
}

/**
 * Takes an import back, bit by bit, and returns the groups and dashboards that stay. `onLeft` learns how many repositories are left.
 */
export async function takeBack(
  calls: Calls,
  path: string,
  onLeft: (repositories: number) => void,
): Promise<ImportProgress['settings']> {
  for (;;) {
    const { done, repositoriesLeft, settings } = await calls.send<ImportProgress>('DELETE', path);
    onLeft(repositoriesLeft);
    if (done) return settings;
  }
}

/** Takes back what has arrived of an import that stopped half-way. */
export async function takeBackKept(
  api: Api,
  { tenantId, request }: KeptImport,
  onLeft: (repositories: number) => void,
): Promise<void> {
  const calls = openCalls(api, new AbortController().signal, () => undefined);
  const { importId } = await calls.send<ImportDetail>('POST', `imports/${tenantId}`, request);
  await takeBack(calls, `imports/${tenantId}/${importId}`, onLeft);
}

/** Parts that were kept in the browser. */
export const keptSource =
  (key: string): PartSource =>
  (number) =>
    readPart(key, number);
