import { type Bucket, BucketRefusal, openBucket } from '../lib/files/bucket.ts';
import { request } from './request.ts';
import type { StoreSettings } from './settings.ts';

export type { StoredFile, Upload } from '../lib/files/bucket.ts';

/** The pages' bucket. Every failure is a sentence. */
export interface Store extends Bucket {
  /** Checks that the bucket exists and that the key may list it. */
  requireAccess(): Promise<void>;
}

/** What to do about the storage's error codes. */
const ADVICE: Record<string, string> = {
  NoSuchBucket: 'create the bucket first, or correct COS_BUCKET',
  InvalidAccessKeyId: 'the storage does not know COS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'COS_SECRET_ACCESS_KEY does not belong to COS_ACCESS_KEY_ID',
  AccessDenied: 'the HMAC key needs the role Writer (IBM: Writer or Manager) on the bucket',
  AuthorizationHeaderMalformed: 'is COS_REGION right?',
};

export function openStore(settings: StoreSettings): Store {
  const bucket = openBucket(settings, (url, init) => request('COS_ENDPOINT', url, init));
  return {
    requireAccess: async () => void (await advised(bucket.list('index.html'))),
    list: (prefix) => advised(bucket.list(prefix)),
    get: (key) => advised(bucket.get(key)),
    put: (upload) => advised(bucket.put(upload)),
    remove: (key) => advised(bucket.remove(key)),
    serveAsSite: () => advised(bucket.serveAsSite()),
  };
}

async function advised<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof BucketRefusal)) throw error;
    const { code, what, message } = error;
    const advice = ADVICE[code] ?? (message || 'see the storage’s documentation');
    throw new Error(`The object storage refused ${what} (${code}): ${advice}.`);
  });
}
