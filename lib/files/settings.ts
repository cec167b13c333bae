import { withoutTrailingSlashes } from '../url.ts';
import type { BucketSettings } from './bucket.ts';

/** Where public files are kept, and where browsers get them. */
export interface FilesSettings extends BucketSettings {
  /** The origin at which browsers get the bucket, without a slash at the end. */
  publicUrl: string;
}

/** The settings of the parameters `FILES_…`; null without a bucket. */
export function toFilesSettings(value: (name: string) => string): FilesSettings | null {
  if (value('FILES_BUCKET') === '') return null;
  return {
    publicUrl: withoutTrailingSlashes(value('FILES_URL')),
    endpoint: withoutTrailingSlashes(value('FILES_ENDPOINT')),
    region: value('FILES_REGION') || 'us-east-1',
    bucket: value('FILES_BUCKET'),
    accessKeyId: value('FILES_ACCESS_KEY_ID'),
    secretAccessKey: value('FILES_SECRET_ACCESS_KEY'),
  };
}
