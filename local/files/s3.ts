import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import type { BucketSettings } from '../../lib/files/bucket.ts';
import type { Handler } from '../installation/server.ts';
import type { Folder } from './folder.ts';

const MAX_BODY = 5 * 1024 * 1024;
const MAX_AGE_MS = 15 * 60_000;
const MAX_KEYS = 1000;

/** The part of S3's protocol that the actions use, for one bucket: put, get, delete and list, each signed with the key. */
export function serveBucket(folder: Folder, settings: BucketSettings, mount: string): Handler {
  const root = `${mount}/${settings.bucket}`;
  return async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    if (!(await isSigned(request, url, settings))) return refuse(response, 403, 'SignatureDoesNotMatch');
    if (url.pathname === root || url.pathname === `${root}/`)
      return request.method === 'GET'
        ? answerList(folder, url, response)
        : refuse(response, 405, 'MethodNotAllowed');
    const key = decodeURIComponent(url.pathname.slice(root.length + 1));
    if (!url.pathname.startsWith(`${root}/`) || !folder.accepts(key))
      return refuse(response, 400, 'InvalidRequest');
    switch (request.method) {
      case 'PUT':
        return store(folder, key, request, response);
      case 'GET': {
        const file = await folder.get(key);
        if (!file) return refuse(response, 404, 'NoSuchKey');
        return void response.writeHead(200, file.headers).end(file.body);
      }
      case 'DELETE':
        await folder.remove(key);
        return void response.writeHead(204).end();
      default:
        return refuse(response, 405, 'MethodNotAllowed');
    }
  };
}

/** Signs the request again, with the headers that it names, and compares. */
async function isSigned(request: IncomingMessage, url: URL, settings: BucketSettings): Promise<boolean> {
  const { authorization = '', 'x-amz-date': datetime } = request.headers;
  const [, names] = /SignedHeaders=([\w;-]+)/.exec(authorization) ?? [];
  if (!names || typeof datetime !== 'string' || !isRecent(datetime)) return false;
  const headers = names
    .split(';')
    .filter((name) => name !== 'host')
    .map((name): [string, string] => [name, String(request.headers[name] ?? '')]);
  const signer = new AwsV4Signer({
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    region: settings.region,
    service: 's3',
    method: request.method ?? 'GET',
    url: url.href,
    headers,
    datetime,
  });
  const expected = Buffer.from((await signer.sign()).headers.get('authorization') ?? '');
  const given = Buffer.from(authorization);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function isRecent(datetime: string): boolean {
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(datetime) ?? [];
  if (!date || !time) return false;
  const iso = `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
  return Math.abs(Date.now() - Date.parse(iso)) < MAX_AGE_MS;
}

const KEPT_HEADERS = /^(content-type|cache-control|content-encoding|x-amz-meta-[a-z-]+)$/;

async function store(
  folder: Folder,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) return refuse(response, 413, 'EntityTooLarge');
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (KEPT_HEADERS.test(name)) headers[name] = String(value);
  await folder.put(key, { headers, body: Buffer.concat(chunks) });
  response.writeHead(200).end();
}

async function answerList(folder: Folder, url: URL, response: ServerResponse): Promise<void> {
  const marker = url.searchParams.get('marker') ?? '';
  const prefix = url.searchParams.get('prefix') ?? '';
  const found = (await folder.list()).filter(({ key }) => key > marker && key.startsWith(prefix));
  const contents = found
    .slice(0, MAX_KEYS)
    .map(
      ({ key, modified }) =>
        `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified></Contents>`,
    );
  const body = `<ListBucketResult><IsTruncated>${found.length > MAX_KEYS}</IsTruncated>${contents.join('')}</ListBucketResult>`;
  response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
  response.end(`<Error><Code>${code}</Code></Error>`);
}
