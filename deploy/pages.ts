import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { contentSecurityPolicy, servingOf } from '../static/serving.ts';
import { readProviderOrigins } from './provider.ts';
import type { Settings } from './settings.ts';
import type { Store, StoredFile, Upload } from './store.ts';

/** The files for the bucket, in upload order: a file comes after those that it refers to. */
export async function readPages(folder: string, settings: Settings): Promise<Upload[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  const read = async (name: string) => toUpload(name, await readFile(path.join(folder, name)));
  const files = await Promise.all(names.filter((name) => name !== 'index.html').map(read));
  const page = await readFile(path.join(folder, 'index.html'), 'utf8');
  const policy = await pagesPolicy(settings);
  return [
    ...files,
    toUpload('config.json', Buffer.from(toConfig(settings))),
    toUpload('index.html', Buffer.from(withPolicy(page, policy))),
  ];
}

/** The content of /config.json. */
export function toConfig({ apiUrl, issuer, clientId, scope, signOutUrl }: Settings): string {
  return JSON.stringify({ apiUrl, issuer, clientId, scope, ...(signOutUrl && { signOutUrl }) });
}

/** Lets the pages call their own origin, the API's path and the provider's origins, and nothing else. */
async function pagesPolicy({ apiUrl, issuer, pagesUrl }: Settings): Promise<string> {
  const api = new URL(apiUrl, pagesUrl);
  const addresses = api.origin === new URL(pagesUrl).origin ? [] : [`${api.origin}${api.pathname}/`];
  return contentSecurityPolicy([...addresses, ...(await readProviderOrigins(issuer))]);
}

/** Puts the policy into the entry page, before anything it applies to, because a bucket cannot send it as a header. */
function withPolicy(page: string, policy: string): string {
  const tag = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
  const filled = page.replace(/<meta charset="utf-8" \/>/i, `$&\n    ${tag}`);
  if (filled === page) throw new Error('dist/static/index.html has no place for the policy.');
  return filled;
}

const COMPRESSIBLE = /^(text\/|application\/json|image\/svg)/;

/** Compresses hashed files and those of shared pages: every browser accepts gzip, and a bucket does not compress. */
function toUpload(key: string, content: Buffer): Upload {
  const { type, cacheControl } = servingOf(`/${key}`);
  const isCompressed = /^(assets|shared)\//.test(key) && COMPRESSIBLE.test(type);
  const headers = { 'content-type': type, 'cache-control': cacheControl };
  return {
    key,
    body: isCompressed ? gzipSync(content, { level: 9 }) : content,
    headers: isCompressed ? { ...headers, 'content-encoding': 'gzip' } : headers,
  };
}

/** Lists every file of a deployment, so that a later one knows what to remove besides assets. */
const RELEASE = 'release.json';

async function releasedKeys(store: Store): Promise<string[]> {
  const text = await store.get(RELEASE);
  return text === null ? [] : (JSON.parse(text) as string[]);
}

interface Pruning {
  store: Store;
  current: string[];
  /** Newer files stay, for open pages and for deployments at the same time. */
  before: Date;
}

/** Files of earlier deployments that are not in this one. Other files in the bucket are not touched. */
export async function listStale({ store, current, before }: Pruning): Promise<string[]> {
  const released = await releasedKeys(store);
  const isOurs = ({ key }: StoredFile) => key.startsWith('assets/') || released.includes(key);
  const stored = await store.list();
  return stored
    .filter(
      (file) => isOurs(file) && !current.includes(file.key) && file.key !== RELEASE && file.modified < before,
    )
    .map(({ key }) => key);
}

const CONCURRENCY = 8;

/** Works on several items at the same time, in no particular order. The first failure ends it. */
async function forEach<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Uploads the pages so that a page always finds every file it refers to. Returns the keys that were removed. */
export async function uploadPages(store: Store, uploads: Upload[], before: Date): Promise<string[]> {
  const current = uploads.map(({ key }) => key);
  await store.serveAsSite();
  const isAsset = ({ key }: Upload) => key.startsWith('assets/');
  await forEach(uploads.filter(isAsset), store.put);
  for (const upload of uploads.filter((one) => !isAsset(one))) await store.put(upload);
  const stale = await listStale({ store, current, before });
  await forEach(stale, store.remove);
  const kept = (await releasedKeys(store)).filter((key) => !stale.includes(key));
  const body = Buffer.from(JSON.stringify([...new Set([...current, ...kept])].sort()));
  await store.put({
    key: RELEASE,
    body,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
  return stale;
}

/** Where the files of shares are, and what is served with them. */
const SHARED = 'shared/';

/** Uploads the script and the styles of shared pages to the bucket of the shared files. */
export async function uploadSharedPages(store: Store, uploads: Upload[]): Promise<void> {
  await store.serveAsSite();
  await forEach(
    uploads.filter(({ key }) => key.startsWith(SHARED)),
    store.put,
  );
}

/** Removes everything that is shared. Returns the number of files. */
export async function removeShared(store: Store): Promise<number> {
  const files = await store.list(SHARED);
  await forEach(files, ({ key }) => store.remove(key));
  return files.length;
}

/** Removes the files of all deployments, and nothing else. Returns their number. */
export async function removePages(store: Store): Promise<number> {
  const keys = await listStale({ store, current: [], before: new Date(8_640_000_000_000_000) });
  await forEach(keys, store.remove);
  await store.remove(RELEASE);
  return keys.length;
}
