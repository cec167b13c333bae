import { AwsV4Signer } from 'aws4fetch';

/** An S3-compatible bucket, and the key for it. */
export interface BucketSettings {
  /** Without a slash at the end. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** A file to store. `headers` are those that it is served with. */
export interface Upload {
  key: string;
  body: Uint8Array | string;
  headers: Record<string, string>;
}

export interface StoredFile {
  key: string;
  modified: Date;
}

/** What a bucket can do in S3's protocol. */
export interface Bucket {
  /** The files whose keys begin with the prefix. */
  list(prefix?: string): Promise<StoredFile[]>;
  get(key: string): Promise<string | null>;
  put(upload: Upload): Promise<void>;
  /** Removing a file that is not there works. */
  remove(key: string): Promise<void>;
  /** Makes index.html the answer for every address that is no file. */
  serveAsSite(): Promise<void>;
}

/** The storage's refusal: its code, such as AccessDenied, or the status. */
export class BucketRefusal extends Error {
  readonly code: string;
  readonly what: string;

  constructor(code: string, what: string, message: string) {
    super(message);
    this.name = 'BucketRefusal';
    this.code = code;
    this.what = what;
  }
}

/** Sends a signed request: `fetch`, with a time limit and errors of the caller's. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

const SITE = `<?xml version="1.0" encoding="UTF-8"?>
<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>index.html</Key></ErrorDocument>
</WebsiteConfiguration>`;

/** Storages ask that what failed on their side, or was too much at once, be tried again a little later. Every call may be repeated. */
const RETRY_MS = [100, 400];
const isPassing = (status: number) => status >= 500 || status === 429;

/** Opens a bucket. Throws `BucketRefusal` where the storage refuses, and what `send` throws. */
export function openBucket(settings: BucketSettings, send: Send): Bucket {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = settings;

  async function call(method: string, path: string, init: Pick<Upload, 'headers'> & { body?: BodyInit }) {
    for (const wait of RETRY_MS) {
      const answer = await callOnce(method, path, init);
      if (!isPassing(answer.status)) return answer;
      await answer.arrayBuffer();
      // At different times, or parallel calls would meet again.
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
    return callOnce(method, path, init);
  }

  async function callOnce(method: string, path: string, init: Pick<Upload, 'headers'> & { body?: BodyInit }) {
    const url = `${endpoint}/${bucket}${path}`;
    const signer = new AwsV4Signer({
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      method,
      url,
      headers: init.headers,
    });
    const signed = await signer.sign();
    const body = init.body === undefined ? {} : { body: init.body };
    return send(signed.url.href, { method, headers: signed.headers, ...body });
  }

  async function succeed(method: string, path: string, init: Omit<Partial<Upload>, 'key'> = {}) {
    const body = init.body === undefined ? {} : { body: toBody(init.body) };
    const answer = await call(method, path, { headers: init.headers ?? {}, ...body });
    if (answer.ok) return answer;
    throw await toRefusal(answer, `${method} ${bucket}${path.replace(/\?.*$/, '')}`);
  }

  return {
    async list(prefix = '') {
      const files: StoredFile[] = [];
      for (;;) {
        const marker = encodeURIComponent(files.at(-1)?.key ?? '');
        const within = prefix === '' ? '' : `&prefix=${encodeURIComponent(prefix)}`;
        const page = await (await succeed('GET', `?marker=${marker}${within}`)).text();
        files.push(...readFiles(page));
        if (tagOf(page, 'IsTruncated') !== 'true') return files;
      }
    },
    async get(key) {
      const answer = await call('GET', toPath(key), { headers: {} });
      if (answer.ok) return answer.text();
      const refusal = await toRefusal(answer, `GET ${bucket}/${key}`);
      if (answer.status === 404) return null;
      throw refusal;
    },
    async put({ key, body, headers }) {
      await (await succeed('PUT', toPath(key), { body, headers })).arrayBuffer();
    },
    async remove(key) {
      await (await succeed('DELETE', toPath(key))).arrayBuffer();
    },
    async serveAsSite() {
      await (await succeed('PUT', '?website', { body: SITE })).arrayBuffer();
    },
  };
}

const toBody = (body: Uint8Array | string): BodyInit =>
  typeof body === 'string' ? body : new Uint8Array(body);

const toPath = (key: string) => `/${key.split('/').map(encodeURIComponent).join('/')}`;

async function toRefusal(answer: Response, what: string): Promise<BucketRefusal> {
  const text = await answer.text();
  const code = tagOf(text, 'Code') || String(answer.status);
  return new BucketRefusal(code, what, tagOf(text, 'Message'));
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
