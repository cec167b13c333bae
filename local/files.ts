import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { FilesSettings } from '../lib/files/settings.ts';
import { openFolder } from './files/folder.ts';
import { serveFiles } from './files/public.ts';
import { serveBucket } from './files/s3.ts';
import type { Handler } from './installation/server.ts';

/** The shared files of an installation on one machine. */
export interface LocalFiles {
  /** What the actions write them with. */
  parameters: Record<string, string>;
  /** S3's protocol, for the actions. */
  handleBucket: Handler;
  /** The files below /shared, for everybody. `others` answers for what is part of the pages. */
  handleShared: (others: Handler) => Handler;
}

/** The path of the storage's API. */
export const FILES_PATH = '/files';
const BUCKET = 'shared-files';
const REGION = 'local';

/**
 * Keeps shared files in a folder, behind the protocol of an object storage, so that the actions write them here as they do
 * elsewhere. The key is made anew at each start.
 */
export function openLocalFiles({
  dataDir,
  url,
  innerUrl,
}: {
  dataDir: string;
  url: string;
  innerUrl: string;
}): LocalFiles {
  const settings: FilesSettings = {
    endpoint: `${innerUrl}${FILES_PATH}`,
    region: REGION,
    bucket: BUCKET,
    accessKeyId: randomBytes(9).toString('base64url'),
    secretAccessKey: randomBytes(32).toString('base64url'),
    publicUrl: url,
  };
  const folder = openFolder(path.join(dataDir, 'files'));
  return {
    parameters: {
      FILES_URL: settings.publicUrl,
      FILES_ENDPOINT: settings.endpoint,
      FILES_REGION: settings.region,
      FILES_BUCKET: settings.bucket,
      FILES_ACCESS_KEY_ID: settings.accessKeyId,
      FILES_SECRET_ACCESS_KEY: settings.secretAccessKey,
    },
    handleBucket: serveBucket(folder, settings, FILES_PATH),
    handleShared: (others) => serveFiles(folder, others),
  };
}
