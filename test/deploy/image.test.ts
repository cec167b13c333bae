import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeManifest } from '../../deploy/wskdeploy.ts';
import { type Loose, openWskdeploy, ROOT } from './wskdeploy.ts';

const IMAGE = 'registry.example/traffic/nodejs-db2:1';
const MANIFEST = path.join(ROOT, 'manifest.image.yaml');

/** Accepts everything, as a platform with these runtimes does, and keeps the actions. */
async function openRecorder() {
  const actions: Loose[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    if (request.method === 'PUT' && request.url?.includes('/actions/')) actions.push(body);
    response.setHeader('content-type', 'application/json');
    const runtimes = { nodejs: [{ kind: 'nodejs:20', default: true, image: { name: 'n' } }] };
    response.end(JSON.stringify(request.url === '/' ? { runtimes } : body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, actions, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('with Db2, whose driver needs memory, every action has 256 MB', async () => {
  expect(writeManifest({ DATABASE_URL: 'postgres://localhost/traffic' })).toBe('manifest.yaml');
  expect(writeManifest({ DATABASE_URL: 'db2://me:x@db2.example.com:50001/bludb' })).toBe(
    'manifest.image.yaml',
  );
  const manifest = await readFile(MANIFEST, 'utf8');
  expect([...new Set(manifest.match(/memorySize: \d+/g))]).toEqual(['memorySize: 256']);
  expect(manifest).toContain('runtime: nodejs:20');
});

afterEach(() => rm(MANIFEST, { force: true }));

test('with ACTION_IMAGE wskdeploy deploys every action into that image', async () => {
  expect(writeManifest({})).toBe('manifest.yaml');
  expect(writeManifest({ ACTION_IMAGE: IMAGE })).toBe('manifest.image.yaml');

  const { server, actions, url } = await openRecorder();
  const wskdeploy = await openWskdeploy({ apiHost: url, apiKey: 'a:b' });
  await wskdeploy(['-m', MANIFEST]);
  await wskdeploy.remove();
  server.close();
  const names = (await readFile(MANIFEST, 'utf8')).match(/function:/g) ?? [];
  expect(names.length).toBeGreaterThan(10);
  expect(actions.length).toBe(names.length);
  for (const { exec } of actions) {
    expect([exec.kind, exec.image]).toEqual(['blackbox', IMAGE]);
    expect(exec.code).toContain('main');
  }
});
