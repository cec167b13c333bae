import { AwsClient } from 'aws4fetch';
import { request } from './request.ts';
import type { StoreSettings } from './settings.ts';

export interface StoredFile {
  key: string;
  modified: Date;
}

export interface Upload {
  key: string;
  body: Buffer;
  headers: Record<string, string>;
}

/** The pages' bucket. Every failure is a sentence. */
export interface Store {
  /** Checks that the bucket exists and that the key may list it. */
  requireAccess(): Promise<void>;
  list(): Promise<StoredFile[]>;
  get(key: string): Promise<string | null>;
  put(upload: Upload): Promise<void>;
  remove(key: string): Promise<void>;
  /** Makes index.html the answer for every address that is no file. */
  serveAsSite(): Promise<void>;
}

const SITE = `<?xml version="1.0" encoding="UTF-8"?>
<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>index.html</Key></ErrorDocument>
</WebsiteConfiguration>`;

/** What to do about the storage's error codes. */
const ADVICE: Record<string, string> = {
  NoSuchBucket: 'create the bucket first, or correct COS_BUCKET',
  InvalidAccessKeyId: 'the storage does not know COS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'COS_SECRET_ACCESS_KEY does not belong to COS_ACCESS_KEY_ID',
  AccessDenied: 'the HMAC key needs the role Writer (IBM: Writer or Manager) on the bucket',
  AuthorizationHeaderMalformed: 'is COS_REGION right?',
};

export function openStore({ endpoint, region, bucket, accessKeyId, secretAccessKey }: StoreSettings): Store {
  const signer = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });

  async function call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const signed = await signer.sign(`${endpoint}/${bucket}${path}`, { method, ...init });
    return request('COS_ENDPOINT', signed.url, {
      method,
      headers: signed.headers,
      ...(init.body !== undefined && { body: init.body }),
    });
  }

  async function succeed(method: string, path: string, init?: RequestInit): Promise<Response> {
    const answer = await call(method, path, init);
    if (answer.ok) return answer;
    throw await toError(answer, `${method} ${bucket}${path.replace(/\?.*$/, '')}`);
  }

  async function list(): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for (;;) {
      const marker = encodeURIComponent(files.at(-1)?.key ?? '');
      const page = await (await succeed('GET', `?marker=${marker}`)).text();
      files.push(...readFiles(page));
      if (tagOf(page, 'IsTruncated') !== 'true') return files;
    }
  }

  return {
    list,
    requireAccess: async () => void (await succeed('GET', '')),
    async get(key) {
      const answer = await call('GET', toPath(key));
      if (answer.status === 404) return null;
      if (answer.ok) return answer.text();
      throw await toError(answer, `GET ${bucket}/${key}`);
    },
    put: async ({ key, body, headers }) =>
      void (await succeed('PUT', toPath(key), { body: new Uint8Array(body), headers })),
    remove: async (key) => void (await succeed('DELETE', toPath(key))),
    serveAsSite: async () => void (await succeed('PUT', '?website', { body: SITE })),
  };
}

const toPath = (key: string) => `/${key.split('/').map(encodeURIComponent).join('/')}`;

async function toError(answer: Response, what: string): Promise<Error> {
  const text = await answer.text();
  const code = tagOf(text, 'Code') || String(answer.status);
  const advice = ADVICE[code] ?? (tagOf(text, 'Message') || 'see the storage’s documentation');
  return new Error(`The object storage refused ${what} (${code}): ${advice}.`);
}

function readFiles(xml: string): StoredFile[] {
  return [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, content = '']) => ({
    key: tagOf(content, 'Key'),
    modified: new Date(tagOf(content, 'LastModified')),
  }));
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'" };

function tagOf(xml: string, name: string): string {
  const [, text = ''] = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml) ?? [];
  return text.replace(/&(\w+|#39);/g, (whole, entity) => ENTITIES[entity] ?? whole);
}
