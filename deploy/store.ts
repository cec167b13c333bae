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
const adviceOf = (variables: Variables): Record<string, string> => ({
  NoSuchBucket: `create the bucket first, or correct ${variables}_BUCKET`,
  InvalidAccessKeyId: `the storage does not know ${variables}_ACCESS_KEY_ID`,
  SignatureDoesNotMatch: `${variables}_SECRET_ACCESS_KEY does not belong to ${variables}_ACCESS_KEY_ID`,
  AccessDenied: 'the HMAC key needs the role Writer (IBM: Writer or Manager) on the bucket',
  AuthorizationHeaderMalformed: `is ${variables}_REGION right?`,
});

/** How the variables of a bucket begin: of the pages', or of the shared files'. */
type Variables = 'COS' | 'FILES';

export function openStore(settings: StoreSettings, variables: Variables = 'COS'): Store {
  const bucket = openBucket(settings, (url, init) => request(`${variables}_ENDPOINT`, url, init));
  const advised = <T>(work: Promise<T>) => withAdvice(work, adviceOf(variables));
  return {
    requireAccess: async () => void (await advised(bucket.list('index.html'))),
    list: (prefix) => advised(bucket.list(prefix)),
    get: (key) => advised(bucket.get(key)),
    put: (upload) => advised(bucket.put(upload)),
    remove: (key) => advised(bucket.remove(key)),
    serveAsSite: () => advised(bucket.serveAsSite()),
  };
}

async function withAdvice<T>(work: Promise<T>, sentences: Record<string, string>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof BucketRefusal)) throw error;
    const { code, what, message } = error;
    const advice = sentences[code] ?? (message || 'see the storage’s documentation');
    throw new Error(`The object storage refused ${what} (${code}): ${advice}.`);
  });
}
