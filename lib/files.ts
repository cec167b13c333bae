import { Failure } from './failure.ts';
import { BucketRefusal, openBucket } from './files/bucket.ts';
import type { FilesSettings } from './files/settings.ts';

/** A file that anybody may read. */
export interface PublicFile {
  name: string;
  /** Its content type. */
  type: string;
  body: Uint8Array | string;
  /** What the host that serves it may need to know, as `x-amz-meta-NAME`. */
  meta?: Record<string, string>;
}

/** The public files below a folder. */
export interface Files {
  put(file: PublicFile): Promise<void>;
  /** Removing a file that is not there works. */
  remove(name: string): Promise<void>;
  /** The names of the stored files that begin with a prefix. */
  list(prefix: string): Promise<string[]>;
  /** Where browsers get a file. */
  addressOf(name: string): string;
}

/** A revoked file must be gone within a minute, wherever it was kept. */
const CACHE_CONTROL = 'public, max-age=30, must-revalidate';
const TIMEOUT_MS = 10_000;

/** What to do about the storage's error codes. */
const ADVICE: Record<string, string> = {
  NoSuchBucket: 'FILES_BUCKET names no bucket',
  InvalidAccessKeyId: 'it does not know FILES_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'FILES_SECRET_ACCESS_KEY does not belong to FILES_ACCESS_KEY_ID',
  AccessDenied: 'the key of FILES_ACCESS_KEY_ID may not write to the bucket',
  AuthorizationHeaderMalformed: 'FILES_REGION may be wrong',
};

/**
 * Opens the storage of public files. Throws `files_not_configured` without settings. Each call throws `files_unavailable` if
 * the storage does not answer within ten seconds, and `files_refused` if it refuses.
 */
export function openFiles(settings: FilesSettings | null): Files {
  if (settings === null) throw new Failure('files_not_configured');
  const bucket = openBucket(settings, (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' }),
  );
  return {
    put: ({ name, type, body, meta = {} }) => {
      const headers: Record<string, string> = { 'content-type': type, 'cache-control': CACHE_CONTROL };
      for (const [key, value] of Object.entries(meta)) headers[`x-amz-meta-${key}`] = value;
      return named(() => bucket.put({ key: name, body, headers }));
    },
    remove: (name) => named(() => bucket.remove(name)),
    list: (prefix) => named(async () => (await bucket.list(prefix)).map(({ key }) => key)),
    addressOf: (name) => `${settings.publicUrl}/${name}`,
  };
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BucketRefusal ? toRefused(error) : new Failure('files_unavailable');
  }
}

function toRefused({ code }: BucketRefusal): Failure {
  if (/^5\d\d$|SlowDown|InternalError|ServiceUnavailable/.test(code)) return new Failure('files_unavailable');
  const advice = ADVICE[code] ?? 'see the storage’s documentation';
  return new Failure(
    'files_refused',
    `The object storage refused to change the shared files (${code}): ${advice}.`,
  );
}
